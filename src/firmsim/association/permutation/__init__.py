"""Permutation tests of scores against attributes of the firms; they permute firms, never pairs.

Both sides of a test are distances. A positive r means that firms with high scores are similar in
the attribute too. p is (1 + permutations at least as extreme) / (1 + permutations), two-sided for
correlations and coefficients. Where fewer permutations exist than requested, the test uses all of
them and p is exact. docs/statistics.md says which test answers which question.
"""

from firmsim.association.permutation.distances import (
    label_distance,
    score_distance,
    size_distance,
)
from firmsim.association.permutation.holm import holm, holm_by
from firmsim.association.permutation.mantel import mantel, mantel_within, partial_mantel
from firmsim.association.permutation.mrqap import Coefficient, Mrqap, mrqap
from firmsim.association.permutation.permanova import Permanova, permanova
from firmsim.association.permutation.permdisp import Permdisp, permdisp

__all__ = [
    "Coefficient",
    "Mrqap",
    "Permanova",
    "Permdisp",
    "holm",
    "holm_by",
    "label_distance",
    "mantel",
    "mantel_within",
    "mrqap",
    "partial_mantel",
    "permanova",
    "permdisp",
    "score_distance",
    "size_distance",
]
