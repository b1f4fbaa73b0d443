"""Firms: their tickers, the table of what is known of them, and the members of an index."""
