"""Small panels of prices and growth rates."""

import numpy as np
import pandas as pd


def table(values, columns=None):
    values = np.asarray(values, dtype=float)
    return pd.DataFrame(
        values,
        index=pd.bdate_range("2007-01-04", periods=len(values)),
        columns=columns or [f"F{k}" for k in range(values.shape[1])],
    )
