"""How much a firm loses because the training left it out: the same firms, in training and not.

    python tools/unseen.py results/<run> elman-comovement jordan-comovement

takes the encoders of an evaluation and trains each seed once more on all firms. It prints how much
better the measures of the unseen firms are after the second training. The bootstrap interval draws
the same windows, seeds and firms for both.
"""

import sys
from pathlib import Path

import pandas as pd
import torch
from sklearn.base import clone

from firmsim.encoders.storage import load
from firmsim.evaluation.holdout import read_firms
from firmsim.evaluation.inference import contributions, crossed_bootstrap
from firmsim.evaluation.protocol import UNSEEN, evaluate
from firmsim.evaluation.windows import WHOLE, read_windows
from firmsim.files import read_parquet
from firmsim.growth import cross_section
from firmsim.run.paths import Paths
from firmsim.similarity.scores import cosine_scores

SHOWN = ("auc", "knn_accuracy", "precision_at_10", "r_precision", "horizon_spearman")
DRAWS = 1000


def measured(encoder, growth, windows, firms, q):
    """Measures of every window under frozen weights."""
    embedded = encoder.embed(growth, growth[encoder.firms_], [(w.start, w.end) for w in windows])
    return evaluate(lambda position: cosine_scores(embedded[position]), windows, firms, q)


def main(run, names):
    """Print a table with one row per encoder, window and measure."""
    torch.set_num_threads(1)
    paths = Paths(Path(run)).evaluation
    growth = read_parquet(paths.growth)
    firms = read_firms(paths.firms)
    windows = [w for w in read_windows(paths.windows) if w.name != WHOLE]
    fit_days = min(window.start for window in windows)
    _, q = cross_section(growth)
    print("| encoder | window | measure | in training | unseen | difference |")
    print("|---" * 6 + "|")
    for name in names:
        found = {"trained": [], "unseen": []}
        every_seed = paths.fit(name, "*").model.relative_to(paths.folder)
        for path in sorted(paths.folder.glob(str(every_seed))):
            frozen = load(path)
            again = clone(frozen).fit(growth.iloc[:fit_days])
            for kind, encoder in (("trained", again), ("unseen", frozen)):
                rows = measured(encoder, growth, windows, firms, q)
                found[kind].append(rows.assign(seed=path.parent.name))
        trained, unseen = (contributions(pd.concat(parts)) for parts in found.values())
        for cell in trained:
            window, split, measure = cell
            if split != UNSEEN or measure not in SHOWN:
                continue
            low, high = crossed_bootstrap(trained[cell].cube() - unseen[cell].cube(), DRAWS, 0)
            a, b = trained[cell].value, unseen[cell].value
            print(
                f"| {name} | {window} | {measure} | {a:.3f} | {b:.3f} | "
                f"{a - b:+.3f} [{low:+.3f}, {high:+.3f}] |",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
