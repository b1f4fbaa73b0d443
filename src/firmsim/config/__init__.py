"""The configuration of a run: every key, its unit, default and limits, in one place.

The models here are the source of ``workflow/schemas/config.schema.json`` and of the table in
``config/README.md``; a test fails when either drifts.
"""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from firmsim.firms import MIN_FIRMS
from firmsim.firms.tickers import check_ticker

Activation = Literal["tanh", "sigmoid", "relu", "linear", "softmax"]
Action = Literal["mask", "drop", "stop"]
SoftAction = Literal["note", "mask", "drop", "stop"]
FirmAction = Literal["drop", "stop"]
SoftFirmAction = Literal["note", "drop", "stop"]
Comparator = Literal[
    "pearson",
    "spearman",
    "ewma",
    "rank-correlation",
    "rank-correlation-1.25",
    "rank-correlation-1.5",
    "market-residual",
    "random-matrix",
    "pca-10",
    "pca-20",
    "pca-50",
    "pca-64",
    "pca-20-without-first",
    "pca-50-without-first",
    "rbf",
    "linear",
    "polynomial",
    "co-occurrence",
    "dtw",
    "hmm",
    "catch22",
    "random",
]
ON_REQUEST = {
    "pca-20-without-first",
    "linear",
    "polynomial",
    "co-occurrence",
    "dtw",
    "hmm",
    "catch22",
}
"""Comparators that are slower, weaker or nearly the same as another."""
DEFAULT_COMPARATORS: list[Comparator] = [
    name for name in get_args(Comparator) if name not in ON_REQUEST
]
"""The strong and cheap ones."""


def _quoted(value: object) -> object:
    """Refuse what YAML turned into something else than the ticker that was typed."""
    if isinstance(value, (bool, int, float, date)):
        message = f"YAML read this ticker as the {type(value).__name__} {value}; put it in quotes"
        raise ValueError(message)
    return value.strip() if isinstance(value, str) else value


Ticker = Annotated[str, BeforeValidator(_quoted), AfterValidator(check_ticker)]


def _once(names: list[str]) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"{twice[0]!r} is listed more than once; keep one"
        raise ValueError(message)
    return names


def _with_random(names: list[str]) -> list[str]:
    """Append the random scores: every table needs the row that says what chance gives."""
    return names if "random" in names else [*names, "random"]


Tickers = Annotated[list[Ticker], AfterValidator(_once)]


def _once_each(lengths: list[int]) -> list[int]:
    _once([str(length) for length in lengths])
    return lengths


Index = Literal["sp500", "sp400", "sp600"]
"""Indices whose members are known; see `firmsim.firms.universes`."""
INDICES = get_args(Index)


def _kind(value: object) -> str:
    if isinstance(value, str) and value.lower() in INDICES:
        return "index"
    return "file" if isinstance(value, (str, Path)) else "tickers"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Firms = Annotated[
    Annotated[Tickers, Tag("tickers")]
    | Annotated[Index, BeforeValidator(_lower), Tag("index")]
    | Annotated[Path, Tag("file")],
    Discriminator(_kind),
]
"""Firms are named by a list of tickers, by an index or by the path of a CSV."""


def _enough_firms(firms: list[str] | str | Path | None, key: str) -> None:
    if isinstance(firms, list) and len(firms) < MIN_FIRMS:
        message = f"{key}: {len(firms)} firms are too few; give at least {MIN_FIRMS}"
        raise ValueError(message)


