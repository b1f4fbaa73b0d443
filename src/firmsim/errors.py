"""Errors a user can cause: each message names the value, where it came from and what to do."""


class FirmsimError(Exception):
    """Base of every error that is the user's to mend; shown as one line, never as a traceback."""


class ConfigError(FirmsimError):
    """A configuration key is unknown, has the wrong type or an impossible value."""


class FirmsError(FirmsimError):
    """A ticker or the firms table is unusable."""


class PriceError(FirmsimError):
    """Prices are missing, unreadable or impossible."""


class EncoderError(FirmsimError, ValueError):
    """An encoder cannot be trained on, or applied to, these growth rates."""


class ShapeError(EncoderError):
    """An array has another shape than the one that is asked for."""


class AssociationError(FirmsimError):
    """Distances, labels or covariates that no test of association can be made with."""
