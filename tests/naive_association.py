"""Slow, obvious versions of the association statistics: plain loops over firms and pairs."""

import itertools
import math

import numpy as np
from scipy.stats import t as student


def auc(scores, labels):
    """Share of (one-sector pair, two-sector pair) comparisons won; None when there is none."""
    pairs = list(itertools.combinations(range(len(labels)), 2))
    alike = [scores[i, j] for i, j in pairs if labels[i] == labels[j]]
    unlike = [scores[i, j] for i, j in pairs if labels[i] != labels[j]]
    if len(labels) < 3 or not alike or not unlike:
        return None
    won = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in alike for b in unlike)
    return won / (len(alike) * len(unlike))


def _over_firms(scores, labels, of_firm):
    """Mean over the firms that share their sector; None when a statistic makes no sense."""
    sectors = list(labels)
    if len(sectors) < 3 or len(set(sectors)) in (1, len(sectors)):
        return None
    values = []
    for i in range(len(sectors)):
        if sectors.count(sectors[i]) < 2:
            continue
        others = [j for j in range(len(sectors)) if j != i]
        others.sort(key=lambda j, i=i: (-scores[i, j], j))
        values.append(of_firm(i, others))
    return sum(values) / len(values)


def knn_accuracy(scores, labels, k=5):
    def of_firm(i, others):
        votes, sums = {}, {}
        for j in others[:k]:
            votes[labels[j]] = votes.get(labels[j], 0) + 1
            sums[labels[j]] = sums.get(labels[j], 0.0) + scores[i, j]
        winner = max(sorted(votes), key=lambda label: (votes[label], sums[label]))
        return float(winner == labels[i])

    return _over_firms(scores, labels, of_firm)


def precision_at(scores, labels, k=10):
    def of_firm(i, others):
        top = others[:k]
        return sum(labels[j] == labels[i] for j in top) / len(top)

    return _over_firms(scores, labels, of_firm)


def r_precision(scores, labels):
    def of_firm(i, others):
        top = others[: sum(labels[j] == labels[i] for j in others)]
        return sum(labels[j] == labels[i] for j in top) / len(top)

    return _over_firms(scores, labels, of_firm)


def permanova_r2(distance, labels):
    n = len(labels)
    pairs = list(itertools.combinations(range(n), 2))
    total = sum(distance[i, j] ** 2 for i, j in pairs) / n
    within = sum(
        distance[i, j] ** 2 / list(labels).count(labels[i])
        for i, j in pairs
        if labels[i] == labels[j]
    )
    return None if len(set(labels)) == 1 else 1 - within / total


def mantel_r(distance, other):
    pairs = list(itertools.combinations(range(len(distance)), 2))
    return np.corrcoef([distance[p] for p in pairs], [other[p] for p in pairs])[0, 1]


def mantel_within_r(distance, other, strata):
    """Pool the products of deviations from the means over each stratum's pairs."""
    xs, ys = [], []
    for stratum in sorted(set(strata)):
        firms = [i for i in range(len(strata)) if strata[i] == stratum]
        pairs = list(itertools.combinations(firms, 2))
        if pairs:
            x, y = np.array([distance[p] for p in pairs]), np.array([other[p] for p in pairs])
            xs.extend(x - x.mean())
            ys.extend(y - y.mean())
    xs, ys = np.array(xs), np.array(ys)
    return float(xs @ ys / math.sqrt((xs @ xs) * (ys @ ys)))


def exact_p(statistic, n, allowed=lambda order: True):
    """Share of all permutations of n firms that are at least as extreme as doing nothing."""
    observed = statistic(tuple(range(n)))
    values = [statistic(order) for order in itertools.permutations(range(n)) if allowed(order)]
    return float(np.mean([value >= observed - 1e-9 for value in values]))


def with_a_peer(labels):
    """How many firms share their sector with another."""
    return sum(list(labels).count(label) > 1 for label in labels)


def neighbour_count(labels, at_most):
    """Largest k up to `at_most` that more than 3 in 4 of the firms with a peer can fill; else 0."""
    peers = [list(labels).count(label) - 1 for label in labels]
    peers = [count for count in peers if count > 0]
    enough = [k for k in range(1, at_most + 1) if 4 * sum(c >= k for c in peers) > 3 * len(peers)]
    return max(enough) if peers else 0


def jackknife_interval(statistic, n, bounds, n_taking_part=None):
    """95 % interval from recomputing `statistic(kept)` without each firm; None if it is no use."""
    if (n if n_taking_part is None else n_taking_part) < 5:
        return None, None
    keep_all = np.arange(n)
    without = [statistic(np.delete(keep_all, i)) for i in range(n)]
    if any(value is None or math.isnan(value) for value in without):
        return None, None
    if max(without) - min(without) < 1e-9:
        return None, None
    centre = statistic(keep_all)
    mean = sum(without) / n
    half = student.ppf(0.975, n - 1) * math.sqrt(
        (n - 1) / n * sum((value - mean) ** 2 for value in without)
    )
    low, high = max(centre - half, bounds[0]), min(centre + half, bounds[1])
    return (None, None) if (low, high) == tuple(bounds) else (low, high)


