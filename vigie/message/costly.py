"""HTML that costs a browser's parser the square of its length, told by a linear look at it (X-09)."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_MANY_TAGS = 2_000
_DEEP = 2_000
_REBUILT = 1_000_000


def too_deep(source: str) -> bool:
    """Nesting that costs a browser's parser the square of its depth, or formatting that it rebuilds in every block."""
    if source.count("<") < _MANY_TAGS:
        return False
    depth = deepest = formatting = most = tags = 0
    for match in _TAG.finditer(source):
        tags += 1
        name = match[2].lower()
        if name in _VOID:
            continue
        step = -1 if match[1] else 1
        depth = max(0, depth + step)
        deepest = max(deepest, depth)
        if name in _FORMATTING:
            formatting = max(0, formatting + step)
            most = max(most, formatting)
    return deepest > _DEEP or most * tags > _REBUILT


ATTRIBUTES = 1_000
_ONE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+|))?+"""
"""An attribute (HTML 13.2.5.32 to 39): a quote that stands where a name begins, and an "=" there, are part of the name."""
_ATTRIBUTE = re.compile(_ONE)
_OPENED = re.compile(rf"<([a-zA-Z][^\s/>]{{0,20}})((?:{_ONE})*+)")


def too_many_attributes(source: str) -> bool:
    """A browser's parser compares each attribute with all before it; those of every <html> and <body> are one element's (X-09).

    What a comment or a script hides from this look is for the limits of the process that parses.
    """
    if len(source) < 2 * ATTRIBUTES:
        return False
    whole = 0
    for match in _OPENED.finditer(source):
        shared = match[1].lower() in ("html", "body")
        if not shared and len(match[2]) < 2 * ATTRIBUTES:
            continue
        count = len(_ATTRIBUTE.findall(match[2]))
        whole += count if shared else 0
        if max(count, whole) > ATTRIBUTES:
            return True
    return False