class Section(BaseModel):
    """A block of the configuration; unknown keys are errors."""

    model_config = ConfigDict(
        extra="forbid",
        validate_default=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _meant(cls, value: object) -> object:
        """Refuse what pydantic would take for a number or a path, but nobody means as one."""
        if isinstance(value, bool):
            message = f"{str(value).lower()} (or yes, no, on, off) is not valid here"
            raise ValueError(message)
        if value == "":
            message = "is an empty text; fill it in, or leave out the quotes"
            raise ValueError(message)
        return value


def _no_number(value: object) -> object:
    """Refuse a number where pydantic would count seconds from 1970."""
    if isinstance(value, (int, float)):
        message = f"{value} is not a date; write YYYY-MM-DD"
        raise ValueError(message)
    return value


def _no_boolean(value: object) -> object:
    """Refuse yes and no in a list of numbers."""
    if isinstance(value, bool):
        message = f"{str(value).lower()} (or yes, no, on, off) is not a number"
        raise ValueError(message)
    return value


def _calendar(name: str) -> str:
    """Refuse a name that is no calendar's."""
    import exchange_calendars  # here, for it takes longer than all else and few runs name one

    known = sorted(exchange_calendars.get_calendar_names())
    if name not in known:
        near = difflib.get_close_matches(name.upper(), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "known are, for example, XNYS, XLON, XTKS"
        message = f"{name!r} is no trading calendar; {hint}"
        raise ValueError(message)
    try:
        exchange_calendars.get_calendar(name)
    except Exception as error:  # some fail to build, each in its own way
        message = (
            f"{name!r} cannot be built by exchange_calendars; name a calendar of like holidays"
        )
        raise ValueError(message) from error
    return name


Number = Annotated[int, BeforeValidator(_no_boolean)]
Day = Annotated[date, BeforeValidator(_no_number)]


class Prices(Section):
    """Where daily prices come from, and which days of them are used."""

    source: Literal["bundled", "file", "yahoo"] = "bundled"
    """bundled: 431 S&P 500 firms, 2007-2016; file: your own; yahoo: Yahoo Finance."""
    path: Path | None = None
    """Source `file`: a wide or long CSV or parquet file, or a folder of one CSV a ticker."""
    start: Day | None = None
    """First day used (YYYY-MM-DD); empty: the first there is. Source `yahoo` needs it."""
    end: Day | None = None
    """Last day used (YYYY-MM-DD); empty: the last there is. Source `yahoo` needs it."""
    calendar: Annotated[str, AfterValidator(_calendar)] | None = None
    """Trading calendar of all firms (XNYS, XTKS, ...), to tell holes from holidays; empty: by each
    symbol for `yahoo`, New York for `bundled`, none for `file`: any day with a price counts."""
    min_coverage: float = Field(0.95, ge=0, le=1)
    """Source `yahoo`: share of the tickers that must have prices; with fewer the run stops and
    names the causes, else it goes on and the report lists who is missing."""
    firm_profiles: Literal["fetch", "skip"] = "fetch"
    """Source `yahoo`: whether sector, industry and market capitalisation are asked for."""
    profile_days: int = Field(30, ge=0)
    """Source `yahoo`: days that a profile is kept before it is asked for again."""
    workers: int = Field(2, ge=1, le=4)
    """Source `yahoo`: tickers asked for at the same time."""
    timeout: float = Field(10.0, gt=0)
    """Source `yahoo`: seconds to wait for one answer."""
    requests_per_second: float = Field(1.0, gt=0)
    """Source `yahoo`: requests a second, of all workers together."""
    profiles_per_minute: float = Field(10.0, gt=0)
    """Source `yahoo`: profiles a minute, of all workers together; each is three requests."""
    max_attempts: int = Field(4, ge=1, le=10)
    """Source `yahoo`: how often a ticker is asked for while its failure is one that may pass, and
    429 Too Many Requests in a row after which Yahoo is left alone."""
    backoff: float = Field(60.0, ge=0)
    """Source `yahoo`: seconds that all workers wait after a 429, doubled each time in a row."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.start and self.end and self.start > self.end:
            message = f"start: {self.start} is after prices.end ({self.end}); swap or correct them"
            raise ValueError(message)
        if self.source == "file" and self.path is None:
            message = "path: is empty, but prices.source is 'file'; name your file or folder"
            raise ValueError(message)
        if self.source == "yahoo":
            for key in ("start", "end"):
                if getattr(self, key) is None:
                    message = (
                        f"{key}: is empty, but prices.source is 'yahoo'; give a date (YYYY-MM-DD)"
                    )
                    raise ValueError(message)
        return self


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


class Growth(Section):
    """Growth rates and their cross-sectional transform."""

    trading_days_per_year: int = Field(252, ge=1)
    """1/dt of the growth rate (1/year)."""
    risk_free_rate: float = 0.0
    """Subtracted from every growth rate (1/year)."""
    volatility_halflife: float = Field(20.0, gt=0)
    """Half-life of the lagged EWMA volatility that scales a growth rate (trading days)."""
    clip: float = Field(4.0, gt=0)
    """Scaled growth rates are cut off at this many standard deviations."""


class Training(Section):
    """What every encoder's training shares: which firms and days it may see, and where it runs."""

    train_firms: Firms | None = None
    """Firms that training sees: tickers, an index, or a CSV with a `ticker` column; empty: all
    scored."""
    fit_share: float = Field(0.8, gt=0, lt=1)
    """Share of the days, from the first, that is fitted on; the rest tests (8 of 10 years)."""
    fit_end: Day | None = None
    """Pins the fit period instead of `fit_share`: first day that is not fitted on (YYYY-MM-DD). A
    later `prices.end` then trains nothing, new days are embedded with frozen weights."""
    validation_share: float = Field(0.125, gt=0, lt=1)
    """Share of the fit period, at its end, that decides when to stop (1 of 8 years)."""
    device: Literal["auto", "cpu", "cuda"] = "cpu"
    """Where tensors live; auto: a GPU when there is one."""

    @model_validator(mode="after")
    def _enough(self) -> Self:
        _enough_firms(self.train_firms, "train_firms")
        return self


COMOVEMENT_KEYS = {
    "outputs",
    "portfolios",
    "shrinkage",
    "variance_power",
    "horizon",
    "temperature",
    "correlation_weight",
    "day_dropout",
    "embedding_size",
}
"""Keys of an encoder that only the co-movement objective reads."""

UNUSED_BY_CELL = {
    "elman": {"state", "state_activation"},
    "jordan": set(),
    "lstm": {"state", "state_activation", "hidden_activation"},
    "gru": {"state", "state_activation", "hidden_activation"},
    "feedforward": {"state", "state_activation", "truncate"},
}
"""Keys of an encoder that a cell has no use for."""

GRADIENT_KEYS = {
    "truncate",
    "optimizer",
    "momentum",
    "schedule",
    "learning_rate",
    "weight_decay",
    "clip_norm",
}
"""Keys of an encoder that only training by gradients reads."""

POPULATION_KEYS = {"population", "spread", "batches"}
"""Keys of an encoder that only derivative-free training reads."""


class Encoder(Section):
    """One encoder: cell, objective, sizes, seeds and how it is trained."""

    cell: Literal["elman", "jordan", "lstm", "gru", "feedforward"]
    """Recurrence: elman feeds back the hidden state, jordan the output; lstm and gru have gates;
    feedforward has no memory."""
    objective: Literal["comovement", "forecast"]
    """What it is trained for, always without labels."""
    name: str = Field("", pattern=r"^[a-z0-9][a-z0-9-]*$|^$", validate_default=False)
    """Name in files and tables; empty: `<cell>-<objective>`."""
    seeds: list[Annotated[Number, Field(ge=0)]] = Field([0], min_length=1)
    """One training each; scores are averaged over them."""
    hidden: int = Field(64, ge=1)
    """Hidden units."""
    max_parameters: int | None = Field(None, ge=1)
    """Instead of `hidden`: most weights of the cell; as many hidden units as stay within."""
    state: int | None = Field(None, ge=1)
    """Jordan: state units; empty: as many as hidden."""
    outputs: int = Field(16, ge=1)
    """comovement: outputs a day that make trajectories, beside two for every portfolio; forecast
    always has one."""
    hidden_activation: Activation = "tanh"
    """sigma_h (elman, jordan, feedforward)."""
    output_activation: Activation = "linear"
    """sigma_y."""
    state_activation: Activation = "tanh"
    """Jordan: sigma_s."""
    trainer: Literal["gradient", "genetic", "annealing", "swarm", "cma-es"] = "gradient"
    """gradient: back-propagation through time; the others use no derivative: genetic algorithm,
    simulated annealing, particle swarm, covariance matrix adaptation."""
    truncate: int | None = Field(None, ge=1)
    """Days after which gradients stop flowing back; empty: never (full back-propagation)."""
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    """Of the gradient trainer; sgd is with Nesterov's momentum."""
    momentum: float = Field(0.9, ge=0, lt=1)
    """sgd: momentum."""
    schedule: Literal["one-cycle", "cosine", "constant"] = "one-cycle"
    """Course of the learning rate."""
    steps: int = Field(800, ge=1)
    """Most gradient steps, or generations of a derivative-free trainer."""
    batch_size: int | None = Field(None, ge=3)
    """Firms a step, at most as many as training sees; empty: 256, or all when there are fewer."""
    windows: list[Annotated[Number, Field(ge=2)]] = Field([20, 60, 125], min_length=1)
    """Lengths of the training windows (trading days), drawn at random."""
    portfolios: int = Field(30, ge=0)
    """comovement: principal portfolios K in the input (fewer when there are few firms)."""
    shrinkage: float = Field(1.0, gt=0)
    """comovement: pull of a window's exposures to the portfolios towards 0; 1: as much as their
    variance in training tells."""
    variance_power: float = Field(1.0, ge=0)
    """comovement: power of a portfolio's variance in the window that weighs broad exposures;
    0: portfolios count as in the long run."""
    horizon: int = Field(250, ge=0)
    """comovement: days after a window whose co-movement the correlation loss asks for; 0: the long
    run's, as where too few training days are left."""
    temperature: float = Field(0.03, gt=0)
    """comovement: softness of the target neighbourhoods."""
    correlation_weight: float = Field(0.6, ge=0, le=1)
    """comovement: weight of the correlation loss; the rest is the softmax loss."""
    day_dropout: float = Field(0.2, ge=0, lt=1)
    """comovement: share of the days of a window that are hidden from the encoder."""
    learning_rate: float = Field(3e-3, gt=0)
    """Largest step of the schedule."""
    weight_decay: float = Field(1e-4, ge=0)
    """Decoupled weight decay (adamw), L2 penalty (adam, sgd)."""
    clip_norm: float = Field(1.0, gt=0)
    """Gradients are scaled down to this norm."""
    population: int = Field(32, ge=4)
    """Derivative-free: networks tried a generation."""
    spread: float = Field(0.1, gt=0)
    """Derivative-free: standard deviation of the first weights tried around the start weights."""
    batches: int = Field(4, ge=1)
    """Derivative-free: windows that all networks are compared on."""
    validate_every: int = Field(100, ge=1)
    """Steps between two looks at the validation period."""
    patience: int = Field(5, ge=1)
    """Looks without improvement after which training stops."""
    checkpoint_every: int = Field(100, ge=1)
    """Steps between two states of the training kept on disk, to go on from after a kill."""
    embedding_size: int | None = Field(None, ge=1)
    """comovement: size of the embedding, at most as many as training sees firms; empty: a sixth of
    them, and at least 64."""

    @model_validator(mode="after")
    def _applies(self) -> Self:
        """Refuse keys that the cell, the objective or the trainer has no use for."""
        unused = {
            "objective": COMOVEMENT_KEYS if self.objective == "forecast" else set(),
            "cell": UNUSED_BY_CELL[self.cell],
            "trainer": POPULATION_KEYS if self.trainer == "gradient" else GRADIENT_KEYS,
            "optimizer": set() if self.optimizer == "sgd" else {"momentum"},
        }
        for choice, keys in unused.items():
            # a default that is written out does no harm, and stands in every dump
            given = sorted(
                key for key in keys if getattr(self, key) != type(self).model_fields[key].default
            )
            if given:
                value = getattr(self, choice)
                message = f"{given[0]}: has no meaning for {choice} {value!r}; remove it"
                raise ValueError(message)
        if (
            self.max_parameters is not None
            and self.hidden != type(self).model_fields["hidden"].default
        ):
            message = "max_parameters: cannot be given beside hidden; keep one of the two"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.name:
            self.name = f"{self.cell}-{self.objective}"
        if len(set(self.seeds)) < len(self.seeds):
            message = f"seeds: {self.seeds} holds a seed twice; keep one"
            raise ValueError(message)
        if self.name in get_args(Comparator):
            message = f"name: {self.name!r} is the name of a comparator; choose another"
            raise ValueError(message)
        return self


class Similarity(Section):
    """Scores of every pair of firms."""

    comparators: Annotated[
        list[Comparator], AfterValidator(_once), AfterValidator(_with_random)
    ] = Field(list(DEFAULT_COMPARATORS))
    """Classical scores shown beside the encoders; docs/method.md tells what each is. `random` is
    always among them, listed or not."""
    neighbours: int = Field(20, ge=1)
    """Nearest peers listed for each firm (fewer when there are fewer firms)."""


class Association(Section):
    """Agreement of the scores with sector and size."""

    permutations: int = Field(999, ge=19)
    """Random permutations of the firms; the smallest p value is 1 / (permutations + 1), and the
    smallest corrected one as many times that as there are methods."""
    seed: int = Field(0, ge=0)
    """Seed of the permutations and of the random score."""


ELMAN_PARAMETERS = 15116
"""Weights of the default Elman co-movement cell: h(h + d_in + 1) + d_out(h + 1) with h = 64,
d_in = 94 and d_out = 16 + 2 * 30, two outputs a portfolio beside those of the trajectory."""


class FirmTrials(Section):
    """Study of trainers: trials on the growth rates, with the co-movement objective."""

    cells: Annotated[list[Literal["elman", "jordan"]], AfterValidator(_once)] = Field(
        ["elman", "jordan"]
    )
    """Recurrences to train."""
    weights: list[Annotated[Number, Field(ge=100)]] = Field([200, 1000, 10_000], min_length=1)
    """Sizes: most weights of the cell."""
    outputs: int = Field(4, ge=1)
    """Outputs a day."""
    portfolios: int = Field(2, ge=0)
    """Principal portfolios in the input; few, so that small networks are possible."""
    windows: list[Annotated[Number, Field(ge=2)]] = Field([60], min_length=1)
    """Lengths of the training windows (trading days)."""
    batch_size: int = Field(64, ge=3)
    """Firms of a batch."""
    batches: int = Field(8, ge=1)
    """Batches that the networks of a search are compared on."""
    spread: float = Field(0.5, gt=0)
    """Standard deviation of the first weights a search tries around the start weights, in units of
    1 / sqrt(hidden units), the range of the start weights themselves."""


class MemoryTrials(Section):
    """Study of trainers: trials on the memory task, remember the first input for so many steps."""

    weights: list[Annotated[Number, Field(ge=10)]] = Field([200], min_length=1)
    """Sizes: most weights of the cell (elman)."""
    lags: list[Annotated[Number, Field(ge=1)]] = Field([10, 50, 100, 200], min_length=1)
    """Steps from the input to the question."""
    sequences: int = Field(64, ge=2)
    """Sequences of a batch."""
    noise: float = Field(0.2, ge=0)
    """Standard deviation of the inputs after the first, which is 1 or -1."""
    batches: int = Field(2, ge=1)
    """Batches that the networks of a search are compared on."""
    spread: float = Field(1.0, gt=0)
    """Standard deviation of the first weights a search tries around the start weights, in units of
    1 / sqrt(hidden units), the range of the start weights themselves."""


class TrainerStudy(Section):
    """Study of trainers: gradients against searches without derivatives, at equal budgets."""

    trainers: Annotated[
        list[Literal["genetic", "annealing", "swarm", "cma-es"]], AfterValidator(_once)
    ] = Field(["genetic", "annealing", "swarm", "cma-es"], min_length=1)
    """Searches to compare with the gradient trainer."""
    seeds: list[Annotated[Number, Field(ge=0)]] = Field(list(range(5)), min_length=2)
    """Each trainer starts from the same weights and data for the same seed."""
    forward_passes: int = Field(2048, ge=1)
    """Budget: passes of one batch through the network."""
    seconds: float = Field(7.0, gt=0)
    """Budget: seconds of one core, looks at the validation loss left out. A trial ends when both
    budgets are spent."""
    validation_checks: int = Field(32, ge=1)
    """Looks at the validation loss within the budget of forward passes."""
    learning_rate: float = Field(3e-3, gt=0)
    """Of the gradient trainer (adamw), constant."""
    population: int = Field(32, ge=4)
    """Networks tried a generation."""
    firm: FirmTrials = Field(default_factory=FirmTrials)
    """Trials on the growth rates."""
    memory: MemoryTrials = Field(default_factory=MemoryTrials)
    """Trials on the memory task."""


class Evaluation(Section):
    """The evaluation protocol: windows after the fit period, firms that no training saw."""

    fit_end: Day | None = None
    """First day that is not fitted on (YYYY-MM-DD); empty: as for training."""
    unseen_share: float = Field(0.2, gt=0, lt=1)
    """Share of the firms, of every sector alike, that no training sees."""
    windows: Annotated[list[Annotated[Number, Field(ge=5)]], AfterValidator(_once_each)] = Field(
        [20, 60, 125, 250], min_length=1
    )
    """Lengths of the windows that are scored (trading days); the whole fit period always is."""
    stride: int = Field(60, ge=1)
    """Fewest days from one window to the next; half a window where that is more."""
    horizon: int = Field(250, ge=20)
    """Days after a window whose co-movement its scores should tell."""
    min_horizon: int = Field(120, ge=20)
    """Fewest such days; where there are fewer left, there is no window."""
    min_history_share: float = Field(0.95, gt=0, le=1)
    """Firms with a growth rate on fewer of the days (a share) are left out, and counted."""
    draws: int = Field(1000, ge=20)
    """Draws of the bootstrap over windows, seeds and firms."""
    seed: int = Field(0, ge=0)
    """Of the unseen firms and of the bootstrap."""

    @model_validator(mode="after")
    def _judged(self) -> Self:
        if self.min_horizon > self.horizon:
            message = (
                f"min_horizon: {self.min_horizon} is more than evaluation.horizon "
                f"({self.horizon}); lower it"
            )
            raise ValueError(message)
        return self


def _default_encoders() -> list[Encoder]:
    """Elman and Jordan, and other cells with as many weights as the Elman cell has."""
    return [
        Encoder(cell="elman", objective="comovement"),
        Encoder(cell="jordan", objective="comovement"),
        Encoder(cell="lstm", objective="comovement", max_parameters=ELMAN_PARAMETERS),
        Encoder(cell="gru", objective="comovement", max_parameters=ELMAN_PARAMETERS),
        Encoder(cell="feedforward", objective="comovement", max_parameters=ELMAN_PARAMETERS),
        Encoder(cell="elman", objective="forecast"),
        Encoder(cell="jordan", objective="forecast"),
    ]


class Config(Section):
    """A whole run."""

    run: str = Field("sp500_2007_2016", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the run: its folder under results/."""
    prices: Prices = Field(default_factory=Prices)
    """Where prices come from."""
    firms: Firms | None = None
    """Firms to score: tickers, an index (`sp500`, `sp400`, `sp600`), or a firms table (CSV: ticker
    and, where known, name, sector, industry, market_cap); empty: every firm of the source."""
    firms_as_of: Day | None = None
    """Of an index, the members on this day (YYYY-MM-DD), for the firms that are scored and those
    that train; empty: the present members, who are survivors."""
    audit: Audit = Field(default_factory=Audit)
    """Checks on prices."""
    growth: Growth = Field(default_factory=Growth)
    """Growth rates."""
    training: Training = Field(default_factory=Training)
    """What every encoder's training shares."""
    encoders: list[Encoder] = Field(default_factory=_default_encoders)
    """The encoders to train."""
    similarity: Similarity = Field(default_factory=Similarity)
    """Scores and comparators."""
    association: Association = Field(default_factory=Association)
    """Sector and size statistics."""
    trainer_study: TrainerStudy | None = None
    """When given, the run is the study of trainers and nothing else; see `trainers.yaml`."""

    evaluation: Evaluation | None = None
    """When given, the run is the evaluation and nothing else; see `evaluation.yaml`."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [encoder.name for encoder in self.encoders]
        for name in names:
            if names.count(name) > 1:
                message = f"encoders: two are named {name!r}; give each its own `name`"
                raise ValueError(message)
        if self.trainer_study and self.evaluation:
            message = "evaluation: cannot be given beside trainer_study; run one after the other"
            raise ValueError(message)
        if not names and self.similarity.comparators == ["random"]:
            message = (
                "encoders: is empty and similarity.comparators names no score but random ones; "
                "there is nothing to do"
            )
            raise ValueError(message)
        if self.prices.source == "yahoo" and self.firms is None:
            message = (
                "firms: is empty, but prices.source is 'yahoo'; list tickers, or name an index "
                "(sp500, sp400, sp600) or a CSV"
            )
            raise ValueError(message)
        _enough_firms(self.firms, "firms")
        given = {"firms": self.firms, "training.train_firms": self.training.train_firms}
        indices = {key: firms for key, firms in given.items() if isinstance(firms, str)}
        if indices and self.prices.source == "bundled":
            key, index = next(iter(indices.items()))
            message = (
                f"{key}: the members of {index} are not among the bundled prices; set "
                "prices.source to 'yahoo', or leave it empty for all that are bundled"
            )
            raise ValueError(message)
        if self.firms_as_of and not indices:
            message = (
                f"firms_as_of: {self.firms_as_of} has no meaning unless firms names an index "
                "(sp500, sp400, sp600); remove it"
            )
            raise ValueError(message)
        self._fits_before_the_end()
        return self

    def _fits_before_the_end(self) -> None:
        """Refuse a fit period that leaves no day to fit or to test on."""
        fit_end, start, end = self.training.fit_end, self.prices.start, self.prices.end
        if fit_end and end and fit_end > end:
            message = (
                f"training.fit_end: {fit_end} is after prices.end ({end}), which leaves no day to "
                "test on; choose an earlier day"
            )
            raise ValueError(message)
        if fit_end and start and fit_end <= start:
            message = (
                f"training.fit_end: {fit_end} is not after prices.start ({start}), which leaves no "
                "day to fit on; choose a later day"
            )
            raise ValueError(message)
