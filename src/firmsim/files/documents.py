"""JSON, pages and figures of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmsim.files.integrity import DamagedFileError, sealed, verify

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_json(value: Any, path: Path) -> None:
    """Write indented JSON atomically, with its checksum."""
    write_text(json.dumps(value, indent=1) + "\n", path)


def read_json(path: Path) -> Any:
    """Read JSON that a run wrote.

    Parameters
    ----------
    path : Path
        Written by :func:`write_json`.

    Returns
    -------
    dict, list, str, float, int, bool or None
        What was written.

    Raises
    ------
    DamagedFileError
        The file is not what was written, or no JSON.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "run.json"
    ...     write_json({"firms": 431}, path)
    ...     read_json(path)
    {'firms': 431}
    """
    verify(path)
    try:
        return json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise DamagedFileError(path, str(error)) from None


def write_text(text: str, path: Path) -> None:
    """Write a page in UTF-8 atomically, with its checksum."""
    with sealed(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_figure(figure: Figure, path: Path) -> None:
    """Write a PNG atomically, with its checksum; equal figures give equal bytes."""
    with sealed(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100, metadata={"Software": None})
