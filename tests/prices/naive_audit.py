"""Definitions of the audit's checks, one firm and day at a time."""

import numpy as np

KAPPA = [2.2, 1.5, 1.5, 1.5, 1.5]


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


def ref_t(u):
    """Student's t density with 3 degrees of freedom, but for a constant."""
    return (1 + u**2 / 3) ** -2


def ref_moves(prices, floor, window, fewest=10, least=1e-4):
    """(firm, day) -> (size, spread, weight) of each large move."""
    net = ref_net_changes(prices)
    found = {}
    for day, firm in np.ndindex(prices.shape):
        change = np.log(prices[day, firm]) - np.log(prices[day - 1, firm]) if day else np.nan
        size = min(abs(change), abs(net[day, firm]))
        spreads = []
        for side in (range(day - window, day), range(day + 1, day + window + 1)):
            known = [abs(net[k, firm]) for k in side if 0 <= k < len(net)]
            known = [size for size in known if np.isfinite(size)]
            if len(known) >= fewest:
                spreads.append(1.4826 * np.median(known))
        if not size > floor or not spreads:
            continue
        spread = max(spreads)
        odds = 1.0
        for k, kappa in enumerate(KAPPA, start=1):
            if day + k < len(net) and np.isfinite(net[day + k, firm]):
                u = net[day + k, firm] / max(spread, least)
                odds *= ref_t(u) / (ref_t(u / kappa) / kappa)
        found[firm, day] = (size, spread, size / max(spread, least) * odds**0.25)
    return found


def ref_unit_runs(prices):
    """Rows of one firm in the rarer unit, in place of a search by levels: try every way to split
    the history at its hundredfold steps, and keep the one that flags least."""
    steps = [
        day
        for day in range(1, len(prices))
        if abs(abs(np.log(prices[day] / prices[day - 1])) - np.log(100)) < 0.5
    ]
    level, levels = 0, [0]
    for day in range(1, len(prices)):
        if day in steps:
            level += 1 if prices[day] > prices[day - 1] else -1
        levels.append(level)
    flags = [[other != kept for other in levels] for kept in sorted(set(levels))]
    return np.array(min(flags, key=sum))


def ref_correlation(x, y, limit=0.2):
    """Correlation of two firms' log price changes on common days, each clipped around its mean."""
    x, y = np.diff(np.log(x)), np.diff(np.log(y))
    x = np.clip(x - np.nanmean(x), -limit, limit)
    y = np.clip(y - np.nanmean(y), -limit, limit)
    common = np.isfinite(x) & np.isfinite(y)
    x, y = x[common], y[common]
    return (x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum())
