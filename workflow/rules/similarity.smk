"""Scores of every pair of firms, and each firm's nearest peers.

Needs    embeddings of the encoders; growth rates for the comparators
Makes    <results>/scores/<method>.parquet               square, tickers on both axes
         <results>/scores/fit_period/<method>.parquet    the same from the fit period only
         <results>/neighbours/<method>.parquet           firm, rank, neighbour, score
"""


rule encoder_scores:
    """Cosines of the embeddings, averaged over seeds."""
    input:
        embeddings=results.embeddings("{encoder}"),
        fit_period=results.embeddings("{encoder}", FIT_PERIOD),
    output:
        scores=results.scores("{encoder}"),
        fit_period=results.scores("{encoder}", FIT_PERIOD),
    log:
        "<logs>/scores/{encoder}.log",
    benchmark:
        "<benchmarks>/scores/{encoder}.tsv"
    params:
        version=firmsim.__version__,
    script:
        "../scripts/encoder_scores.py"


rule comparator_scores:
    """Classical scores, all in one job."""
    input:
        growth=scored.growth,
        training=training.growth,
    output:
        scores=expand(
            results.scores("{method}"),
            method=plan.config.similarity.comparators,
        ),
        fit_period=expand(
            results.scores("{method}", FIT_PERIOD),
            method=plan.config.similarity.comparators,
        ),
    log:
        "<logs>/scores/comparators.log",
    benchmark:
        "<benchmarks>/scores/comparators.tsv"
    params:
        version=firmsim.__version__,
        methods=settings["similarity"]["comparators"],
        scaling=scaling_settings,
        fit_share=fit_share,
        seed=settings["association"]["seed"],
    script:
        "../scripts/comparator_scores.py"


rule neighbours:
    """Nearest peers of every firm, by every method, in one job."""
    input:
        scores=expand(results.scores("{method}"), method=plan.methods),
    output:
        neighbours=expand(results.neighbours("{method}"), method=plan.methods),
    log:
        "<logs>/neighbours.log",
    benchmark:
        "<benchmarks>/neighbours.tsv"
    params:
        version=firmsim.__version__,
        neighbours=settings["similarity"]["neighbours"],
    script:
        "../scripts/neighbours.py"
