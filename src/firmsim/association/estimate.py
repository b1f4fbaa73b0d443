"""An effect size with its interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """One statistic; `value` is None exactly when there is a `reason`."""

    value: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    reason: str | None = None

    def to_json(self, name: str = "value") -> dict[str, Any]:
        """Value (under `name`), interval and, where there is one, the reason for having none."""
        record: dict[str, Any] = {name: self.value, "low": self.low, "high": self.high}
        return record | ({"reason": self.reason} if self.reason else {})


def impossible(reason: str) -> Estimate:
    """Estimate that these firms do not allow."""
    return Estimate(None, reason=reason)


def jackknifed(
    value: float,
    without_each: NDArray[np.float64],
    bounds: tuple[float, float],
    p: float | None = None,
) -> Estimate:
    r"""Estimate with the 95 % interval of the firm-level jackknife.

    .. math:: \theta \pm t_{n-1} \sqrt{\frac{n - 1}{n} \sum_i (\theta_{-i} - \bar\theta)^2}

    where theta_-i is the statistic of all firms but i, so that a firm leaves with all its pairs:
    pairs that share a firm are not independent, and an interval over pairs would be too narrow.
    Arvesen (1969), Annals of Mathematical Statistics 40; Snijders and Borgatti (1999),
    Connections 22(2), for networks.

    Parameters
    ----------
    value : float
        Statistic of all firms.
    without_each : array of shape (n_firms,)
        Statistic without each firm; NaN where it does not exist.
    bounds : pair of float
        Range of the statistic; the interval is cut off there.
    p : float, optional
        p value of a permutation test.

    Returns
    -------
    Estimate
        Without an interval when the statistic needs every firm there is.
    """
    n = without_each.size
    if np.isnan(without_each).any():
        return Estimate(float(value), p=p)
    deviation = without_each - without_each.mean()
    half = student.ppf((1 + CONFIDENCE) / 2, n - 1) * np.sqrt((n - 1) / n * np.sum(deviation**2))
    low, high = np.clip([value - half, value + half], *bounds)
    return Estimate(float(value), float(low), float(high), p)
