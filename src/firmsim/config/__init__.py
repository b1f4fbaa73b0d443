"""The configuration of a run: every key, its unit, default and limits, one file per section.

The models here are the source of ``workflow/schemas/config.schema.json`` and of the tables in
``config/README.md``; a test fails when either drifts.
"""

from firmsim.config.association import Association
from firmsim.config.audit import Actions, Audit
from firmsim.config.encoder import Encoder
from firmsim.config.evaluation import Evaluation
from firmsim.config.firms import INDICES, Firms, Index, Tickers
from firmsim.config.growth import Growth
from firmsim.config.prices import Prices
from firmsim.config.run import Config
from firmsim.config.section import Section
from firmsim.config.similarity import Similarity
from firmsim.config.training import Training

__all__ = [
    "INDICES",
    "Actions",
    "Association",
    "Audit",
    "Config",
    "Encoder",
    "Evaluation",
    "Firms",
    "Growth",
    "Index",
    "Prices",
    "Section",
    "Similarity",
    "Tickers",
    "Training",
]
