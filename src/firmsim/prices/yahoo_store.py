"""What Yahoo gave, kept on disk: one file a ticker, so that nothing is asked for twice."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from firmsim.errors import PriceError
from firmsim.files import write_json, write_parquet


class YahooStore:
    """Histories and profiles below one folder.

    Adjusted prices of the past change with every later dividend, so a history is kept for the
    very days it was asked for and never appended to. Profiles carry no date: delete the folder
    ``profiles`` to have them asked for again.

    Parameters
    ----------
    folder : Path
        Made when something is kept.
    start, end : date
        First and last day of the histories.
    """

    def __init__(self, folder: Path, start: date, end: date) -> None:
        self._histories = folder / "prices" / f"{start}_{end}"
        self._profiles = folder / "profiles"

    def history(self, ticker: str) -> pd.DataFrame | None:
        """Kept history, or None.

        Raises
        ------
        PriceError
            The file is there but unreadable.
        """
        path = self._histories / f"{ticker}.parquet"
        if not path.is_file():
            return None
        try:
            return pd.read_parquet(path)
        except (OSError, pa.ArrowException):
            message = f"{path} is corrupt; delete it and run again"
            raise PriceError(message) from None

    def keep_history(self, ticker: str, table: pd.DataFrame) -> None:
        """Write a history, whole or not at all."""
        write_parquet(table, self._histories / f"{ticker}.parquet")

    def profile(self, ticker: str) -> dict[str, Any] | None:
        """Kept profile, or None.

        Raises
        ------
        PriceError
            The file is there but unreadable.
        """
        path = self._profiles / f"{ticker}.json"
        if not path.is_file():
            return None
        try:
            profile: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            message = f"{path} is corrupt; delete it and run again"
            raise PriceError(message) from None
        return profile

    def keep_profile(self, ticker: str, profile: dict[str, Any]) -> None:
        """Write a profile, whole or not at all."""
        write_json(profile, self._profiles / f"{ticker}.json")
