import numpy as np
import pandas as pd
import pytest

import naive_association as naive
from firmsim.association.neighbour_count import neighbour_count


@pytest.mark.parametrize(
    ("sizes", "five", "ten"),
    [
        ([2] * 6, 1, 1),  # six sectors of two
        ([3, 3, 3], 2, 2),
        ([7, 3, 2], 2, 2),
        ([8, 8, 8], 5, 7),
        ([11, 11], 5, 10),
        ([40, 40, 2], 5, 10),  # one tiny sector does not decide
        ([1, 1, 1, 6, 6], 5, 5),  # nor do firms alone in theirs
        ([1, 1, 1], 0, 0),
    ],
)
def test_known_cases(sizes, five, ten):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    assert (neighbour_count(labels, 5), neighbour_count(labels, 10)) == (five, ten)


@pytest.mark.parametrize("seed", range(20))
def test_more_than_three_firms_in_four_can_fill_the_places(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, rng.integers(2, 12), rng.integers(3, 60)).astype(str).astype(object)
    for at_most in (1, 5, 10):
        assert neighbour_count(labels, at_most) == naive.neighbour_count(labels, at_most)


def test_no_firms():
    assert neighbour_count(np.array([], dtype=object), 5) == 0


def test_the_bundled_firms_keep_five_and_ten(request):
    path = request.config.rootpath / "config" / "firms" / "sp500_2007_2016.csv"
    sectors = pd.read_csv(path, keep_default_na=False)["sector"].to_numpy(dtype=object)
    assert (neighbour_count(sectors, 5), neighbour_count(sectors, 10)) == (5, 10)
