"""A run: what it will do, where its results are, and the record of what it did."""
