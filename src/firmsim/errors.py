"""Errors that a user can cause: each message names the value, its origin and the remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from reprlib import Repr


class FirmsimError(Exception):
    """Base of every error that the user can correct; shown as one line, never as a traceback.

    Parameters
    ----------
    message : str
        One line: what is wrong, with the value, and what to do. It starts with the name of the
        parameter where there is one (``device: 'cuda', but ...``).
    parameter : str, optional
        Name of the parameter at fault. The workflow maps it to the key, the file and the line in
        which it is set.

    Examples
    --------
    >>> error = FirmsimError("horizon: 0 is not a number of days; give 1 or more", "horizon")
    >>> error.parameter
    'horizon'
    """

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


class ConfigError(FirmsimError):
    """A configuration key is unknown, has the wrong type or an impossible value."""


class FirmsError(FirmsimError):
    """A ticker or the firms table is unusable."""


class PriceError(FirmsimError):
    """Prices are missing, unreadable or impossible."""


class EncoderError(FirmsimError, ValueError):
    """An encoder cannot be trained on, or applied to, these growth rates."""


class ShapeError(EncoderError):
    """An array has another shape than expected."""


class AssociationError(FirmsimError):
    """No test of association is possible with these distances, labels or covariates."""


class RunError(FirmsimError):
    """A run cannot begin in its folder."""


class MissingPackageError(FirmsimError, ImportError):
    """A package that only some features need is not installed."""


def quoted(value: object, most: int = 80) -> str:
    r"""Value as an error shows it: as Python writes it, and cut where it is long.

    Parameters
    ----------
    value : object
        Whatever a file, a configuration or a caller gave.
    most : int
        Largest number of characters.

    Returns
    -------
    str
        One line of printable characters.

    Examples
    --------
    >>> quoted("a\nb"), quoted("x" * 99, most=9)
    ("'a\\nb'", "'xxx...x'")
    """
    return shortened(_SHORT.repr(value), most)


def shortened(text: str, most: int = 200) -> str:
    r"""Text as an error shows it: printable, on one line, and cut where it is long.

    Parameters
    ----------
    text : str
        Whatever a file or a library gave.
    most : int
        Largest number of characters.

    Returns
    -------
    str
        What cannot be printed is a question mark.

    Examples
    --------
    >>> shortened("a\x00b"), shortened("x" * 99, most=9)
    ('a?b', 'xxxx...xx')
    """
    if len(text) > most:
        text = f"{text[: most - most // 2 - 1]}...{text[len(text) - (most // 2 - 2) :]}"
    return printable(text)


def printable(text: str) -> str:
    r"""Text with a question mark for each character that cannot be printed.

    Examples
    --------
    >>> printable("a\nb")
    'a?b'
    """
    return "".join(character if character.isprintable() else "?" for character in text)


def listed(names: Sequence[str], most: int = 6) -> str:
    """Up to six names, and the number of the others.

    Examples
    --------
    >>> listed(["day", "A", "B"], most=2)
    "'day', 'A' and 1 more"
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(quoted(name) for name in names[:most]) + more


_SHORT = Repr()
_SHORT.maxlist = _SHORT.maxdict = _SHORT.maxtuple = _SHORT.maxset = 5
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 200


@contextmanager
def extra(name: str, purpose: str) -> Iterator[None]:
    """Import optional packages; a missing one ends in one line that names the extra to install.

    Parameters
    ----------
    name : str
        Extra of this project that installs the packages: workflow, yahoo, comparators or search.
    purpose : str
        What needs them, as the user knows it.

    Yields
    ------
    None
        The imports are the body of the block.

    Raises
    ------
    MissingPackageError
        A package is not installed: ``dtw needs dtaidistance: pip install "firmsim[comparators]"``.

    Examples
    --------
    >>> with extra("comparators", "dtw"):
    ...     import nothing
    Traceback (most recent call last):
    firmsim.errors.MissingPackageError: dtw needs nothing: pip install "firmsim[comparators]"
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or str(error)).partition(".")[0]
        if package == "firmsim":
            raise
        message = f'{purpose} needs {package}: pip install "firmsim[{name}]"'
        raise MissingPackageError(message) from None


@contextmanager
def at_fault(parameter: str | None) -> Iterator[None]:
    """Name the parameter at fault when the block fails.

    Parameters
    ----------
    parameter : str or None
        Prefix of the message of a `FirmsimError`, and its `parameter`. None changes nothing.

    Yields
    ------
    None

    Examples
    --------
    >>> with at_fault("train_firms"):
    ...     raise PriceError("ticker 'ZZZ' has no file in prices/")
    Traceback (most recent call last):
    firmsim.errors.PriceError: train_firms: ticker 'ZZZ' has no file in prices/
    """
    try:
        yield
    except FirmsimError as error:
        if parameter is not None:
            error.args = (f"{parameter}: {error}", *error.args[1:])
            error.parameter = parameter
        raise
