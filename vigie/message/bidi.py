"""Text in the order in which it is seen, where control characters turn Latin letters round (UAX #9; threats C-21, S-39)."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_EMBEDDINGS, _ISOLATES = frozenset("\u202a\u202b\u202d\u202e"), frozenset("\u2066\u2067\u2068")
_OPENING = _EMBEDDINGS | _ISOLATES
_POP_EMBEDDING = "\u202c"
_BACKWARD = frozenset("\u202b\u202e\u2067")
"""What runs from right to left inside: an override turns the letters round too, the others only the order of the pieces."""
_OVERRIDE = "\u202e"
_DEPTH = 125
"""UAX #9 section 3.3.2 (BD2): what opens deeper has no effect."""


def as_shown(text: str) -> str:
    """The letters behind a right-to-left override in the order in which they are seen; the controls are gone then. Linear."""
    return "\n".join(map(_line, text.split("\n"))) if _OVERRIDE in text else text


def without_controls(text: str) -> str:
    """The letters in the order in which they are stored, which clients show that drop the controls."""
    return _CONTROL.sub("", text) if _OVERRIDE in text else text


def _line(text: str) -> str:
    """One paragraph: controls nest, and end with it. Letters of a right-to-left script are left as they stand."""
    if _OVERRIDE not in text:
        return text
    levels = [_Level("")]
    start = isolates = 0
    for found in _CONTROL.finditer(text):
        levels[-1].add(text[start : found.start()])
        start = found.end()
        control = found[0]
        if control in _OPENING:
            if len(levels) <= _DEPTH:
                levels.append(_Level(control))
                isolates += control in _ISOLATES
        elif control == _POP_EMBEDDING:
            if levels[-1].control in _EMBEDDINGS:
                _close(levels)
        elif isolates:
            isolates -= 1
            while levels[-1].control in _EMBEDDINGS:  # X6a: an isolate ends with everything that was opened in it
                _close(levels)
            _close(levels)
    levels[-1].add(text[start:])
    while len(levels) > 1:
        _close(levels)
    return "".join(levels[0].pieces)


class _Level:
    """What stands between a control and its end."""

    __slots__ = ("control", "pieces")

    def __init__(self, control: str) -> None:
        self.control = control
        self.pieces: list[str] = []

    def add(self, text: str) -> None:
        self.pieces.append(text[::-1] if self.control == _OVERRIDE else text)


def _close(levels: list[_Level]) -> None:
    level = levels.pop()
    levels[-1].pieces.append("".join(reversed(level.pieces) if level.control in _BACKWARD else level.pieces))
