import pytest

from firmsim.report.scales import Standing, Strength, negligible, standing, strength


@pytest.mark.parametrize(
    ("ours", "theirs", "how"),
    [(0.8, 0.7, "ahead"), (0.8, 0.804, "level"), (0.804, 0.8, "level"), (0.7, 0.8, "behind")],
)
def test_close_values_are_level(ours, theirs, how):
    assert standing(ours, theirs) is Standing(how)


@pytest.mark.parametrize(
    ("r", "word"),
    [(0.0, "negligible"), (-0.1, "weak"), (0.29, "weak"), (0.3, "moderate"), (-0.5, "strong")],
)
def test_strength_is_that_of_cohen(r, word):
    assert strength(r) is Strength(word)


def test_unknown_bounds_do_not_count():
    assert negligible(0.05, float("nan"))
    assert not negligible(0.05, -0.1)
