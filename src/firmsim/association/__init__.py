"""Association: how far scores agree with sector, size and the horizon, tested by permutation."""
