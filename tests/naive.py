"""Slow, obvious versions of the core: plain loops in numpy, straight from the equations.

Named as what they check; a test compares ``ref_...`` from here with ``comp_...`` from firmsim.
"""

import math
from statistics import NormalDist

import numpy as np

ACTIVATIONS = {
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "relu": lambda z: np.maximum(z, 0),
    "linear": lambda z: z,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(),
}


def elman(x, U_h, W_x, b_h, W_y, b_y, sigma_h="tanh", sigma_y="linear"):  # noqa: N803
    """One firm and one day at a time: y (n_days, n_firms, d_out), h (n_days, n_firms, hidden)."""
    n_days, n_firms, _ = x.shape
    y, h = np.zeros((n_days, n_firms, len(b_y))), np.zeros((n_days, n_firms, len(b_h)))
    for i in range(n_firms):
        before = np.zeros(len(b_h))
        for t in range(n_days):
            h[t, i] = before = ACTIVATIONS[sigma_h](U_h @ before + W_x @ x[t, i] + b_h)
            y[t, i] = ACTIVATIONS[sigma_y](W_y @ before + b_y)
    return y, h


def jordan(
    x,
    W_ss,  # noqa: N803
    W_sy,  # noqa: N803
    b_s,
    U_h,  # noqa: N803
    W_h,  # noqa: N803
    b_h,
    W_y,  # noqa: N803
    b_y,
    sigma_h="tanh",
    sigma_y="linear",
    sigma_s="tanh",
):
    """One firm and one day at a time; shapes as for `elman`, and s (n_days, n_firms, state)."""
    n_days, n_firms, _ = x.shape
    y, h = np.zeros((n_days, n_firms, len(b_y))), np.zeros((n_days, n_firms, len(b_h)))
    s = np.zeros((n_days, n_firms, len(b_s)))
    for i in range(n_firms):
        state, output = np.zeros(len(b_s)), np.zeros(len(b_y))
        for t in range(n_days):
            s[t, i] = state = ACTIVATIONS[sigma_s](W_ss @ state + W_sy @ output + b_s)
            h[t, i] = ACTIVATIONS[sigma_h](U_h @ state + W_h @ x[t, i] + b_h)
            y[t, i] = output = ACTIVATIONS[sigma_y](W_y @ h[t, i] + b_y)
    return y, h, s


