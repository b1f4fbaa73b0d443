"""The structure check finds files, functions, classes and imports that are out of place."""

import pytest

import structure


def check(home, **files):
    for name, text in files.items():
        inner = name if name == "__init__" else name.replace("__", "/")
        path = home / f"src/firmsim/{inner}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [
        (fault.path.removeprefix("src/firmsim/"), fault.rule) for fault in structure.check(home)
    ]


LINE = "    a = 1\n"
METHOD = "    def f(self): ...\n"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a = 1\n" * 351, "file"),
        ("def f():\n" + LINE * 61, "function"),
        ("class A:\n" + METHOD * 21, "class"),
    ],
)
def test_sizes(tmp_path, text, rule):
    assert check(tmp_path, growth=text) == [("growth.py", rule)]
    shorter = text[: text.rindex("\n", 0, -1) + 1]
    assert check(tmp_path, growth=shorter) == []


def test_a_docstring_is_no_part_of_a_body(tmp_path):
    text = 'def f():\n    """' + "\n" * 70 + '    """\n' + LINE * 60
    assert check(tmp_path, growth=text) == []


def test_what_stands_at_the_top(tmp_path):
    (tmp_path / "src/firmsim/odd").mkdir(parents=True)
    (tmp_path / "src/firmsim/odd/__init__.py").write_text("")
    assert check(tmp_path, helpers="", odd__one="") == [
        ("helpers.py", "top"),
        ("odd/__init__.py", "top"),
    ]


def test_imports_run_one_way(tmp_path):
    faults = check(
        tmp_path,
        config__load="from firmsim.run import plan\n",
        run__plan="from firmsim.config.load import load\n",
        growth="def f():\n    from firmsim.report import page\n",
        report__page="",
    )
    assert faults == [
        ("config/load.py", "back"),
        ("config/load.py", "circle"),
        ("growth.py", "back"),
    ]


def test_imports_within_a_room_make_no_circle(tmp_path):
    files = {
        "firms__a": "from firmsim.firms.b import x\n",
        "firms__b": "import firmsim.firms.a\n",
        "firms__c": "def f():\n    from firmsim.firms.d import x\n",
        "firms__d": "from firmsim.firms import c\n",
    }
    faults = check(tmp_path, **files)
    assert [rule for _, rule in faults] == ["circle"]


def test_the_package_itself_imports_from_every_room(tmp_path):
    text = "if TYPE_CHECKING:\n    from firmsim.report.page import page\n"
    assert check(tmp_path, __init__=text, growth="from firmsim import __version__\n") == []
