"""A YAML file that a person wrote grows at the end of a list and stays as it is elsewhere."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from firmsim.cli.add import extend_list
from firmsim.errors import ConfigError

TICKER = st.from_regex(r"\^?[A-Za-z0-9][A-Za-z0-9.\-=&]{0,8}", fullmatch=True)
TICKERS = st.lists(TICKER, min_size=1, max_size=30, unique=True)


def quoted(tickers):
    return [f'"{ticker}"' for ticker in tickers]


LAYOUTS = {
    "brackets": lambda tickers: f"firms: [{', '.join(tickers)}]  # all\n",
    "brackets below": lambda tickers: "firms:\n  [" + ",\n   ".join(tickers) + "]\n",
    "comma at the end": lambda tickers: f"firms: [{', '.join(tickers)},]\n",
    "bracket in a line of its own": lambda t: "firms: [\n  " + ",\n  ".join(t) + "  # last\n]\n",
    "lines": lambda t: "firms:\n" + "".join(f"  - {one}  # why\n" for one in t),
    "lines that are not indented": lambda t: "firms:\n" + "".join(f"- {one}\n" for one in t),
}


@pytest.mark.parametrize("rest", ["", "\n# the end\nrun: mine\n"])
@pytest.mark.parametrize("layout", LAYOUTS)
@given(old=TICKERS, new=TICKERS, windows=st.booleans())
def test_nothing_but_the_list_changes(layout, rest, old, new, windows):
    text = "# mine\nprices: {source: yahoo}   # live\n" + LAYOUTS[layout](quoted(old)) + rest
    if windows:
        text = text.replace("\n", "\r\n")
    longer = extend_list(text, "firms", new, "my.yaml")
    assert yaml.safe_load(longer) == yaml.safe_load(text) | {"firms": old + new}
    # one insertion, and all that was there around it
    start = next((k for k, (a, b) in enumerate(zip(text, longer, strict=False)) if a != b), None)
    start = len(text) if start is None else start
    assert longer.endswith(text[start:])
    assert ("\r\n" in longer) == windows
    assert not windows or "\n" not in longer.replace("\r\n", "")


def test_layout_is_kept():
    text = "firms:\n  [AAPL, MSFT,\n   XOM]  # three\nrun: mine\n"
    assert extend_list(text, "firms", ["NO", "CVX"], "") == (
        'firms:\n  [AAPL, MSFT,\n   XOM,\n   "NO",\n   CVX]  # three\nrun: mine\n'
    )
    text = "firms:\n  - AAPL  # apples\n  - XOM  # oil\n\nrun: mine\n"
    assert extend_list(text, "firms", ["CVX"], "") == (
        "firms:\n  - AAPL  # apples\n  - XOM  # oil\n  - CVX\n\nrun: mine\n"
    )


def test_an_empty_list_and_a_file_without_a_last_line_end():
    assert extend_list("firms: []", "firms", ["A", "B"], "") == "firms: [A, B]"
    assert extend_list("firms:\n- A", "firms", ["B"], "") == "firms:\n- A\n- B"


@pytest.mark.parametrize("item", ["NO", "on", "0050", "1e5", "1E5", "2015-01-02", "TRUE", "0x1F"])
def test_what_yaml_would_not_read_as_text_is_quoted(item):
    for text in ("firms: [A]\n", "firms:\n- A\n", "{firms: [A], run: x}\n"):
        longer = extend_list(text, "firms", [item], "")
        assert yaml.safe_load(longer)["firms"] == ["A", item]


def test_a_list_that_stands_elsewhere_is_left_alone():
    text = "training: {train_firms: &all [A, B, C]}\nfirms: *all\n"
    with pytest.raises(ConfigError, match=r"^my\.yaml: firms is not written as a plain list"):
        extend_list(text, "firms", ["D"], "my.yaml")


def test_a_list_that_is_used_elsewhere_is_left_alone():
    text = "firms: &all [A, B, C]\ntraining: {train_firms: *all}\n"
    with pytest.raises(ConfigError, match="add the tickers by hand"):
        extend_list(text, "firms", ["D"], "my.yaml")


def test_a_tagged_list_is_left_alone():
    with pytest.raises(ConfigError, match="add the tickers by hand"):
        extend_list("firms: !!seq [A, B, C]\n", "firms", ["D"], "my.yaml")