def lstm(x, W, U, b, W_y, b_y):  # noqa: N803
    """One firm and one day at a time; blocks of W, U and b: input, forget, candidate, output."""
    n_days, n_firms, _ = x.shape
    hidden = len(b) // 4
    sigmoid = ACTIVATIONS["sigmoid"]
    y, h = np.zeros((n_days, n_firms, len(b_y))), np.zeros((n_days, n_firms, hidden))
    for k in range(n_firms):
        before, c = np.zeros(hidden), np.zeros(hidden)
        for t in range(n_days):
            i, f, g, o = np.split(W @ x[t, k] + U @ before + b, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h[t, k] = before = sigmoid(o) * np.tanh(c)
            y[t, k] = W_y @ before + b_y
    return y, h


def gru(x, W, U, b, b_state, W_y, b_y):  # noqa: N803
    """One firm and one day at a time; blocks of W, U, b and b_state: reset, update, candidate."""
    n_days, n_firms, _ = x.shape
    hidden = len(b) // 3
    sigmoid = ACTIVATIONS["sigmoid"]
    y, h = np.zeros((n_days, n_firms, len(b_y))), np.zeros((n_days, n_firms, hidden))
    for k in range(n_firms):
        before = np.zeros(hidden)
        for t in range(n_days):
            r_x, z_x, n_x = np.split(W @ x[t, k] + b, 3)
            r_h, z_h, n_h = np.split(U @ before + b_state, 3)
            z = sigmoid(z_x + z_h)
            n = np.tanh(n_x + sigmoid(r_x + r_h) * n_h)
            h[t, k] = before = (1 - z) * n + z * before
            y[t, k] = W_y @ before + b_y
    return y, h


def feedforward(x, W_x, b_h, W_y, b_y, sigma_h="tanh", sigma_y="linear"):  # noqa: N803
    """One firm and one day at a time."""
    n_days, n_firms, _ = x.shape
    y, h = np.zeros((n_days, n_firms, len(b_y))), np.zeros((n_days, n_firms, len(b_h)))
    for i in range(n_firms):
        for t in range(n_days):
            h[t, i] = ACTIVATIONS[sigma_h](W_x @ x[t, i] + b_h)
            y[t, i] = ACTIVATIONS[sigma_y](W_y @ h[t, i] + b_y)
    return y, h


def growth_rates(prices, dt):
    """(n_days - 1, n_firms) from (n_days, n_firms)."""
    n_days, n_firms = prices.shape
    rates = np.full((n_days - 1, n_firms), np.nan)
    for t in range(1, n_days):
        for i in range(n_firms):
            rates[t - 1, i] = math.log(prices[t, i] / prices[t - 1, i]) / dt
    return rates


def lagged_volatility(growth, halflife):
    """Standard deviation of the days before each day, weighted by 2^(-age / halflife).

    Weights are reliability weights, so that the variance is divided by 1 - sum of their squares.
    """
    volatility = np.full(growth.shape, np.nan)
    for i in range(growth.shape[1]):
        for t in range(len(growth)):
            days = [k for k in range(t) if not np.isnan(growth[k, i])]
            if len(days) < 2:
                continue
            weights = np.array([0.5 ** ((t - k) / halflife) for k in days])
            weights /= weights.sum()
            values = growth[days, i]
            mean = (weights * values).sum()
            variance = (weights * (values - mean) ** 2).sum() / (1 - (weights**2).sum())
            volatility[t, i] = math.sqrt(variance)
    return volatility


def normal_score(value, others):
    """Normal score of a value among others, one of which it is; missing ones are left out."""
    others = [other for other in others if not np.isnan(other)]
    below = sum(other < value for other in others)
    equal = sum(other == value for other in others)
    rank = below + (equal + 1) / 2
    return NormalDist().inv_cdf((rank - 0.5) / len(others))


def normal_scores(scaled):
    """Each firm among all firms, day by day."""
    scores = np.full(scaled.shape, np.nan)
    for t, row in enumerate(scaled):
        for i, value in enumerate(row):
            if not np.isnan(value):
                scores[t, i] = normal_score(value, row)
    return scores


def trajectories(y, observed):
    """(n_firms, n_days, d_out): outputs less the mean of the observed firms, 0 where missing."""
    n_days, n_firms, d_out = y.shape
    paths = np.zeros((n_firms, n_days, d_out))
    for t in range(n_days):
        firms = [i for i in range(n_firms) if observed[t, i]]
        for i in firms:
            paths[i, t] = y[t, i] - sum(y[t, j] for j in firms) / len(firms)
    return paths


def cosine(left, right, left_observed, right_observed):
    """Cosine over the days on which both firms are observed; 0 without any."""
    scores = np.zeros((len(left), len(right)))
    for i in range(len(left)):
        for j in range(len(right)):
            both = [t for t in range(left.shape[1]) if left_observed[t, i] and right_observed[t, j]]
            a = np.concatenate([left[i, t] for t in both] or [[0.0]])
            b = np.concatenate([right[j, t] for t in both] or [[0.0]])
            norms = math.sqrt(a @ a) * math.sqrt(b @ b)
            scores[i, j] = a @ b / norms if norms > 0 else 0.0
    return scores


def ridge_coefficients(target, regressors, ridge):
    """Regression with a penalty, as least squares on rows that stand for the penalty."""
    rows = np.vstack([regressors, np.diag(np.sqrt(ridge))])
    values = np.concatenate([target, np.zeros(len(ridge))])
    return np.linalg.lstsq(rows, values, rcond=None)[0]


def blend(paths, broad, close, observed, weights, sharpness, close_weight):
    """(1 - a) broad similarity + a exp(kappa (close similarity - 1)), pair by pair."""
    n_firms = len(paths)
    alike = cosine(paths, paths, observed, observed)
    scores = np.zeros((n_firms, n_firms))
    for i in range(n_firms):
        for j in range(n_firms):
            both = [t for t in range(len(observed)) if observed[t, i] and observed[t, j]]
            if not both:
                continue
            similar = []
            for weight, second, e in (
                (weights[0], weights[2], broad),
                (weights[1], 0.0, close),
            ):
                scale, profile = math.sqrt(weight / len(both)), math.sqrt(second / n_firms)
                a = np.concatenate([e[i], *(scale * paths[i, t] for t in both), profile * alike[i]])
                b = np.concatenate([e[j], *(scale * paths[j, t] for t in both), profile * alike[j]])
                similar.append(a @ b / math.sqrt((a @ a) * (b @ b)))
            near = math.exp(sharpness * (similar[1] - 1))
            scores[i, j] = (1 - close_weight) * similar[0] + close_weight * near
    return scores


def softmax_loss(score, target, observed, beta, tau):
    """Mean over firms of KL(target neighbourhood || neighbourhood of the scores)."""
    losses = []
    for i in range(len(score)):
        others = [j for j in range(len(score)) if j != i and observed[i, j]]
        if not others:
            continue
        wanted = np.array([math.exp(target[i, j] / tau) for j in others])
        own = np.array([math.exp(beta * score[i, j]) for j in others])
        wanted, own = wanted / wanted.sum(), own / own.sum()
        losses.append(sum(p * math.log(p / q) for p, q in zip(wanted, own, strict=True)))
    return sum(losses) / len(losses)


def correlation_loss(score, target, observed):
    """One minus the correlation over observed pairs i < j."""
    n_firms = len(score)
    pairs = [(i, j) for i in range(n_firms) for j in range(i + 1, n_firms) if observed[i, j]]
    s, c = (np.array([matrix[pair] for pair in pairs]) for matrix in (score, target))
    return 1 - np.corrcoef(s, c)[0, 1]


def next_day_loss(y, z, observed):
    """Mean squared error of y on day t against z on day t + 1, where z is observed."""
    errors = [
        (y[t, i, 0] - z[t + 1, i]) ** 2
        for t in range(len(z) - 1)
        for i in range(z.shape[1])
        if observed[t + 1, i]
    ]
    return sum(errors) / len(errors)


def jacobian(function, at, width=1e-5):
    """Slopes of a function of one vector by central differences: (n_out, n_in)."""
    columns = []
    for k in range(len(at)):
        step = np.zeros(len(at))
        step[k] = width
        columns.append((function(at + step) - function(at - step)) / (2 * width))
    return np.stack(columns, axis=1)


def half_life(lags, norms):
    """Days in which a straight line through the logarithms falls by ln 2."""
    mean = sum(lags) / len(lags)
    logs = [math.log(norm) for norm in norms]
    slope = sum((k - mean) * log for k, log in zip(lags, logs, strict=True))
    slope /= sum((k - mean) ** 2 for k in lags)
    return -math.log(2) / slope


def memory_loss(x, symbol, **weights):
    """Mean logistic loss of an Elman cell's last output, one sequence at a time."""
    losses = []
    for i, s in enumerate(symbol):
        y, _ = elman(x[:, i : i + 1], **weights)
        losses.append(math.log(1 + math.exp(-s * y[-1, 0, 0])))
    return sum(losses) / len(losses)
