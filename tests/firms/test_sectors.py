"""Sectors of other sources have a name in GICS."""

from firmsim.firms.sectors import FORMER, SECTORS, YAHOO, gics_sector


def test_every_other_name_stands_for_a_sector_of_gics():
    assert len(set(SECTORS)) == 11
    assert set(YAHOO.values()) | set(FORMER.values()) <= set(SECTORS)
    assert not (set(YAHOO) | set(FORMER)) & set(SECTORS)


def test_names_of_gics_and_unknown_names_are_kept():
    assert [gics_sector(name) for name in SECTORS] == list(SECTORS)
    assert gics_sector("Chips") == "Chips"
    assert gics_sector("") == ""
