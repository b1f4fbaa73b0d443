"""Recurrent cells: Elman and Jordan, with LSTM, GRU and a feed-forward layer for comparison."""

from firmsim.recurrent.cell import Cell
from firmsim.recurrent.elman import Elman
from firmsim.recurrent.feedforward import FeedForward
from firmsim.recurrent.gru import GRU
from firmsim.recurrent.jordan import Jordan
from firmsim.recurrent.lstm import LSTM

CELLS: dict[str, type[Cell]] = {
    "elman": Elman,
    "jordan": Jordan,
    "lstm": LSTM,
    "gru": GRU,
    "feedforward": FeedForward,
}
"""Cells by their names in the configuration."""

__all__ = ["CELLS", "GRU", "LSTM", "Cell", "Elman", "FeedForward", "Jordan"]
