"""Put the report together: one HTML file with its data, styles and scripts inside."""

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from firmsim.files import write_text
from firmsim.report.audit import finding_kinds, missing, remarks, respelt
from firmsim.report.curves import curve_cards
from firmsim.report.explanation import explanation, size_dates
from firmsim.report.explore import PEERS, explore_data
from firmsim.report.headline import headline
from firmsim.report.layout import perplexity
from firmsim.report.method_table import method_table
from firmsim.report.methods import Method, run_methods
from firmsim.report.ordering import OPTIMAL, block_size
from firmsim.report.plots import TEMPLATE, figure_json
from firmsim.report.rankings import rankings
from firmsim.report.reach import QUARTERS, reach_cards, shade
from firmsim.report.results import Results
from firmsim.report.scales import TIE
from firmsim.report.summary import run_summary
from firmsim.report.text import (
    coded,
    interval,
    listed,
    number,
    p_value,
    percent,
    plural,
    scientific,
)
from firmsim.report.trainings import gradient_reach, trainings
from firmsim.run.record import members_of

STYLES = ("theme.css", "page.css", "finding.css", "tables.css", "explore.css", "figures.css")
"""In the order they apply."""

SCRIPTS = (
    "report.js",
    "theme.js",
    "tip.js",
    "tables.js",
    "map.js",
    "card.js",
    "matrix.js",
    "peers.js",
    "figures.js",
    "start.js",
)
"""In the order they are run, after plotly."""

FILTERS = (coded, figure_json, interval, listed, members_of, number, p_value, percent, scientific)
"""Functions that the templates use as filters."""


def write_report(folder: Path, output: Path) -> None:
    """Write the report of a finished run.

    Parameters
    ----------
    folder : Path
        ``results/<run>``.
    output : Path
        The HTML file; it loads nothing from anywhere, and the same run gives the same bytes.

    Raises
    ------
    ResultsError
        A file of the run is missing or does not fit the others.

    Examples
    --------
    >>> from pathlib import Path
    >>> write_report(Path("results/mine"), Path("report.html"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    firmsim.report.results.ResultsError: results/mine/run.json is missing; run the ...
    """
    results = Results(Path(folder))
    page = environment().get_template("page.html").render(context(results))
    write_text(page, Path(output))


def environment() -> Environment:
    """The templates with their filters; an undefined name is an error."""
    made = Environment(
        loader=PackageLoader("firmsim.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {function.__name__: function for function in FILTERS}
    made.globals |= {"plural": plural, "infinity": math.inf, "tie": TIE}
    return made


def context(results: Results) -> dict[str, Any]:
    """Everything the templates need.

    Parameters
    ----------
    results : Results
        A finished run.

    Returns
    -------
    dict
        One entry or a few per section, and the scripts with their data.
    """
    methods = run_methods(results)
    summary = run_summary(results, methods)
    return (
        {
            "run": results.run,
            "data": results.run["data"],
            "methods": methods,
            "summary": summary,
            "headline": headline(summary),
            "rankings": rankings(summary),
            "table": method_table(summary),
            "explanation": explanation(summary, results.records),
        }
        | _firms(results)
        | _prices(results)
        | _assets(results, methods)
    )


def _firms(results: Results) -> dict[str, Any]:
    """The scored firms, how many lack an attribute, and how their figures are drawn."""
    firms, data = results.firms, results.run["data"]
    dates = firms.loc[firms["size"].notna(), "size_date"].tolist()
    return {
        "firms": firms,
        "unknown_sector": int((firms["sector"] == "").sum()),
        "unknown_size": int(firms["size"].isna().sum()),
        "dates": size_dates(results.size_kind, dates, data["first"], data["last"]),
        "perplexity": perplexity(len(firms)),
        "optimal": len(firms) <= OPTIMAL,
        "block": block_size(len(firms)),
        "peers": min(PEERS, len(firms) - 1),
    }


def _prices(results: Results) -> dict[str, Any]:
    """The audit, the tickers and the configuration."""
    return {
        "kinds": finding_kinds(results.audit),
        "audit": results.audit.to_dict("records"),
        "sources": results.sources,
        "respelt": respelt(results.sources),
        "requested": results.requested,
        "remarks": remarks(results.requested),
        "missing": missing(results.requested),
        "config": yaml.safe_dump(results.run["config"], sort_keys=False),
    }


def _assets(results: Results, methods: Sequence[Method]) -> dict[str, Any]:
    """The trainings, and the scripts, styles and data of the figures."""
    scripts = [get_plotlyjs(), *map(_asset, SCRIPTS)]
    return {
        "trainings": trainings(results.run["encoders"]),
        "gradients": gradient_reach(results),
        "curves": curve_cards(results, methods),
        "reach": reach_cards(results, methods),
        "shades": [shade(share) for share in QUARTERS],
        "template": TEMPLATE,
        "json": _inert(explore_data(results, methods)),
        "style": "".join(map(_asset, STYLES)),
        "scripts": scripts,
        "policy": _policy(scripts),
    }


def _asset(name: str) -> str:
    return (Path(__file__).parent / "static" / name).read_text(encoding="utf-8")


def _inert(value: Any) -> str:
    """JSON that cannot end the script element around it, whatever the data hold."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _policy(scripts: Sequence[str]) -> str:
    """Content security policy: only the page's own scripts run, and nothing is fetched."""
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts
    ]
    own = " ".join(f"'sha256-{value}'" for value in hashes)
    return (
        f"default-src 'none'; script-src {own}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
    )
