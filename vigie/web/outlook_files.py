"""What `make addins` has made for Outlook: whether a folder is that, and at which address its pages are to lie."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PANE: Final = "taskpane.html"
MANIFEST: Final = "manifest.xml"
_ORIGIN: Final = re.compile(r"<AppDomain>([^<>\s]{1,300})</AppDomain>")


def is_made(files: Path) -> bool:
    """`files`: as in `[web.outlook]`. What we may not read is none."""
    try:
        return (files / PANE).is_file()
    except OSError:
        return False


def may_be_read(files: Path) -> bool:
    """Something is there."""
    try:
        return files.exists()
    except OSError:
        return False


def elsewhere(files: Path, origin: str) -> str:
    """The ORIGIN that it was made with, where that is another than `origin`; "" where it is the same, or not to be read.

    SERVER may be another on purpose; where the pages lie may not, when we hand them out: the manifest names each by its whole address.
    """
    try:
        found = _ORIGIN.search((files / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1] if found and found[1] != origin else ""
