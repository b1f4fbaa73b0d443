"""Firms: tickers, the firms table, sectors and the members of an index."""

MIN_FIRMS = 3
"""Fewest firms that can be compared: two firms have one score and nothing to rank it against."""
