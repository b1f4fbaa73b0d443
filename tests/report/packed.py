"""Reads the arrays of the page back; not a test itself."""

import base64
import json

import numpy as np

from firmsim.report.plots import figure_json


def unpacked(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype=np.dtype(dtype).newbyteorder("<"))


def drawn(figure):
    """Data and layout of a static figure as the page reads them, with arrays of x and y."""
    read = json.loads(figure_json(figure))
    for line in read["data"]:
        line["y"] = _array(line["y"])
        line["x"] = (
            _array(line["x"])
            if "x" in line
            else line["x0"] + line["dx"] * np.arange(len(line["y"]))
        )
    return read


def _array(value):
    return unpacked(value["bdata"], value["dtype"]) if isinstance(value, dict) else np.array(value)
