"""The style of a mail without anything that loads, moves over the page, or runs (threats W-01, W-02).

A list of what may stay, never of what has to go: CSS has more ways to name an address than anybody remembers.
"""

from __future__ import annotations

import re

MOST = 4_096
"""Characters of one style attribute that are looked at."""
_DECLARATIONS = 64
_PROPERTIES = frozenset(
    "background-color border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse border-color"
    " border-left border-left-color border-left-style border-left-width border-radius border-right border-right-color"
    " border-right-style border-right-width border-spacing border-style border-top border-top-color border-top-style"
    " border-top-width border-width border color direction display empty-cells float clear font-family font-size font-style"
    " font-variant font-weight font height letter-spacing line-height list-style-type margin-bottom margin-left margin-right"
    " margin-top margin max-height max-width min-height min-width opacity overflow padding-bottom padding-left padding-right"
    " padding-top padding table-layout text-align text-decoration text-indent text-transform unicode-bidi vertical-align"
    " visibility white-space width word-break word-spacing word-wrap overflow-wrap background".split()
)
_VALUE = re.compile(
    r"(?:[\w\s#.,%'\"!+*/-]|(?:rgba?|hsla?)\([\d\s.,%/deg+-]{1,60}\)){1,300}\Z", re.IGNORECASE | re.ASCII
)
"""No function but colours, no escape, no colon: neither url() nor anything that is written like one."""
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


def tamed(style: str) -> str:
    """The declarations of a style attribute that change nothing but the looks of the mail; "" where none is left."""
    kept: list[str] = []
    for declaration in _COMMENT.sub(" ", style[:MOST]).split(";")[:_DECLARATIONS]:
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), " ".join(value.split())
        if colon and name in _PROPERTIES and _VALUE.match(value) and "//" not in value:
            kept.append(f"{name}: {value}")
    return "; ".join(kept)
