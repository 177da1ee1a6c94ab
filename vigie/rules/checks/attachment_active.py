"""An attachment acts when it is opened: HTML, SVG, script, macro document, program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.message.types import Layer
from vigie.rules.quoting import lure
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "attachment-active"
KINDS = (Kind.LURE,)
SOURCES = ("threats C-15, C-37", "facts/ameli.md section 3.1 no. 10: form by attachment")

_ACTIVE = re.compile(
    r"\.(?:html?|xhtml|shtml|mht|mhtml|svg|js|jse|vbs?|wsf|hta|exe|scr|com|bat|cmd|ps1|msi|lnk|url|iso"
    r"|img|docm|xlsm|pptm|xll|jar|apk|one)\W*$"
)
_ARCHIVE = re.compile(r"\.(?:zip|rar|7z|tar|gz|ace|cab)\W*$")
_FORM = re.compile(r"formulaire|dossier|rembours|carte|vitale|attestation")
_DOCUMENT = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".xls", ".xlsx", ".ods")
"""A document to fill in; a picture of that name (carte.png) is decoration."""


def check(view: View) -> Iterator[Finding]:
    """One finding per attachment: strong where it acts, weak for a closed archive or for a form to fill in."""
    # what acts comes first: twenty pictures in an archive hide no program
    for attachment in sorted(view.message.attachments, key=lambda one: not one.active)[:20]:
        name = view.folded(attachment.filename)
        if attachment.active or _ACTIVE.search(name):
            yield lure(
                ID,
                "",
                f"attachment:{attachment.filename}",
                attachment.filename or attachment.content_type,
                layer=Layer.ATTACHMENT,
            )
        elif _ARCHIVE.search(name) and not attachment.opened:
            yield lure(
                ID,
                "archive",
                f"attachment:{attachment.filename}",
                attachment.filename,
                layer=Layer.ATTACHMENT,
                strength=Strength.WEAK,
            )
        elif _FORM.search(name) and name.strip().endswith(_DOCUMENT) and not view.brand_author:
            yield lure(
                ID,
                "form",
                f"attachment:{attachment.filename}",
                attachment.filename,
                layer=Layer.ATTACHMENT,
                strength=Strength.WEAK,
            )
