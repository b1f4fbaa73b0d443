"""Files that firmsim writes: complete or absent, equal for equal content, checked when read."""

from firmsim.files.atomic import atomic, remove_half_made, write_only_within
from firmsim.files.documents import read_json, write_figure, write_json, write_text
from firmsim.files.integrity import DamagedFileError, repair, sealed, sha256, verify
from firmsim.files.tables import read_csv, read_parquet, read_text_csv, write_csv, write_parquet

__all__ = [
    "DamagedFileError",
    "atomic",
    "read_csv",
    "read_json",
    "read_parquet",
    "read_text_csv",
    "remove_half_made",
    "repair",
    "sealed",
    "sha256",
    "verify",
    "write_csv",
    "write_figure",
    "write_json",
    "write_only_within",
    "write_parquet",
    "write_text",
]
