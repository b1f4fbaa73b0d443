"""Summaries of made-up numbers for the verdicts; not a test itself."""

from firmsim.report.methods import Method
from firmsim.report.summary import Measurement, Summary

NAN = float("nan")
ELMAN = Method("elman-comovement", "Elman", "Elman", "encoder")
JORDAN = Method("jordan-comovement", "Jordan", "Jordan", "encoder")
PEARSON = Method("pearson", "Pearson", "Pearson correlation", "comparator")
PCA = Method("pca-20", "PCA-20", "Principal components, 20", "comparator")
RANDOM = Method("random", "random", "Random scores", "random")
LSTM = Method("lstm-comovement", "LSTM", "LSTM", "encoder", "", "lstm", "comovement")
GRU = Method("gru-comovement", "GRU", "GRU", "encoder", "", "gru", "comovement")
PLAIN = Method("plain", "Plain", "Plain", "encoder", "", "feedforward", "comovement")
FORECAST = Method("f", "Forecast", "Forecast", "encoder", "", "elman", "forecast")
FIVE = (ELMAN, JORDAN, PEARSON, PCA, RANDOM)


def measured(value, half=0.01, p=0.001):
    """A measurement with an interval of +-half."""
    return Measurement(value, value - half, value + half, p, p, 99)


def summary_of(
    values, methods=FIVE, reasons=None, size_kind="traded value", p_floor=0.001, p=0.001
):
    """A summary from ``{statistic: {method: value}}`` and ``{statistic: reason}``."""
    found = {
        (method.name, statistic): Measurement(reason=reason)
        for statistic, reason in (reasons or {}).items()
        for method in methods
    }
    for statistic, column in values.items():
        for method, value in column.items():
            made = value if isinstance(value, Measurement) else measured(value, p=p)
            found[method.name, statistic] = made
    return Summary(tuple(methods), found, size_kind, p_floor)
