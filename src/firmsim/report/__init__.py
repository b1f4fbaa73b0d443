"""One self-contained page that a person understands without the code."""

from firmsim.errors import extra

with extra("workflow", "the report"):
    from firmsim.report.page import write_report

__all__ = ["write_report"]
