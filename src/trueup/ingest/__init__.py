"""Between source and lake: validates records, takes keys, tokenises personal data, quarantines."""
