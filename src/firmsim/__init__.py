"""Which listed firms move alike: recurrent encoders of growth rates and what their scores mean."""

__version__ = "0.1.0"
