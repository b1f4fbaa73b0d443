from firmsim.report.palette import MARKS, UNKNOWN, sector_marks


def test_unknown_sector_is_drawn_filled():
    mark = sector_marks([""])[UNKNOWN]
    assert "open" not in mark.symbol
    assert mark not in MARKS.values()


def test_sectors_keep_their_colour():
    few = sector_marks(["Energy", "", "Utilities"])
    many = sector_marks([*MARKS, "Space"])
    assert list(few) == ["Energy", "Utilities", UNKNOWN]
    assert few["Utilities"] == many["Utilities"]
    assert sector_marks(["Technology"])["Technology"] == MARKS["Information Technology"]


def test_eleven_sectors_have_eleven_marks():
    assert len(set(sector_marks(MARKS).values())) == 11
    others = sector_marks([f"sector {i}" for i in range(11)])
    assert len(set(others.values())) == 11
