"""Google Ads API v26, REST, read side."""
