"""Cases as CSV (RFC 4180) that a spreadsheet shows and never computes: a subject that begins with "=" is no formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import normalize

from vigie.ledger.report_types import ReportLine
from vigie.ledger.review_types import CaseLine

COLUMNS = (
    "id",
    "account",
    "folder",
    "author",
    "subject",
    "verdict",
    "brand",
    "theme",
    "judged_at",
    "standing",
    "decision",
    "decided_by",
    "decided_at",
    "campaign",
)
REPORT_COLUMNS = (
    "id",
    "record_id",
    "account",
    "subject",
    "channel",
    "state",
    "receipt",
    "detail",
    "asked_at",
    "who",
    "approved_by",
    "ended_at",
    "tries",
)
_FORMULA = frozenset("=+-@|%")
"""What Excel, LibreOffice and Google Sheets take for the beginning of a formula or of a DDE call."""
_WITHIN = re.compile(r";(?=[\s'\"]*+[=+\-@|%＝＋－＠｜％])")
"""Where Windows is French a semicolon separates, and Excel takes no notice of quotes that a comma ends: a cell begins behind it."""


def lines(cases: Iterable[CaseLine], head: Sequence[str] = COLUMNS) -> Iterator[str]:
    """The head and one line a case, each with its CRLF. `head`: the names of COLUMNS in the reader's language.

    Every cell is quoted. Write it as UTF-8 with a byte order mark ("utf-8-sig"): without it Excel reads Latin 1.
    """
    yield line(head)
    for case in cases:
        yield line([_text(getattr(case, name)) for name in COLUMNS])


def report_lines(reports: Iterable[ReportLine], head: Sequence[str]) -> Iterator[str]:
    """The same of reports. `head`: the names of REPORT_COLUMNS in the reader's language."""
    yield line(head)
    for one in reports:
        yield line([one.subject if name == "subject" else _text(getattr(one.report, name)) for name in REPORT_COLUMNS])


def line(cells: Sequence[str]) -> str:
    """One line of a file of ours, with its CRLF."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return written.getvalue()


def safe(cell: str) -> str:
    """The same text as one line, with an apostrophe before what a spreadsheet would compute."""
    line = cell if cell.isprintable() else "".join(char if char.isprintable() else " " for char in cell)
    line = _WITHIN.sub(";'", line)
    start = (line if line.isascii() else normalize("NFKC", line)).lstrip().lstrip("'\"").lstrip()[:1]
    return f"'{line}" if start in _FORMULA else line


def _text(value: object) -> str:
    return "" if value is None else str(value)
