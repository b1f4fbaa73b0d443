import numpy as np
import pandas as pd
from packed import unpacked

from firmsim.report.explore import matrix_data, peer_data


def test_matrix_data_has_room_for_colours():
    data = matrix_data(np.eye(3))
    assert data["low"] < data["high"]
    assert len(unpacked(data["cells"], "u1")) == 6
    assert len(unpacked(data["merges"], "u2")) == 4


def test_peers_stand_in_the_order_of_the_firms():
    pairs = [("B", "A", 0.9), ("B", "C", -0.25), ("A", "B", 0.9)]
    pairs += [("A", "C", 0.1), ("C", "A", 0.1), ("C", "B", -0.25)]
    rows = [(one, 1 + at % 2, two, score) for at, (one, two, score) in enumerate(pairs)]
    rows.reverse()
    neighbours = pd.DataFrame(rows, columns=["firm", "rank", "neighbour", "score"])
    data = peer_data(neighbours, pd.Index(["A", "B", "C"]))
    assert unpacked(data["firms"], "u2").tolist() == [1, 2, 0, 2, 0, 1]
    assert unpacked(data["scores"], "i2").tolist() == [9000, 1000, 9000, -2500, 1000, -2500]
