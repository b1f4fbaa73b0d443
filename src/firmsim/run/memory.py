"""What takes the memory of each job, and what to lower."""

from __future__ import annotations

LARGE = {
    "train": "batch_size and windows of the encoder's trainer, or the number of firms",
    "embed": "the number of firms",
    "encoder_scores": "the number of firms: scores take 8 bytes per pair",
    "comparator_scores": "the number of firms, or similarity.comparators",
    "associate": "association.permutations, or the number of firms",
    "evaluate": "evaluation.firms, or the number of firms",
    "evaluation_table": "evaluation.draws",
    "trial": "trainers.population, or batch_size of the study",
}
"""Start of a rule's name -> what its memory grows with."""

DEFAULT = "the number of firms, or of days (prices.start)"


def less_memory(rule: str) -> str:
    """Say what to lower when a job runs out of memory.

    Parameters
    ----------
    rule : str
        Rule of the job.

    Returns
    -------
    str
        Part of a sentence.

    Examples
    --------
    >>> less_memory("associate_encoders")
    'lower association.permutations, or the number of firms, or run fewer jobs at once (--cores)'
    """
    step = rule.removeprefix("evaluation_") if rule == "evaluation_train" else rule
    large = [what for start, what in LARGE.items() if step.startswith(start)]
    return f"lower {large[0] if large else DEFAULT}, or run fewer jobs at once (--cores)"
