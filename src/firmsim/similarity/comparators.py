"""Registry of comparators: the classical scores that are shown beside those of the encoders.

To add a comparator, write a file in this folder with a function from an array of shape
(n_days, n_firms) to scores of shape (n_firms, n_firms), and add a record below. Choices and default
of the configuration and the labels of the report follow from the record; ``make schema`` writes it
into docs/method.md and config/evaluation.yaml.

This module imports no numerical library, so that the configuration can read it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Literal

from firmsim.errors import ConfigError

if TYPE_CHECKING:
    from firmsim.typing import Floats

Input = Literal["growth", "scaled", "q", "seed"]


@dataclass(frozen=True, kw_only=True)
class Comparator:
    """A classical score of every pair of firms.

    Attributes
    ----------
    name : str
        Name in the configuration and of result files.
    label, title : str
        Short name for sentences and narrow columns, and full name.
    formula : str
        Formula in one line. mu: growth rate, z: volatility-scaled growth rate, q: normal score.
    reference : str
        Source in the literature; docs/method.md lists the references.
    seconds : float
        Time for 431 firms on 2,000 days on one core, rounded up.
    loader : callable
        Returns the function that scores; imports its file, which may take a second, when called.
    reads : tuple of str
        Positional arguments of the function. Arrays of shape (n_days, n_firms), NaN where missing:
        ``growth`` (1/year), ``scaled`` (growth rates in units of the firm's own lagged volatility)
        and ``q`` (normal scores across firms). Or an integer: ``seed``. The function returns a
        symmetric array of shape (n_firms, n_firms) with NaN where a pair is undefined.
    settings : mapping
        Keyword arguments of the function.
    default : bool
        Whether a run computes it unless the configuration says otherwise.
    max_pair_days : int or None
        Most pairs of firms times days that it scores; None: any number.
    package : str
        Package that it needs and requirements.lock leaves out.
    """

    name: str
    label: str
    title: str
    formula: str
    reference: str = ""
    seconds: float
    loader: Callable[[], Callable[..., Floats]]
    reads: tuple[Input, ...] = ("growth",)
    settings: Mapping[str, Any] = field(default_factory=dict)
    default: bool = False
    max_pair_days: int | None = None
    package: str = ""

    def max_firms(self, n_days: int) -> int | None:
        """Largest number of firms that it scores on a number of days; None: any number."""
        if self.max_pair_days is None:
            return None
        return (1 + math.isqrt(1 + 8 * (self.max_pair_days // n_days))) // 2


def _function(path: str) -> Callable[[], Callable[..., Floats]]:
    """Loader of a function of this folder, given as ``file:function``."""
    return partial(resolve_name, f"firmsim.similarity.{path}")


_ALL = (
    Comparator(
        name="pearson",
        label="Pearson",
        title="Pearson correlation",
        formula="corr(mu_i, mu_j)",
        seconds=0.2,
        loader=_function("correlation:masked_correlation"),
        default=True,
    ),
    Comparator(
        name="spearman",
        label="Spearman",
        title="Spearman correlation",
        formula="corr(rank_t mu_i, rank_t mu_j), ranks over days",
        seconds=0.2,
        loader=_function("spearman:spearman"),
        default=True,
    ),
    Comparator(
        name="ewma",
        label="EWMA correlation",
        title="Exponentially weighted correlation",
        formula="corr(mu_i, mu_j), weight of a day halved every 60 trading days into the past",
        reference="RiskMetrics (1996)",
        seconds=0.1,
        loader=_function("ewma:ewma"),
        default=True,
    ),
    Comparator(
        name="rank-correlation",
        label="rank correlation",
        title="Cross-sectional rank correlation",
        formula="corr(q_i, q_j), q = normal scores of scaled growth rates across firms",
        seconds=0.1,
        loader=_function("correlation:masked_correlation"),
        reads=("q",),
        default=True,
    ),
    *(
        Comparator(
            name=f"rank-correlation-{power}",
            label=f"rank correlation {power}",
            title=f"Cross-sectional rank correlation, shaped by {power}",
            formula=f"S_ij / sqrt(S_ii S_jj), S = V diag(l^{power}) V', corr(q) = V diag(l) V'",
            seconds=0.1,
            loader=_function("rank_correlation:shaped_rank_correlation"),
            reads=("q",),
            settings={"power": power},
            default=True,
        )
        for power in (1.25, 1.5)
    ),
    Comparator(
        name="market-residual",
        label="market residual",
        title="Market-residual correlation",
        formula="corr(e_i, e_j), mu_i = a_i + b_i m_i + e_i, "
        "m_i = mean growth rate of the other firms",
        reference="Sharpe (1963)",
        seconds=0.1,
        loader=_function("market_residual:market_residual"),
        default=True,
    ),
    Comparator(
        name="random-matrix",
        label="random matrix",
        title="Random-matrix filtered correlation",
        formula="S_ij / sqrt(S_ii S_jj), S = corr(mu) of its eigenvalues above noise, "
        "market left out",
        reference="Laloux et al. (1999), Plerou et al. (2002)",
        seconds=0.1,
        loader=_function("random_matrix:group_modes"),
        default=True,
    ),
    *(
        Comparator(
            name=f"pca-{k}",
            label=f"PCA-{k}",
            title=f"Principal components, {k}",
            formula=f"cos(v_i, v_j), v = loadings on the {k} leading components of corr(q)",
            reference="Plerou et al. (2002)",
            seconds=0.1,
            loader=_function("principal_components:principal_components"),
            reads=("q",),
            settings={"components": k},
            default=True,
        )
        for k in (10, 20, 50, 64)
    ),
    *(
        Comparator(
            name=f"pca-{k}-without-first",
            label=f"PCA-{k} without first",
            title=f"Principal components, 2 to {k}",
            formula=f"cos(v_i, v_j), v = loadings on components 2 to {k} of corr(mu); "
            "the first is market",
            reference="Plerou et al. (2002)",
            seconds=0.1,
            loader=_function("principal_components:without_market"),
            settings={"components": k},
            default=k == 50,
        )
        for k in (20, 50)
    ),
    Comparator(
        name="rbf",
        label="RBF kernel",
        title="RBF kernel",
        formula="exp(-d_ij^2 / (2 median d^2)), d_ij^2 = mean_t (z_i - z_j)^2, "
        "z = scaled growth rate",
        reference="Garreau et al. (2017)",
        seconds=0.1,
        loader=_function("kernels:rbf"),
        reads=("scaled",),
        default=True,
    ),
    Comparator(
        name="linear",
        label="linear kernel",
        title="Linear kernel",
        formula="k_ij / sqrt(k_ii k_jj), k_ij = mean_t z_i z_j, z = scaled growth rate",
        reference="Schölkopf and Smola (2002)",
        seconds=0.1,
        loader=_function("kernels:polynomial"),
        reads=("scaled",),
        settings={"degree": 1, "offset": 0.0},
    ),
    Comparator(
        name="polynomial",
        label="polynomial kernel",
        title="Polynomial kernel, degree 3",
        formula="k_ij / sqrt(k_ii k_jj), k_ij = (mean_t z_i z_j + 1)^3, z = scaled growth rate",
        reference="Schölkopf and Smola (2002)",
        seconds=0.1,
        loader=_function("kernels:polynomial"),
        reads=("scaled",),
        settings={"degree": 3, "offset": 1.0},
    ),
    Comparator(
        name="co-occurrence",
        label="co-occurrence",
        title="Co-occurrence embedding, factorised",
        formula="cos(e_i, e_j), e = 20 factors of the PMI of being among the 3 nearest on a day",
        reference="after Dolphin et al. (2022), Levy and Goldberg (2014)",
        seconds=0.4,
        loader=_function("cooccurrence:cooccurrence"),
    ),
    Comparator(
        name="dtw",
        label="DTW",
        title="Dynamic time warping",
        formula="exp(-d_ij^2 / (2 median d^2)), d_ij^2 = mean_t (z_i - z_j)^2, "
        "days shifted by at most 5",
        reference="Sakoe and Chiba (1978)",
        seconds=10,
        loader=_function("dtw:warping"),
        reads=("scaled",),
        max_pair_days=1_000_000_000,  # a minute on one core
    ),
    Comparator(
        name="hmm",
        label="HMM",
        title="Hidden Markov models",
        formula="exp(-d_ij), d_ij = log-likelihood per day lost by exchanging two-state models, "
        "mean of both",
        reference="Juang and Rabiner (1985)",
        seconds=10,
        loader=_function("hidden_markov:hidden_markov"),
    ),
    Comparator(
        name="catch22",
        label="Catch22",
        title="Catch22 features",
        formula="cos(c_i, c_j), c = 22 features of the growth rates, standardised across firms",
        reference="Lubba et al. (2019)",
        seconds=1.5,
        loader=_function("catch22:catch22"),
        package="pycatch22",
    ),
    Comparator(
        name="random",
        label="random",
        title="Random scores",
        formula="uniform in [-1, 1]",
        seconds=0.1,
        loader=_function("random_scores:random_scores"),
        reads=("growth", "seed"),
        default=True,
    ),
)

COMPARATORS: dict[str, Comparator] = {comparator.name: comparator for comparator in _ALL}
"""Every comparator by its name, in the order in which tables show them."""


def default_comparators() -> list[str]:
    """Names of the comparators that a run computes unless the configuration says otherwise."""
    return [name for name, comparator in COMPARATORS.items() if comparator.default]


def chosen_comparators(names: Sequence[str] | None) -> list[str]:
    """Check the names of a run's comparators.

    Parameters
    ----------
    names : sequence of str or None
        Names as configured; None: the default ones.

    Returns
    -------
    list of str
        The same names. The random scores are appended where they are not among them: every table
        needs the row that shows what chance gives.

    Raises
    ------
    ConfigError
        There is no comparator of a name: gives the nearest one.

    Examples
    --------
    >>> chosen_comparators(["pearson", "ewma"])
    ['pearson', 'ewma', 'random']
    """
    chosen = default_comparators() if names is None else list(names)
    for name in chosen:
        if name not in COMPARATORS:
            near = difflib.get_close_matches(str(name), COMPARATORS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(COMPARATORS)}"
            message = f"comparators: {name!r} is unknown; {hint}"
            raise ConfigError(message, parameter="comparators")
    return chosen if "random" in chosen else [*chosen, "random"]
