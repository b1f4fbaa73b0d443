import numpy as np
import pandas as pd
import pytest

from firmsim.errors import EncoderError
from firmsim.similarity.scores import check_scores, cosine_scores, mean_scores


def square(values, tickers="ABC"):
    return pd.DataFrame(values, index=list(tickers), columns=list(tickers))


GOOD = np.array([[1, 0.2, -0.5], [0.2, 1, 0], [-0.5, 0, 1.0]])


def changed(*entries):
    values = GOOD.copy()
    for row, column, value in entries:
        values[row, column] = value
    return square(values)


def test_cosine_matches_loops():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(6, 4)).astype(np.float32), index=list("UVWXYZ"))
    found = check_scores(cosine_scores(rows))
    for a in rows.index:
        for b in rows.index:
            x, y = rows.loc[a].astype(float), rows.loc[b].astype(float)
            expected = x @ y / np.sqrt((x @ x) * (y @ y))
            assert found.loc[a, b] == pytest.approx(expected, abs=1e-12)
    assert (np.diag(found) == 1).all()
    assert found.dtypes.eq(np.float64).all()


@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e200])
def test_cosine_ignores_length(scale):
    rows = pd.DataFrame([[1.0, 2.0], [2.0, 4.0], [-1.0, -2.0]], index=list("ABC"))
    expected = [[1, 1, -1], [1, 1, -1], [-1, -1, 1]]
    np.testing.assert_allclose(cosine_scores(rows * scale), expected, atol=1e-12)


def test_cosine_ignores_the_length_of_each():
    rows = pd.DataFrame([[3e-200, 4e-200], [3e200, 4e200], [4.0, -3.0]], index=list("ABC"))
    expected = [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    np.testing.assert_allclose(cosine_scores(rows), expected, atol=1e-12)


def test_cosines_of_parallel_embeddings_never_leave_the_range():
    rows = np.random.default_rng(0).normal(size=(60, 7))
    both = pd.DataFrame(np.vstack([rows, 3 * rows, -0.7 * rows]))
    found = cosine_scores(both).to_numpy()
    assert found.max() == 1
    assert found.min() == -1


def test_zero_embedding_scores_zero():
    found = check_scores(cosine_scores(pd.DataFrame([[0.0, 0], [1, 2], [2, 1]], index=list("ABC"))))
    assert list(found.loc["A"]) == [1, 0, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_embedding_that_is_not_finite(bad):
    rows = pd.DataFrame([[1.0, 2], [bad, 1]], index=["AA", "BB"])
    with pytest.raises(EncoderError, match="embeddings: that of 'BB' is not finite") as error:
        cosine_scores(rows)
    assert error.value.parameter == "embeddings"


def test_mean():
    mean = mean_scores([square(GOOD), square(np.eye(3)), square(np.eye(3))])
    expected = GOOD / 3
    np.fill_diagonal(expected, 1)
    np.testing.assert_allclose(mean, expected)
    check_scores(mean)
    pd.testing.assert_frame_equal(mean_scores([square(GOOD)]), square(GOOD))


def test_means_of_single_precision_are_taken_in_double():
    third = square(np.where(np.eye(3, dtype=bool), 1, 1 / 3)).astype(np.float32)
    mean = mean_scores([third, square(np.eye(3)).astype(np.float32), third])
    assert mean.dtypes.eq(np.float64).all()
    assert mean.loc["A", "B"] == pytest.approx(2 * float(np.float32(1 / 3)) / 3, abs=1e-15)


def test_mean_needs_the_same_firms():
    with pytest.raises(ValueError, match="same tickers"):
        mean_scores([square(GOOD), square(GOOD, "ABD")])
    with pytest.raises(ValueError, match="same tickers"):
        mean_scores([square(GOOD), square(GOOD).iloc[::-1, ::-1]])
    with pytest.raises(ValueError, match="no score matrices"):
        mean_scores([])


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (changed((0, 1, np.nan), (1, 0, np.nan)), r"'A' and 'B' \(nan\) is missing"),
        (changed((0, 2, -1.1), (2, 0, -1.1)), r"'A' and 'C' \(-1.1\) is outside"),
        (changed((0, 1, 0.3)), r"'A' and 'B' \(0.3\) differs from its mirror image"),
        (changed((2, 2, 0.9)), r"'C' and 'C' \(0.9\) is not 1"),
        (square(GOOD).iloc[:, ::-1], "same tickers, in the same order"),
        (square(GOOD).iloc[:2], "same tickers, in the same order"),
        (square(GOOD, "ABA"), "ticker 'A' is in the score matrix twice"),
    ],
)
def test_check_names_what_is_broken(scores, message):
    with pytest.raises(ValueError, match=message):
        check_scores(scores)


def test_check_returns_good_scores():
    good = square(GOOD)
    assert check_scores(good) is good
