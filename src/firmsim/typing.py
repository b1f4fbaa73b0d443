"""Types of arrays by their content; the docstrings of functions say the shapes."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Numbers; missing ones are NaN."""

Flags = NDArray[np.bool_]
"""True and false, such as a mask of observed values."""

Indices = NDArray[np.intp]
"""Positions along an axis."""

Labels = NDArray[np.object_]
"""Text, such as the sector of each firm; empty where it is unknown."""
