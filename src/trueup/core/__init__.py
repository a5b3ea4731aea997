"""The vocabulary: streams, windows, pages, batches, money, ids. No I/O, no clock."""
