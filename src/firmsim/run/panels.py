"""The panels of prices that a run reads: scored, training and reference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from firmsim.config import Prices, Training
from firmsim.errors import at_fault
from firmsim.prices.source import BUNDLED
from firmsim.prices.sources.file import FilePrices
from firmsim.run.paths import PANELS, REFERENCE, RESOURCES, SCORED, TRAINING


@dataclass(frozen=True)
class PanelPlan:
    """What one panel of prices reads.

    Attributes
    ----------
    name : str
        scored, training or reference.
    tickers : list of str or None
        Firms; None: every firm of the source.
    end : date or None
        Last day; None: the last there is.
    files : list of Path
        Files that the prices are read from; none for the source ``yahoo``.
    profiles : bool
        Whether the source is asked for sectors and sizes.
    fingerprint : str or None
        Hash of the prices, for files that may change without any change to these firms and days;
        None: the age of the files says whether they changed.
    later_listings : bool
        Whether firms listed after the last day count as covered.
    after : str or None
        Panel that is read before this one.
    parameter : str or None
        Parameter that is at fault when this panel cannot be read.
    """

    name: str
    tickers: list[str] | None
    end: date | None
    files: list[Path]
    profiles: bool = False
    fingerprint: str | None = None
    later_listings: bool = False
    after: str | None = None
    parameter: str | None = None

    def rule(self, step: str) -> str:
        """Return the name of the rule that makes a step of this panel.

        Parameters
        ----------
        step : str
            prices or growth.

        Returns
        -------
        str
            The step, after the name of the panel unless it is the scored one.
        """
        return step if self.name == SCORED else f"{self.name}_{step}"


def panel_names(train_firms: object | None, fit_end: object | None) -> list[str]:
    """Panels that a run reads, by what training is pinned to.

    Parameters
    ----------
    train_firms, fit_end : object or None
        Section ``training`` of the configuration; None: not pinned.

    Returns
    -------
    list of str
        Some of `firmsim.run.paths.PANELS`, in that order.

    Examples
    --------
    >>> panel_names(None, None)
    ['scored']
    >>> panel_names(["AAPL", "MSFT", "XOM"], None)
    ['scored', 'training']
    """
    read = {
        SCORED: True,
        TRAINING: train_firms is not None or fit_end is not None,
        REFERENCE: train_firms is not None and fit_end is not None,
    }
    return [name for name in PANELS if read[name]]


def plan_panels(
    prices: Prices, training: Training, scored: list[str] | None, pinned: list[str] | None
) -> dict[str, PanelPlan]:
    """Plan the panels of a run.

    With pinned training, the prices that training reads have files of their own: another firm, or
    another day when the fit period is pinned, leaves them alone.

    Parameters
    ----------
    prices, training : Prices, Training
        Sections of the configuration.
    scored : list of str or None
        Firms to score; None: every firm of the source.
    pinned : list of str or None
        Firms that training is pinned to; None: the scored firms.

    Returns
    -------
    dict of str to PanelPlan
        By name, the scored one first.

    Raises
    ------
    PriceError
        A file of prices is missing, unreadable or lacks a firm.
    """
    panels = {
        SCORED: PanelPlan(
            SCORED,
            scored,
            prices.end,
            _files(prices, scored),
            profiles=prices.firm_profiles == "fetch",
        )
    }
    names = panel_names(pinned, training.fit_end)
    if TRAINING not in names:
        return panels
    parameter = "fit_end" if pinned is None else "train_firms"
    tickers = scored if pinned is None else pinned
    fit_end = training.fit_end
    end = prices.end if fit_end is None else fit_end - timedelta(days=1)
    with at_fault(parameter):
        files = _files(prices, tickers)
        fingerprint = _fingerprint(prices, tickers, end)
    panels[TRAINING] = PanelPlan(
        TRAINING,
        tickers,
        end,
        files,
        fingerprint=fingerprint,
        later_listings=fit_end is not None,  # pinned days may end before a firm is listed
        parameter=parameter,
    )
    if REFERENCE in names:
        panels[REFERENCE] = PanelPlan(
            REFERENCE,
            tickers,
            prices.end,
            files,
            # a training firm that is downloaded at last is ranked among from then on
            after=TRAINING if prices.source == "yahoo" else None,
            parameter=parameter,
        )
    return panels


def _files(prices: Prices, tickers: list[str] | None) -> list[Path]:
    """Files that the prices of some firms (None: all) are read from."""
    if prices.source == "bundled":
        return [RESOURCES / BUNDLED]
    if prices.source == "file" and prices.path is not None:
        return FilePrices(prices.path).files(tickers)
    return []


def _fingerprint(prices: Prices, tickers: list[str] | None, end: date | None) -> str | None:
    """Hash of the prices of some firms (None: all), if they are in files of the user."""
    if prices.source != "file" or prices.path is None:
        return None
    return FilePrices(prices.path).fingerprint(tickers, prices.start, end)
