"""Correlation of growth rates without the noise that random matrices show, and without the market.

The comparator ``random-matrix``; random scores are `firmsim.similarity.random_scores`.
"""

import numpy as np
from scipy.linalg import eigh

from firmsim.similarity.correlation import masked_correlation
from firmsim.similarity.spectrum import scores_of_loadings
from firmsim.typing import Floats


def group_modes(growth: Floats) -> Floats:
    r"""Correlation of growth rates without noise and without the market: its group modes.

    The largest eigenvalue of the correlation matrix of N firms over T days is the market.
    Independent firms show eigenvalues up to the edge of the Marchenko-Pastur law:

    .. math:: \lambda_+ = \left(1 - \frac{\lambda_1}{N}\right) \left(1 + \sqrt{N/T}\right)^2

    The first factor is the variance that the market leaves (Laloux, Cizeau, Bouchaud and Potters
    1999, Physical Review Letters 83, 1467). The eigenvalues between are the groups (Plerou et al.
    2002, Physical Review E 65, 066126). Their part of the matrix is rescaled to unit diagonal.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing. T is the mean number of days per firm.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]. All 0 where no eigenvalue is between. NaN for firms whose own
        correlation is.
    """
    correlation = masked_correlation(growth)
    defined = ~np.isnan(np.diag(correlation))

    def loadings(part: Floats) -> Floats:
        values, vectors = eigh(part)
        n = len(part)
        days = (~np.isnan(growth[:, defined])).sum(axis=0).mean()
        edge = (1 - values[-1] / n) * (1 + np.sqrt(n / days)) ** 2
        group = values > edge
        group[-1] = False
        return np.asarray(vectors * np.sqrt(np.where(group, values, 0.0)))

    return scores_of_loadings(correlation, loadings)
