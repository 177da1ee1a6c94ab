"""Cases as CSV (RFC 4180) that a spreadsheet shows and never computes: a subject that begins with "=" is no formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import normalize

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
_FORMULA = frozenset("=+-@|%")
"""What Excel, LibreOffice and Google Sheets take for the beginning of a formula or of a DDE call."""
_WITHIN = re.compile(r";(?=[\s'\"]*+[=+\-@|%＝＋－＠｜％])")
"""Where Windows is French a semicolon separates, and Excel takes no notice of quotes that a comma ends: a cell begins behind it."""


def lines(cases: Iterable[CaseLine], head: Sequence[str] = COLUMNS) -> Iterator[str]:
    """The head and one line a case, each with its CRLF. `head`: the names of COLUMNS in the reader's language.

    Every cell is quoted. Write it as UTF-8 with a byte order mark ("utf-8-sig"): without it Excel reads Latin 1.
    """
    yield _line(head)
    for case in cases:
        yield _line([_text(getattr(case, name)) for name in COLUMNS])


def _line(cells: Sequence[str]) -> str:
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
