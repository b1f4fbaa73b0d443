"""Put the report together: one HTML file with its data, styles and scripts inside."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from firmsim.association.measures import MEASURES
from firmsim.files import atomic
from firmsim.report.explanation import questions, size_dated
from firmsim.report.figures import PEERS, figure_data
from firmsim.report.gradients import gradient_table, reach_data
from firmsim.report.headline import headline
from firmsim.report.layout import perplexity
from firmsim.report.methods import measurements, run_methods
from firmsim.report.ordering import OPTIMAL, block_size
from firmsim.report.rankings import panels
from firmsim.report.results import Results
from firmsim.report.tables import (
    audit_kinds,
    encoder_table,
    method_table,
    missing,
    respelt,
    trouble,
)
from firmsim.report.text import listed, number, percent, plural
from firmsim.run.record import members_of

SCRIPTS = (
    "base.js",
    "tables.js",
    "map.js",
    "card.js",
    "matrix.js",
    "peers.js",
    "curves.js",
    "gradients.js",
    "start.js",
)
"""In the order they are run, after plotly."""


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
    """
    results = Results(Path(folder))
    page = _environment().get_template("page.html").render(_context(results))
    with atomic(Path(output)) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("firmsim.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"listed": listed, "number": number, "percent": percent}
    environment.filters["members"] = members_of
    environment.globals["plural"] = plural
    return environment


def _context(results: Results) -> dict[str, Any]:
    run = results.run
    methods = run_methods(results)
    measured = measurements(results.summary)
    reasons = results.reasons
    p_floor = 1 / (run["config"]["association"]["permutations"] + 1)
    firms = results.firms
    reach = reach_data(results, methods)
    scripts = [get_plotlyjs(), *map(_asset, SCRIPTS)]
    return {
        "run": run,
        "data": run["data"],
        "config": yaml.safe_dump(run["config"], sort_keys=False),
        "firms": firms,
        "unknown_sector": int((firms["sector"] == "").sum()),
        "unknown_size": int(firms["size"].isna().sum()),
        "size_kind": results.size_kind,
        "dated": size_dated(
            results.size_kind,
            firms.loc[firms["size"].notna(), "size_date"].tolist(),
            run["data"]["first"],
            run["data"]["last"],
        ),
        "methods": methods,
        "headline": headline(
            methods, measured, reasons, results.size_kind, run["data"]["fit_last"], p_floor
        ),
        "panels": panels(methods, measured),
        "measures": MEASURES,
        "table": method_table(methods, measured, reasons, p_floor),
        "questions": questions(methods, measured, results.records, results.size_kind, p_floor),
        "p_floor": p_floor,
        "perplexity": perplexity(len(firms)),
        "optimal": len(firms) <= OPTIMAL,
        "block": block_size(len(firms)),
        "peers": min(PEERS, len(firms) - 1),
        "kinds": audit_kinds(results.audit),
        "audit": results.audit.to_dict("records"),
        "sources": results.sources,
        "respelt": respelt(results.sources),
        "asked": results.asked,
        "trouble": trouble(results.asked).to_dict("records"),
        "missing": missing(results.asked),
        "trainings": encoder_table(run["encoders"]),
        "gradients": gradient_table(results),
        "style": _asset("style.css"),
        "reach": reach,
        "json": _inert(figure_data(results, methods) | {"reach": reach}),
        "scripts": scripts,
        "policy": _policy(scripts),
    }


def _asset(name: str) -> str:
    return (Path(__file__).parent / "static" / name).read_text(encoding="utf-8")


def _inert(value: Any) -> str:
    """JSON that cannot end the script element it stands in, whatever the data hold."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _policy(scripts: list[str]) -> str:
    """Content security policy: only the page's own scripts run, and nothing is fetched."""
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts
    ]
    own = " ".join(f"'sha256-{value}'" for value in hashes)
    return (
        f"default-src 'none'; script-src {own}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
    )
