"""One self-contained page that a person understands without the code."""

from firmsim.report.page import write_report

__all__ = ["write_report"]
