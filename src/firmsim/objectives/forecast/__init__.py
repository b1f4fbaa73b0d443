"""The forecast objective: predict the next day's growth rate."""
