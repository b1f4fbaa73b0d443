"""Sectors of other sources have a name in GICS."""

from firmsim.firms.sectors import FORMER_SECTORS, SECTORS, YAHOO_SECTORS, gics_sector


def test_every_other_name_stands_for_a_sector_of_gics():
    assert len(set(SECTORS)) == 11
    assert set(YAHOO_SECTORS.values()) | set(FORMER_SECTORS.values()) <= set(SECTORS)
    assert not (set(YAHOO_SECTORS) | set(FORMER_SECTORS)) & set(SECTORS)


def test_names_of_gics_and_unknown_names_are_kept():
    assert [gics_sector(name) for name in SECTORS] == list(SECTORS)
    assert gics_sector("Chips") == "Chips"
    assert gics_sector("") == ""
