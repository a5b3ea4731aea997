"""The warehouse: raw tables and load positions moved together; published files for readers."""
