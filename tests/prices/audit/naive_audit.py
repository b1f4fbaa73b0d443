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


def ref_spread(values, fewest=10):
    """1.4826 x the median size of what is known, or nothing."""
    known = [abs(value) for value in values if np.isfinite(value)]
    return 1.4826 * np.median(known) if len(known) >= fewest else None


def ref_moves(prices, floor, window, least=1e-4):
    """(firm, day) -> (size, spread, scale, weight, pinned) of each large move."""
    net = ref_net_changes(prices)
    own = np.full_like(net, np.nan)
    own[1:] = np.log(prices[1:]) - np.log(prices[:-1])
    sizes = np.minimum(np.abs(own), np.abs(net))
    n_days = len(net)
    found = {}
    for day, firm in np.ndindex(prices.shape):
        size = sizes[day, firm]
        before, after = (
            range(max(day - window, 0), day),
            range(day + 1, min(day + window + 1, n_days)),
        )
        spreads = [ref_spread(net[side, firm]) for side in (before, after)]
        spreads = [spread for spread in spreads if spread is not None]
        if not size > floor or not spreads:
            continue
        spread = max(spreads)
        odds = 1.65 if own[day, firm] > 0 else 1.0
        for k, kappa in enumerate(KAPPA, start=1):
            if day + k < n_days and np.isfinite(net[day + k, firm]):
                u = net[day + k, firm] / max(spread, least)
                odds *= ref_t(u) / (ref_t(u / kappa) / kappa)
        others = [sizes[k, firm] for k in range(n_days) if k != day and np.isfinite(sizes[k, firm])]
        cubes = [min(other, 0.5) ** 3 for other in sorted(others)[:-1]]
        habit = np.mean(cubes) ** (1 / 3)
        scale = np.sqrt(max(spread, least) * max(habit, least))
        usual = [ref_spread(own[max(day - days, 0) : day, firm]) for days in (window, 250)]
        still = ref_spread(own[day + 1 : day + 21, firm])
        pinned = None not in (still, *usual) and still < 0.3 * min(usual)
        found[firm, day] = (size, spread, scale, size / scale * odds**0.25, pinned)
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
