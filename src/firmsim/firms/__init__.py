"""Firms: their tickers, the table of what is known of them, and the members of an index."""

MIN_FIRMS = 3
"""Fewest firms that can be compared: two have one score and nothing to rank it against."""
