"""Findings with bounded, control-free quotes: what a person is shown as the reason."""

from __future__ import annotations

from vigie.message.types import Layer
from vigie.rules.types import Finding, Kind, Quote, Strength

MAX_QUOTE = 200


def quote(where: str, text: str) -> Quote:
    """`text` on one line, printable (S-52: no control character reaches a log or a terminal), at most 200 characters."""
    visible = "".join(char if char.isprintable() else " " for char in text[: 4 * MAX_QUOTE])
    short = " ".join(visible.split())
    return Quote(where, short if len(short) <= MAX_QUOTE else short[: MAX_QUOTE - 1] + "…")


def claim(
    rule: str, topic: str, where: str, text: str, *, layer: Layer = Layer.OUTER, strength: Strength = Strength.STRONG
) -> Finding:
    """A CLAIM finding."""
    return Finding(rule, Kind.CLAIM, strength, layer, (quote(where, text),), topic)


def contradiction(
    rule: str, topic: str, where: str, text: str, *, layer: Layer = Layer.OUTER, strength: Strength = Strength.STRONG
) -> Finding:
    """A CONTRADICTION finding."""
    return Finding(rule, Kind.CONTRADICTION, strength, layer, (quote(where, text),), topic)


def lure(
    rule: str, topic: str, where: str, text: str, *, layer: Layer = Layer.OUTER, strength: Strength = Strength.STRONG
) -> Finding:
    """A LURE finding."""
    return Finding(rule, Kind.LURE, strength, layer, (quote(where, text),), topic)
