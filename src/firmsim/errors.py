"""Errors that a user can cause: each message names the value, where it came from and what to do."""


class FirmsimError(Exception):
    """Base of every error that the user can mend; shown as one line, never as a traceback.

    Parameters
    ----------
    message : str
        One line: what is wrong, with the value, and what to do. It starts with the name of the
        parameter where there is one (``device: 'cuda', but ...``).
    parameter : str, optional
        Name of the parameter at fault. The workflow maps it to the key, the file and the line in
        which it is set.
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
