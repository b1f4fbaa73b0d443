"""The definition of a jump, one firm and day at a time."""

import numpy as np


def ref_net_changes(prices):
    """Log price change of each firm less the median of all the others that day."""
    n_days, n_firms = prices.shape
    net = np.full((n_days, n_firms), np.nan)
    for day in range(1, n_days):
        change = np.log(prices[day]) - np.log(prices[day - 1])
        for firm in range(n_firms):
            others = [change[k] for k in range(n_firms) if k != firm and np.isfinite(change[k])]
            net[day, firm] = change[firm] - (np.median(others) if others else 0)
    return net


def ref_jumps(prices, floor, scale, window, fewest=10):
    """Days of the jumps, before wrong prices that the next day takes back are joined."""
    net = ref_net_changes(prices)
    jumps = np.zeros(prices.shape, dtype=bool)
    for day, firm in np.ndindex(prices.shape):
        spreads = []
        for side in (range(day - window, day), range(day + 1, day + window + 1)):
            known = [abs(net[k, firm]) for k in side if 0 <= k < len(net)]
            known = [size for size in known if np.isfinite(size)]
            if len(known) >= fewest:
                spreads.append(1.4826 * np.median(known))
        change = np.log(prices[day, firm]) - np.log(prices[day - 1, firm]) if day else np.nan
        size = min(abs(change), abs(net[day, firm]))
        jumps[day, firm] = bool(spreads) and size > floor and size > scale * max(spreads)
    return jumps
