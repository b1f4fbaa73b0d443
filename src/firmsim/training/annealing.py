"""Training by simulated annealing (scipy)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import dual_annealing

from firmsim.training.derivative_free import BOUND, DerivativeFreeTrainer, Evaluate

TEMPERATURE = 0.01
"""Start of the cooling; it sets how much worse a step may be and how far it goes. It is small
because losses are of order 1 and all weights move at once. At scipy's default of 5,230, hundreds of
weights jump across their whole range and hardly a step is accepted."""

ENDLESS = 10**9
"""More iterations than any budget allows."""


@dataclass(frozen=True)
class AnnealingTrainer(DerivativeFreeTrainer):
    """Generalised simulated annealing of scipy, without its local search.

    Tsallis and Stariolo (1996), *Physica A* 233; Xiang et al. (1997), *Physics Letters A* 233. The
    local search is left out because it takes finite differences, which are derivatives.

    scipy evaluates one set of weights at a time, so that there is no batched forward pass;
    `population` evaluations count as one generation. One sweep of the cooling tries each weight
    twice, so that networks of thousands of weights hardly cool within a budget. Weights stay within
    :data:`~firmsim.training.derivative_free.BOUND` spreads of the start weights.
    """

    def search(self, n_weights: int, rng: np.random.Generator, evaluate: Evaluate) -> None:
        """See :meth:`DerivativeFreeTrainer.search`."""
        dual_annealing(
            lambda member: float(evaluate(member[None])[0]),
            bounds=[(-BOUND, BOUND)] * n_weights,
            maxiter=ENDLESS,
            maxfun=ENDLESS,
            initial_temp=TEMPERATURE,
            no_local_search=True,
            x0=np.zeros(n_weights),
            rng=rng,
        )
