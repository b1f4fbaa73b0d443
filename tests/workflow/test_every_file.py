"""Every file that a run leaves is listed in docs, and made again by the same command if deleted."""

from every_file import not_made_again, unlisted

from firmsim.run.targets import ALL, FILES


def test_a_run_leaves_what_is_listed(finished):
    assert unlisted(finished, [file.pattern for file in FILES if ALL in file.targets]) == []


def test_a_file_of_a_run_is_made_again(finished):
    assert len(finished.left()) > 40
    assert not_made_again(finished) == []
