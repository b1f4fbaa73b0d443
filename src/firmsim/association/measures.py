"""Every statistic of association: what it is called, and how to read it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One column of the table of methods.

    Attributes
    ----------
    attribute : str
        What the scores are held against: sector, size or future.
    measure : str
        Name in ``association/summary.csv``.
    section, key : str
        Where `firmsim.association.summary.associate` puts it: ``record[attribute][section][key]``.
    title : str
        Heading.
    reading : str
        How to read a value, in one sentence.
    chance : float or None
        Value of scores that say nothing; None where it depends on the firms (see the random score).
    higher_is_better : bool
        False where a large value is a finding and not a merit.
    """

    attribute: str
    measure: str
    section: str
    key: str
    title: str
    reading: str
    chance: float | None
    higher_is_better: bool


MEASURES = (
    Measure(
        "sector",
        "auc",
        "auc",
        "value",
        "Same-sector AUC",
        "Probability that a pair of one sector scores higher than a pair of two sectors.",
        0.5,
        True,
    ),
    Measure(
        "sector",
        "knn_accuracy",
        "knn_accuracy",
        "value",
        "5-nearest-neighbour accuracy",
        "Share of firms whose sector is the majority among their 5 nearest firms (fewer in small "
        "universes, where sectors are smaller than that).",
        None,
        True,
    ),
    Measure(
        "sector",
        "precision_at_10",
        "precision_at_10",
        "value",
        "Precision at 10",
        "Share of a firm's 10 nearest firms that are in its sector (fewer in small universes, "
        "where sectors are smaller than that).",
        None,
        True,
    ),
    Measure(
        "sector",
        "r_precision",
        "r_precision",
        "value",
        "R-precision",
        "Share of a firm's R nearest firms in its sector, R being how many other firms that has.",
        None,
        True,
    ),
    Measure(
        "sector",
        "permanova_r2",
        "permanova",
        "r2",
        "PERMANOVA R2",
        "Share of the squared distances between firms that lies between sectors; above 0 even "
        "for random scores.",
        None,
        True,
    ),
    Measure(
        "sector",
        "mantel_r",
        "mantel",
        "r",
        "Mantel r",
        "Correlation over pairs of distance (1 - score) with being in two sectors.",
        0.0,
        True,
    ),
    Measure(
        "size",
        "mantel_r",
        "mantel",
        "r",
        "Mantel r",
        "Correlation over pairs of distance (1 - score) with the difference of log size; "
        "positive: firms of like size move alike.",
        0.0,
        False,
    ),
    Measure(
        "size",
        "mantel_r_within_sector",
        "mantel_within_sector",
        "r",
        "Mantel r within sectors",
        "The same among pairs of one sector only, so that sectors of large firms do not count.",
        0.0,
        False,
    ),
    Measure(
        "future",
        "spearman",
        "spearman",
        "value",
        "Later co-movement",
        "Spearman correlation over pairs of scores from the fit period with the rank correlation "
        "of the days after it.",
        0.0,
        True,
    ),
)
"""All measures, in the order in which tables show them."""
