"""The forecast objective: predict the next day's scaled growth rate."""
