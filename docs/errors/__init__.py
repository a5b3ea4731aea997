"""The meaning of every error code, in one file per class of error."""
