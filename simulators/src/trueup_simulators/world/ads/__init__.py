"""The ad accounts: their hierarchy and its history, their figures by day, their single clicks."""
