"""Recurrent cells: Elman and Jordan."""

from firmsim.recurrent.cell import Cell
from firmsim.recurrent.elman import Elman
from firmsim.recurrent.jordan import Jordan

CELLS: dict[str, type[Cell]] = {"elman": Elman, "jordan": Jordan}
"""Cells by their names in the configuration."""

__all__ = ["CELLS", "Cell", "Elman", "Jordan"]
