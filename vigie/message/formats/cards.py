"""Calendar invitations and address cards as lines and targets (threats C-43; RFC 5545, RFC 6350)."""

from __future__ import annotations

import html
import re

from vigie.message.fields import lenient_base64
from vigie.message.formats.opened import Allowance, Opened, attached, extension
from vigie.message.formats.pages import decoded
from vigie.message.layers import Line
from vigie.message.readings import Leaf
from vigie.message.text import LINES, Page, Target, html_page

_TYPES = frozenset(
    ("text/calendar", "text/vcard", "text/x-vcard", "text/x-vcalendar", "text/directory", "application/ics")
)
_EXTENSIONS = frozenset("ics ical vcs ifb vcf vcard".split())
_STARTS = (b"BEGIN:VCALENDAR", b"BEGIN:VCARD", b"BEGIN:VEVENT")
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPE = re.compile(r"\\([nN,;:\\])")
_PROPERTY = re.compile(
    r"(?:[\w-]{1,30}\.)?([A-Za-z-]{1,40})((?:;[^:\"\r\n]{0,200}(?:\"[^\"\r\n]{0,300}\")?){0,20}):(.*)\Z", re.DOTALL
)
_SILENT = frozenset(
    "begin end version prodid uid dtstamp dtstart dtend created last-modified sequence status transp class priority method calscale"
    " rrule exdate tzid tzoffsetfrom tzoffsetto tzname trigger action rev x-wr-timezone x-lic-location duration repeat n bday".split()
)
_PLACES = frozenset(
    "url attach source conference x-google-conference x-microsoft-skypeteamsmeetingurl structured-data image".split()
)
_PEOPLE = frozenset("organizer attendee email".split())
_PAGES = 8
_FILES = 10


def fits(leaf: Leaf) -> bool:
    """By its label, its name, or its first line."""
    start = leaf.data[:32].lstrip(b"\xef\xbb\xbf \r\n").upper()
    return leaf.content_type in _TYPES or extension(leaf.filename) in _EXTENSIONS or start.startswith(_STARTS)


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """What it says to its reader, the HTML in it, and the files that it carries."""
    found = Opened([Page()])
    for line in _FOLD.sub("", decoded(leaf, allowance.ledger)).splitlines():
        _property(line, found, allowance)
        if len(found.pages[0].lines) >= LINES:
            break
    return found


def _property(line: str, found: Opened, allowance: Allowance) -> None:
    """One content line (RFC 5545 section 3.1); one that is none is text."""
    page = found.pages[0]
    match = _PROPERTY.match(line)
    if match is None:
        page.lines.append(Line(_unescaped(line).strip()))
        return
    name, parameters, value = match[1].lower(), match[2].lower(), match[3]
    if name in _SILENT:
        return
    if "encoding=b" in parameters or value[:5].lower() == "data:":
        if len(found.parts) < _FILES and value[:5].lower() != "data:" and allowance.unpack(len(value)):
            found.parts.append(attached(f"{name}.bin", lenient_base64(value.encode("utf-8", "replace"))))
        elif value[:5].lower() == "data:":
            page.targets.append(Target(value, "", "image", len(page.lines)))
        return
    if "text/html" in parameters or name == "x-alt-desc":
        if len(found.pages) < _PAGES:
            found.pages.append(html_page(_unescaped(value)))
        return
    if name in _PLACES:
        page.targets.append(Target(html.unescape(value.strip()), "", "card", len(page.lines)))
        return
    if name in _PEOPLE and value[:7].lower() == "mailto:":
        shown = re.search(r";cn=\"?([^\";:]{1,100})", match[2], re.IGNORECASE)
        page.lines.append(Line(f"{shown[1]} {value}" if shown else value))
        return
    page.lines += [Line(text.strip()) for text in _unescaped(value).split("\n") if text.strip()]


def _unescaped(value: str) -> str:
    """RFC 5545 section 3.3.11."""
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
