"""The audit: checks on prices before anything is learned from them."""
