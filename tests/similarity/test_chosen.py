"""Which comparators a run computes, and how many firms one scores."""

import pytest

from firmsim.errors import ConfigError
from firmsim.similarity.comparators import COMPARATORS, chosen_comparators


def test_random_scores_come_last_unless_they_are_named():
    assert list(chosen_comparators(["pearson"])) == ["pearson", "random"]
    assert list(chosen_comparators(["random", "pearson"])) == ["random", "pearson"]


def test_an_unknown_comparator_is_refused_with_the_nearest_or_all():
    with pytest.raises(ConfigError, match=r"'pearsn'.*did you mean 'pearson'\?"):
        chosen_comparators(["pearsn"])
    with pytest.raises(ConfigError, match=r"'zzzzzz'.*choose from pearson, .*, random"):
        chosen_comparators(["zzzzzz"])


@pytest.mark.parametrize("n_days", [1, 7, 250, 2513])
def test_the_most_firms_are_those_whose_pairs_times_days_stay_within_the_limit(n_days):
    limited = [record for record in COMPARATORS.values() if record.max_pair_days is not None]
    assert limited
    for record in limited:
        most = record.max_firms(n_days)
        assert most * (most - 1) // 2 * n_days <= record.max_pair_days
        assert (most + 1) * most // 2 * n_days > record.max_pair_days
