"""The page in a real browser: what its scripts draw, and how its views are linked."""

import pytest
from browser import CHROMEDRIVER, CHROMIUM, Browser
from tiny_run import TICKERS, leave_run

from firmsim.report import write_report

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and CHROMEDRIVER), reason="needs chromium and chromedriver"
)
FIRM = 2
PLOTS = "[data-figure], #map-plot, #matrix-plot"

# Middle of an element, and of the mark or the row of a firm, in the window.
MIDDLE = """
    const box = (typeof arguments[0] === 'string'
      ? document.querySelector(arguments[0]) : arguments[0]).getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];"""
MARK = """
    const plot = document.getElementById('map-plot');
    plot.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { xaxis, yaxis } = plot._fullLayout;
    const places = report.unpack(report.method.map, Uint16Array);
    const { x, y } = plot.getBoundingClientRect();
    return [x + xaxis._offset + xaxis.d2p(places[2 * arguments[0]]),
            y + yaxis._offset + yaxis.d2p(places[2 * arguments[0] + 1])];"""
CELL = """
    const plot = document.getElementById('matrix-plot');
    plot.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { xaxis, yaxis } = plot._fullLayout;
    const leaves = [...report.unpack(report.method.matrix.leaves, Uint16Array)];
    const { x, y } = plot.getBoundingClientRect();
    return [x + xaxis._offset + xaxis.d2p(0),
            y + yaxis._offset + yaxis.d2p(leaves.indexOf(arguments[0]))];"""
SHOWN = """
    const text = (selector) => document.querySelector(selector)?.textContent ?? null;
    const map = document.getElementById('map-plot');
    const matrix = document.getElementById('matrix-plot');
    return {
      box: document.getElementById('firm').value,
      card: text('#card h3'),
      map: map.data[0].x.length / 3,
      matrix: (matrix.layout.shapes ?? []).map(({ x0, x1, y0, y1 }) => [x0, x1, y0, y1]),
      row: text('#peer-rows tr.selected button'),
    };"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = leave_run(tmp_path_factory.mktemp("tiny"))
    write_report(folder, folder / "report.html")
    return folder / "report.html"


def drawn(browser):
    browser.wait(f"return [...document.querySelectorAll('{PLOTS}')].every(p => p._fullLayout)")


@pytest.fixture
def opened(browser, report):
    browser.dark(False)
    browser.open(report)
    drawn(browser)
    return browser


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1300, 400])
def test_draws_every_figure_without_an_error(browser, report, width, dark):
    browser.dark(dark)
    browser.open(report, width)
    drawn(browser)
    lines = "return [...document.querySelectorAll('[data-figure]')].map(p => p.data.length)"
    curves, reach = [2], [4, 1, 2]
    assert browser.run(lines) == 2 * curves + 2 * reach
    marks = f"""const count = (plot) => plot.querySelectorAll('.point, .js-line, image').length;
        return [...document.querySelectorAll('{PLOTS}')].map(count);"""
    assert all(browser.run(marks))
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.messages() == []


def test_figures_follow_the_theme(opened):
    colours = f"return [...document.querySelectorAll('{PLOTS}')].map(p => p.layout.paper_bgcolor)"
    lines = "return document.querySelector('[data-figure]').data.map(d => d.line.color)"
    (card,), before = set(opened.run(colours)), opened.run(lines)
    opened.dark(True)
    opened.wait(f"{colours}.every(colour => colour !== arguments[0])", card)
    (other,) = set(opened.run(colours))
    assert all(one != two for one, two in zip(before, opened.run(lines), strict=True))
    assert all(colour.startswith("#") for colour in (card, other, *before))


def by_map(browser):
    browser.click(*browser.run(MARK, FIRM))


def by_matrix(browser):
    browser.click(*browser.run(CELL, FIRM))


def by_box(browser):
    browser.run(
        """const box = document.getElementById('firm');
        box.value = arguments[0]; box.dispatchEvent(new Event('change'));""",
        TICKERS[FIRM].lower(),
    )


def by_selector(selector):
    def select(browser):
        browser.run(
            """document.querySelector(arguments[0])
            .scrollIntoView({ block: 'center', behavior: 'instant' });""",
            selector,
        )
        browser.click(*browser.run(MIDDLE, selector))

    return select


VIEWS = {
    "map": by_map,
    "matrix": by_matrix,
    "box": by_box,
    "card": by_selector(f"#card button[title^='{TICKERS[FIRM]} Inc.']"),
    "peer": by_selector(f"#peer-rows .chip[data-firm='{FIRM}']"),
    "row": by_selector(f"#peer-rows th [data-firm='{FIRM}']"),
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_firm_selected_in_one_view_is_shown_in_all(opened, view):
    nothing = {"box": "", "card": None, "map": 0, "matrix": [], "row": None}
    assert opened.run(SHOWN) == nothing
    VIEWS[view](opened)
    found = opened.run(SHOWN)
    place = opened.run(
        """const leaves = [...report.unpack(report.method.matrix.leaves, Uint16Array)];
        return leaves.indexOf(arguments[0]);""",
        FIRM,
    )
    full, own = [-0.5, len(TICKERS) - 0.5], [place - 0.5, place + 0.5]
    assert found == {
        "box": TICKERS[FIRM],
        "card": TICKERS[FIRM],
        "map": len(TICKERS) - 1,
        "matrix": [[*full, *own], [*own, *full]],
        "row": TICKERS[FIRM],
    }
    opened.run("[...document.querySelectorAll('#card > button')].at(-1).click()")
    assert opened.run(SHOWN) == nothing
    assert opened.messages() == []


def test_another_method_changes_all_views(opened):
    views = """return [document.getElementById('peer-count').textContent,
      JSON.stringify(document.getElementById('map-plot').data[1].x),
      JSON.stringify(document.getElementById('matrix-plot').data[3].y),
      document.getElementById('card').textContent]"""
    before = opened.run(views)
    opened.run("""const method = document.getElementById('method');
        method.value = 'pearson'; method.dispatchEvent(new Event('change'));""")
    after = opened.run(views)
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert after[0].endswith("by Pearson correlation")
    assert opened.messages() == []


def test_labels_draw_no_ring_over_the_marks(opened):
    """Unseen markers carry the tickers; plotly outlines markers in white unless told not to."""
    styles = opened.run(
        """const paths = [...document.querySelectorAll('#map-plot .scatterlayer .point')];
        return paths.map(({ style }) => [style.fillOpacity, style.strokeWidth]);"""
    )
    labels = [width for opacity, width in styles if opacity == "0"]
    marks = [width for opacity, width in styles if opacity != "0"]
    assert len(marks) == len(TICKERS)
    assert 0 < len(labels) <= len(TICKERS)
    assert set(labels) == {"0px"}
    assert set(marks) == {"1px"}


def test_tickers_on_the_map_do_not_cover_each_other(opened):
    boxes = opened.run(
        """const texts = [...document.querySelectorAll('#map-plot .textpoint')];
        return texts.map((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect();
          return [left, right, top, bottom];
        });"""
    )
    assert boxes
    for at, (left, right, top, bottom) in enumerate(boxes):
        for other in boxes[at + 1 :]:
            assert right <= other[0] or left >= other[1] or bottom <= other[2] or top >= other[3]