def holm(p_values):
    """Walk up the sorted p values; each is multiplied by how many are left, never falling."""
    order = sorted(range(len(p_values)), key=lambda k: p_values[k])
    corrected, so_far = [0.0] * len(p_values), 0.0
    for step, k in enumerate(order):
        so_far = max(so_far, min(1.0, (len(p_values) - step) * p_values[k]))
        corrected[k] = so_far
    return corrected


def _over_pairs(matrix):
    return np.array([matrix[p] for p in itertools.combinations(range(len(matrix)), 2)])


def _ols(y, columns):
    """Slopes (constant first), their t and the residuals, by the normal equations."""
    x = np.column_stack([np.ones(len(y)), *columns])
    inverse = np.linalg.inv(x.T @ x)
    slopes = inverse @ x.T @ y
    left = y - x @ slopes
    variance = left @ left / (len(y) - x.shape[1])
    return slopes, slopes / np.sqrt(variance * np.diag(inverse)), left


def partial_mantel_r(distance, other, covariates):
    given = [_over_pairs(z) for z in covariates]
    left = [_ols(_over_pairs(m), given)[2] for m in (distance, other)]
    return np.corrcoef(left)[0, 1]


def regression(distance, predictors):
    """Slopes, t and R2 of a regression over pairs; predictors are a list of matrices."""
    y = _over_pairs(distance)
    slopes, t, left = _ols(y, [_over_pairs(x) for x in predictors])
    return slopes, t, 1 - left @ left / ((y - y.mean()) @ (y - y.mean()))


def semi_partial_t(distance, predictors, k):
    """|t| of predictor k for an order of the firms of what the other predictors leave of it."""
    others = [x for j, x in enumerate(predictors) if j != k]
    rest = np.zeros_like(distance)
    left = _ols(_over_pairs(predictors[k]), [_over_pairs(x) for x in others])[2]
    for value, (i, j) in zip(left, itertools.combinations(range(len(distance)), 2), strict=True):
        rest[i, j] = rest[j, i] = value
    return lambda order: abs(regression(distance, [rest[np.ix_(order, order)], *others])[1][1])


def _coordinates(distance):
    """Principal coordinates and the sign with which each axis counts."""
    n = len(distance)
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-centre @ distance**2 @ centre / 2)
    return vectors * np.sqrt(np.abs(values)), np.sign(values)


def _squares_left(coordinates, signs, columns):
    """Squares that a regression of every principal coordinate leaves."""
    x = np.column_stack([np.ones(len(coordinates)), *columns])
    left = coordinates - x @ np.linalg.pinv(x) @ coordinates
    return float((left**2).sum(axis=0) @ signs)


def permanova_beyond(distance, labels, covariates):
    """R2 and pseudo-F of labels beyond numbers of firms, from principal coordinates."""
    axes, signs = _coordinates(distance)
    names = sorted(set(labels))
    belongs = [np.array([float(label == name) for label in labels]) for name in names[1:]]
    total = _squares_left(axes, signs, [])
    small = _squares_left(axes, signs, covariates)
    large = _squares_left(axes, signs, [*covariates, *belongs])
    residual = len(labels) - len(covariates) - len(names)
    return (small - large) / total, ((small - large) / len(belongs)) / (large / residual)


def permanova_beyond_permuted(distance, labels, covariates):
    """F for an order of the firms of what the covariates leave of the coordinates."""
    axes, signs = _coordinates(distance)
    x = np.column_stack([np.ones(len(labels)), *covariates])
    left = axes - x @ np.linalg.pinv(x) @ axes
    names = sorted(set(labels))
    belongs = [np.array([float(label == name) for label in labels]) for name in names[1:]]

    def f(order):
        moved = left[list(order)]
        large = _squares_left(moved, signs, [*covariates, *belongs])
        return (_squares_left(moved, signs, covariates) - large) / large

    return f


def _from_centroids(axes, signs, labels, adjust):
    z = []
    for i, label in enumerate(labels):
        own = [j for j in range(len(labels)) if labels[j] == label]
        squared = float(((axes[i] - axes[own].mean(axis=0)) ** 2) @ signs)
        z.append(math.sqrt(max(squared, 0) * (len(own) / (len(own) - 1) if adjust else 1)))
    return np.array(z)


def to_centroid(distance, labels, adjust):
    """Distance of each firm to the centroid of its label's firms, from principal coordinates."""
    return _from_centroids(*_coordinates(distance), labels, adjust)


def scatter_permuted(distance, labels, adjust):
    """F for an order of the firms, centroids moved to one place before and taken anew after."""
    axes, signs = _coordinates(distance)
    moved = axes.copy()
    for i, label in enumerate(labels):
        own = [j for j in range(len(labels)) if labels[j] == label]
        moved[i] -= axes[own].mean(axis=0)
    return lambda order: one_way(
        _from_centroids(moved[list(order)], signs, labels, adjust), labels
    )[1]


def one_way(z, labels):
    """eta2 and F of a one-way analysis of variance."""
    names = sorted(set(labels))
    groups = [np.array([v for v, lab in zip(z, labels, strict=True) if lab == g]) for g in names]
    between = sum(len(g) * (g.mean() - np.mean(z)) ** 2 for g in groups)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups)
    f = between / (len(names) - 1) / (within / (len(z) - len(names)))
    return between / (between + within), f
