"""Section `audit`: checks on prices, and what to do about each finding."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from firmsim.config.section import Section

Action = Literal["mask", "drop", "stop"]
SoftAction = Literal["note", "mask", "drop", "stop"]
FirmAction = Literal["drop", "stop"]
SoftFirmAction = Literal["note", "drop", "stop"]


class Actions(Section):
    """What to do about a finding: only note it, mask the price, drop the firm, or stop the run."""

    nonpositive_price: Action = "mask"
    """A price that is zero, negative or infinite."""
    duplicate_date: Action = "mask"
    """A date given twice; equal prices are merged, different ones masked."""
    live_row: Action = "mask"
    """The last day given twice, a running quote beside a close; treated as `duplicate_date`."""
    unsorted_date: Action = "mask"
    """Dates out of order; `mask` sorts them."""
    gap: SoftAction = "mask"
    """Days without a price inside a firm's history; `mask` leaves them missing, as `note` does."""
    stale_run: SoftAction = "mask"
    """The same price for many days; `mask` removes the repeats."""
    backfilled_start: SoftAction = "mask"
    """A history that opens with the same price for many days; `mask` removes all but the last."""
    unit_error: SoftAction = "mask"
    """Prices a hundred times too large or small (pence for pounds); `mask` removes them."""
    ticker_reuse: SoftAction = "mask"
    """Another firm under the ticker after a long gap; `mask` removes the earlier firm's prices."""
    not_adjusted: SoftAction = "mask"
    """Dividends that the adjusted prices lack, where the source gives them; `mask` removes the
    prices of the days they went off."""
    split: SoftAction = "mask"
    """A one-day step by a split ratio, missed or adjusted for twice; `mask` removes that day's
    price."""
    jump: SoftAction = "mask"
    """A one-day move far outside a quiet firm's range; `mask` removes that day's price."""
    identical_series: FirmAction = "drop"
    """The same prices under two tickers; `drop` keeps the first."""
    share_class: SoftFirmAction = "note"
    """Nearly the same moves under two tickers, as of two share classes; `drop` keeps the first."""
    short_history: FirmAction = "drop"
    """Too few prices to learn from."""
    duplicate_ticker: FirmAction = "stop"
    """A ticker that stands twice in the data; `drop` keeps the first."""


class Audit(Section):
    """Checks on prices before anything is learnt from them; see docs/audit.md."""

    gap_days: int = Field(5, ge=1)
    """A run of at least this many missing sessions (without a calendar: trading days) is a gap."""
    stale_days: int = Field(10, ge=2)
    """A run of at least this many equal prices is stale."""
    reuse_days: int = Field(40, ge=1)
    """After a gap of at least this many trading days, ask whether the firm is still the same."""
    reuse_odds: float = -2.7
    """Log odds of another firm above which it is one; lower finds more, and doubts more."""
    jump_window: int = Field(60, ge=10)
    """Days on either side that give a firm's robust standard deviation (1.4826 x median absolute
    change); the more restless side counts."""
    jump_floor: float = Field(0.3, gt=0)
    """A jump or split is at least this large (log price change, with and without the market)."""
    jump_scale: float = Field(26.0, gt=0)
    """A jump is this many times its firm's scale (the geometric mean of robust standard deviation
    and habit of large moves), aftershocks counted off."""
    jump_quiet: float = Field(0.025, gt=0)
    """For firms with a larger scale (log price change a day), `jump_scale` grows in proportion: a
    jump is told from news in quiet series only."""
    split_scale: float = Field(19.0, gt=0)
    """A step by a split ratio is this many times its firm's scale, aftershocks and the distance
    from the ratio counted off."""
    spike_scale: float = Field(18.0, gt=0)
    """A price is wrong when it is this many robust standard deviations off and the next is back."""
    share_correlation: float = Field(0.95, gt=0, lt=1)
    """Correlation of daily log price changes above which two firms are share classes of one."""
    min_history: int = Field(250, ge=2)
    """Fewest prices (trading days) a firm needs."""
    actions: Actions = Field(default_factory=Actions)
    """What to do about each kind of finding."""
