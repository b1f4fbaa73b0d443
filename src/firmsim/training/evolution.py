"""Training by populations: genetic algorithm and particle swarm (pymoo), CMA-ES (cma)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firmsim.errors import extra
from firmsim.training.derivative_free import BOUND, DerivativeFreeTrainer, Evaluate

if TYPE_CHECKING:
    from pymoo.core.algorithm import Algorithm

EXTRA = "search"
"""Extra of this project that installs cma and pymoo."""

SEEDS = 2**31
"""Seeds of the libraries are below this."""

FULL_COVARIANCE = 500
"""Most weights with a full covariance matrix in CMA-ES."""

VELOCITY = 1 / (2 * BOUND)
"""Largest move of a particle per generation: one spread, as a share of the range of the bounds."""


@dataclass(frozen=True)
class GeneticTrainer(DerivativeFreeTrainer):
    """Genetic algorithm of pymoo, with real-valued genes.

    Binary tournaments select parents; simulated binary crossover and polynomial mutation make
    children (Deb and Agrawal 1995, *Complex Systems* 9; Deb and Deb 2014). The best of parents and
    children survive. Rates are pymoo's defaults. Members stay within
    :data:`~firmsim.training.derivative_free.BOUND` spreads of the start weights.
    """

    def search(self, n_weights: int, rng: np.random.Generator, evaluate: Evaluate) -> None:
        """See :meth:`DerivativeFreeTrainer.search`."""
        with extra(EXTRA, "trainer genetic"):
            from pymoo.algorithms.soo.nonconvex.ga import GA
        first = self.first_members(n_weights, rng)
        _ask_and_tell(GA(self.population, sampling=first), n_weights, rng, evaluate)


@dataclass(frozen=True)
class SwarmTrainer(DerivativeFreeTrainer):
    """Particle swarm of pymoo, with adaptive coefficients.

    Kennedy and Eberhart (1995), *ICNN*; coefficients adapted as in Zhan et al. (2009), *IEEE
    Transactions on Systems, Man, and Cybernetics B* 39. Particles start at rest, move at most one
    spread per generation and stay within :data:`~firmsim.training.derivative_free.BOUND` spreads of
    the start weights.
    """

    def search(self, n_weights: int, rng: np.random.Generator, evaluate: Evaluate) -> None:
        """See :meth:`DerivativeFreeTrainer.search`."""
        with extra(EXTRA, "trainer swarm"):
            from pymoo.algorithms.soo.nonconvex.pso import PSO
        first = self.first_members(n_weights, rng)
        swarm = PSO(
            self.population,
            sampling=first,
            initial_velocity="zero",
            max_velocity_rate=VELOCITY,
        )
        _ask_and_tell(swarm, n_weights, rng, evaluate)


@dataclass(frozen=True)
class CMAESTrainer(DerivativeFreeTrainer):
    """Covariance matrix adaptation evolution strategy (CMA-ES) of the package cma.

    Hansen and Ostermeier (2001), *Evolutionary Computation* 9. Above :data:`FULL_COVARIANCE`
    weights the covariance matrix is diagonal (Ros and Hansen 2008, *PPSN*). A full matrix of 10,000
    weights has 50 million entries to learn, store and decompose. There are no bounds. The first
    members are normal draws around the start weights.
    """

    def search(self, n_weights: int, rng: np.random.Generator, evaluate: Evaluate) -> None:
        """See :meth:`DerivativeFreeTrainer.search`."""
        with extra(EXTRA, "trainer cma-es"):
            import cma
        options = {
            "popsize": self.population,
            "CMA_diagonal": n_weights > FULL_COVARIANCE,
            "randn": lambda n_members, n: rng.standard_normal((n_members, n)),
            "seed": math.nan,  # leaves numpy's global generator alone
            "verbose": -9,
            "verb_log": 0,
            "verb_disp": 0,
        }
        strategy = cma.CMAEvolutionStrategy(np.zeros(n_weights), 1.0, options)
        while True:  # until evaluate ends it; cma's own stopping rules are ignored
            members = strategy.ask()
            strategy.tell(members, evaluate(np.asarray(members)).tolist())


def _ask_and_tell(
    algorithm: Algorithm, n_weights: int, rng: np.random.Generator, evaluate: Evaluate
) -> None:
    """Run an algorithm of pymoo until `evaluate` ends it or it has nothing left to try."""
    from pymoo.core.evaluator import Evaluator
    from pymoo.core.problem import Problem
    from pymoo.core.termination import NoTermination
    from pymoo.problems.static import StaticProblem

    problem = Problem(n_var=n_weights, n_obj=1, xl=-BOUND, xu=BOUND)
    seed = int(rng.integers(SEEDS))
    algorithm.setup(problem, termination=NoTermination(), seed=seed, verbose=False)
    evaluator = Evaluator()
    while True:
        asked = algorithm.ask()
        if asked is None or len(asked) == 0:
            return
        losses = evaluate(asked.get("X").astype(float))
        evaluator.eval(StaticProblem(problem, F=losses[:, None]), asked)
        algorithm.tell(infills=asked)
