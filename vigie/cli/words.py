"""The words and colours in which people read a verdict."""

from __future__ import annotations

import re

from vigie.cli.language import current, say
from vigie.rules.types import Label

STYLE = {
    Label.IMPERSONATION: "bold white on red",
    Label.SUSPICIOUS: "bold yellow",
    Label.UNDECIDED: "magenta",
    Label.GENUINE: "green",
    Label.UNRELATED: "dim",
}
ORDER = (Label.IMPERSONATION, Label.SUSPICIOUS, Label.UNDECIDED, Label.GENUINE, Label.UNRELATED)
"""Worst first, as summaries list them."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý«\"])")


def verdict(label: Label | str) -> str:
    """USURPATION, suspect, indécis, authentique, sans rapport."""
    return {
        Label.IMPERSONATION: say("USURPATION", "IMPERSONATION"),
        Label.SUSPICIOUS: say("suspect", "suspicious"),
        Label.UNDECIDED: say("indécis", "undecided"),
        Label.GENUINE: say("authentique", "genuine"),
        Label.UNRELATED: say("sans rapport", "unrelated"),
    }[Label(label)]


def counted(label: Label | str, count: int) -> str:
    """`3 usurpations`, as summaries say it."""
    many = count > 1
    words = {
        Label.IMPERSONATION: say(
            "usurpations" if many else "usurpation", "impersonations" if many else "impersonation"
        ),
        Label.SUSPICIOUS: say("suspects" if many else "suspect", "suspicious"),
        Label.UNDECIDED: say("indécis", "undecided"),
        Label.GENUINE: say("authentiques" if many else "authentique", "genuine"),
        Label.UNRELATED: say("sans rapport", "unrelated"),
    }
    return f"{count} {words[Label(label)]}"


def sentences(explanation: dict[str, str]) -> list[str]:
    """The explanation in the reader's language, sentence by sentence."""
    text = explanation.get(current()) or explanation.get("fr") or ""
    return [sentence.strip() for line in text.splitlines() for sentence in _SENTENCE.split(line) if sentence.strip()]


def action(mode: str) -> str:
    """What an account's mode does, in words."""
    return {
        "observe": say("observer (rien n'est touché)", "observe (nothing is touched)"),
        "tag": say("étiqueter", "tag"),
        "enforce": say("mettre en quarantaine", "quarantine"),
    }.get(mode, mode)
