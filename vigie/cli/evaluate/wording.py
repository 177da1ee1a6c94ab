"""The words for the figures of an evaluation, on the terminal and on the page."""

from __future__ import annotations

from vigie.cli import words
from vigie.cli.evaluate.measures import Judged, Measures, Share
from vigie.cli.language import colon, say


def figures(found: Measures) -> list[tuple[str, Share]]:
    """The figures that people ask for, with their names."""
    return [
        (say("verdicts justes", "right verdicts"), found.right),
        (say("faux jugés usurpation (rappel)", "false ones judged impersonation (recall)"), found.recall),
        (say("faux jugés au moins suspects", "false ones judged at least suspicious"), found.warned),
        (say("usurpations qui en sont (précision)", "impersonations that are (precision)"), found.precision),
        (say("autres jugés usurpation (zéro voulu)", "others judged impersonation (zero wanted)"), found.accused),
        (say("autres jugés suspects à tort", "others wrongly judged suspicious"), found.doubted),
        (say("authentiques prouvables jugés authentiques", "provable genuine ones judged genuine"), found.proven),
        (
            say("non prouvables jugés authentiques (zéro voulu)", "unprovable ones judged genuine (zero wanted)"),
            found.believed,
        ),
    ]


def percent(share: Share) -> str:
    """`98.3 % (59/60)`: the whole tells how much the figure is worth."""
    if not share.whole:
        return say("sans objet (0/0)", "does not apply (0/0)")
    value = f"{100 * share.value:.1f}"
    return f"{say(value.replace('.', ',') + ' %', value + '%')} ({share.part}/{share.whole})"


def between(share: Share) -> str:
    """The interval in which the true proportion lies, 19 times in 20; "" where nothing is known."""
    if not share.whole:
        return ""
    low, high = (f"{100 * value:.1f}".replace(".", say(",", ".")) for value in share.interval)
    return f"[{low} – {high}]"


def accepted(mail: Judged) -> str:
    """`wanted: genuine or unrelated`."""
    right = say(" ou ", " or ").join(words.verdict(label) for label in mail.accept)
    return f"{say('attendu', 'wanted')}{colon()} {right}"
