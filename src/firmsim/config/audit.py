"""Section `audit`: checks on prices, and what to do about each finding."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from firmsim.config.section import MAX_DAYS, Section

Action = Literal["mask", "drop", "stop"]
SoftAction = Literal["note", "mask", "drop", "stop"]
FirmAction = Literal["drop", "stop"]
SoftFirmAction = Literal["note", "drop", "stop"]


class Actions(Section):
    """What to do about each kind of finding.

    `note` only reports it, `mask` removes the price, `drop` removes the firm, and `stop` ends the
    run.
    """

    nonpositive_price: Action = "mask"
    """A price is zero, negative or infinite."""
    duplicate_date: Action = "mask"
    """A day has two prices. Equal prices are merged; `mask` removes different ones."""
    live_row: Action = "mask"
    """The last day has two prices, as when a live quote follows the close. It is treated as
    `duplicate_date`."""
    unsorted_date: Action = "mask"
    """The days are out of order. `mask` sorts them."""
    gap: SoftAction = "mask"
    """Prices are missing for many days inside a firm's history. `mask` and `note` both leave them
    missing."""
    stale_run: SoftAction = "mask"
    """A price repeats for many days. `mask` removes the repeats."""
    backfilled_start: SoftAction = "mask"
    """A history starts with the same price for many days. `mask` removes all but the last of
    them."""
    unit_error: SoftAction = "mask"
    """Prices are a hundred times too large or too small, such as pence for pounds. `mask` removes
    them."""
    ticker_reuse: SoftAction = "mask"
    """A different firm trades under the ticker after a long gap. `mask` removes the earlier firm's
    prices."""
    not_adjusted: SoftAction = "mask"
    """The adjusted prices lack dividends that the source reports. `mask` removes the prices of the
    ex-dividend days."""
    split: SoftAction = "mask"
    """A one-day move equals a split ratio: the split was missed, or adjusted for twice. `mask`
    removes that day's price."""
    jump: SoftAction = "mask"
    """A one-day move is far outside a quiet firm's range. `mask` removes that day's price."""
    identical_series: FirmAction = "drop"
    """Two tickers have the same prices. `drop` keeps the first."""
    share_class: SoftFirmAction = "note"
    """Two tickers move nearly alike, as two share classes of one firm do. `drop` keeps the
    first."""
    short_history: FirmAction = "drop"
    """A firm has fewer prices than `min_history`."""
    duplicate_ticker: FirmAction = "stop"
    """The data has a ticker twice. `drop` keeps the first."""


class Audit(Section):
    """Checks of the prices before training; docs/audit.md describes them."""

    gap_days: int = Field(5, ge=1, le=MAX_DAYS)
    """Consecutive sessions without a price that count as a gap. Without a calendar, trading days of
    the data are counted."""
    stale_days: int = Field(10, ge=2, le=MAX_DAYS)
    """Consecutive days with an equal price that count as stale."""
    reuse_days: int = Field(40, ge=1, le=MAX_DAYS)
    """Length of a gap (trading days) after which the audit tests whether the ticker still belongs
    to the same firm."""
    reuse_odds: float = Field(-2.7, ge=-1000, le=1000)
    """Threshold on the log odds that a different firm trades under the ticker after the gap. Lower
    values find more reused tickers and raise more false alarms."""
    jump_window: int = Field(60, ge=10, le=MAX_DAYS)
    """Days before and after a move from which a firm's robust standard deviation is computed
    (1.4826 x median absolute change). The more volatile side counts."""
    jump_floor: float = Field(0.3, gt=0, le=100)
    """Smallest jump or split (log price change). It applies to the firm's change and to its change
    net of the market."""
    jump_scale: float = Field(26.0, gt=0, le=1_000_000)
    """Size of a jump as a multiple of the firm's scale, after a correction for aftershocks. The
    scale is the geometric mean of robust standard deviation and habit of large moves. Lower values
    flag more real news."""
    jump_quiet: float = Field(0.025, gt=0, le=100)
    """Scale (log price change per day) up to which a firm counts as quiet. Above it `jump_scale`
    grows in proportion, because errors and news look alike in volatile series."""
    split_scale: float = Field(19.0, gt=0, le=1_000_000)
    """Size of a split as a multiple of the firm's scale, after corrections for aftershocks and for
    the distance from the nearest ratio. Lower values flag more real news."""
    spike_scale: float = Field(18.0, gt=0, le=1_000_000)
    """Size of a wrong price in robust standard deviations. The next day must take the move back."""
    share_correlation: float = Field(0.95, gt=0, lt=1)
    """Correlation of daily log price changes above which two tickers count as share classes of one
    firm."""
    min_history: int = Field(250, ge=2, le=MAX_DAYS)
    """Smallest number of prices (trading days) per firm. Lower it to keep recently listed firms."""
    actions: Actions = Field(default_factory=Actions)
    """What to do about each kind of finding."""
