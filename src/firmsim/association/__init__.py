"""Association: how far scores agree with sector, size and the future, permuting firms."""
