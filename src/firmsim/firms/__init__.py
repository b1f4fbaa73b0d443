"""Firms: tickers, the firms table, sectors and the members of an index."""

MIN_FIRMS = 3
"""Fewest firms that can be compared: two firms have one score and nothing to rank it against."""

MAX_FIRMS = 50_000
"""Largest number of firms in a list or a file: about every listed firm there is."""
