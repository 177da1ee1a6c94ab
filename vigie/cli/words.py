"""The words and colours in which people read a verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vigie.cli.console import plain
from vigie.cli.language import colon, current, say
from vigie.ledger.review import Standing
from vigie.ledger.types import ActionKind, Decision, Intent, Outcome, State
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
_END = re.compile(r"(?:[.!?]|[.!?] \([^()]*\))\s+(?=[A-ZÀ-Ý«])")
"""A sentence ends with its stop, or with the source in brackets behind it."""
_QUOTES = (("«", "»"), ("“", "”"))


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
    """The explanation in the reader's language, sentence by sentence; a quoted text is never cut."""
    text = explanation.get(current()) or explanation.get("fr") or ""
    cuts = [
        match.end()
        for match in _END.finditer(text)
        if all(text.count(mark, 0, match.start()) <= text.count(end, 0, match.start()) for mark, end in _QUOTES)
    ]
    return [
        text[start:end].strip()
        for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)
        if text[start:end].strip()
    ]


def why(label: Label | str, explanation: dict[str, str]) -> str:
    """The one sentence that says most: of an accusation the weightiest reason (after the verdict and the claim), else the verdict."""
    told = sentences(explanation)
    accused = Label(label) in (Label.IMPERSONATION, Label.SUSPICIOUS)
    return (told[2] if accused and len(told) > 2 else told[0]) if told else ""


def action(mode: str) -> str:
    """What an account's mode does, in words."""
    return {
        "observe": say("observer (rien n'est touché)", "observe (nothing is touched)"),
        "tag": say("étiqueter", "tag"),
        "enforce": say("mettre en quarantaine", "quarantine"),
    }.get(mode, mode)


def kind(word: str) -> str:
    """What a finding speaks for."""
    return {
        "claim": say("prétention", "claim"),
        "contradiction": say("contradiction", "contradiction"),
        "lure": say("appât", "lure"),
        "excuse": say("explication innocente", "excuse"),
        "note": say("remarque", "note"),
    }.get(word, word)


def strength(word: str) -> str:
    """How much it weighs; in French a noun, as the kinds differ in gender."""
    return {
        "weak": say("poids faible", "weak"),
        "strong": say("poids fort", "strong"),
        "decisive": say("poids décisif", "decisive"),
    }.get(word, word)


def layer(word: str) -> str:
    """Where in the message it stands."""
    return {
        "outer": say("le message", "the message itself"),
        "quoted": say("texte cité", "quoted text"),
        "forwarded": say("texte transféré", "forwarded text"),
        "attached_message": say("message joint", "attached message"),
        "attachment": say("pièce jointe", "attachment"),
        "hidden": say("texte caché", "hidden text"),
    }.get(word, word)


def done(pairs: Sequence[tuple[Intent, Outcome | None]]) -> str:
    """What was done to a message, newest last: `mis en quarantaine (Quarantaine)`."""
    return ", ".join(_one(intent, outcome) for intent, outcome in pairs) or say("laissé en place", "left in place")


def _one(intent: Intent, outcome: Outcome | None) -> str:
    if outcome is None:
        return say("en cours", "under way")
    if outcome.state is State.GONE:
        return say("le message n'y était plus", "the message was gone")
    if outcome.state is not State.DONE:
        return say("échec", "failed") + (f"{colon()} {plain(outcome.detail)}" if outcome.detail else "")
    if intent.kind is ActionKind.QUARANTINE:
        return say("mis en quarantaine", "quarantined") + f" ({plain(intent.destination)})"
    if intent.kind is ActionKind.RELEASE:
        return say("remis en place", "put back") + f" ({plain(intent.destination)})"
    if intent.kind is ActionKind.ANSWER:
        keywords = f" {' '.join(outcome.kept_keywords)}" if outcome.kept_keywords else ""
        return say("répondu à la personne", "the person was answered") + keywords
    if not outcome.kept_keywords:
        return say("étiquette refusée par le serveur", "tag refused by the server")
    return say("étiqueté", "tagged") + f" {' '.join(outcome.kept_keywords)}"


def deed(kind: ActionKind, outcome: Outcome | None) -> str:
    """What became of an action, as short as a line of a list wants it."""
    if outcome is None:
        return say("à faire", "to be done")
    if outcome.state is not State.DONE:
        return say("déjà parti", "gone already") if outcome.state is State.GONE else say("échec", "failed")
    return {
        ActionKind.QUARANTINE: say("mis en quarantaine", "quarantined"),
        ActionKind.RELEASE: say("remis en place", "put back"),
        ActionKind.TAG: say("étiqueté", "tagged"),
        ActionKind.ANSWER: say("répondu", "answered"),
    }.get(kind, kind.value)


def medium(word: str) -> str:
    """What kind of text was judged."""
    return {
        "sms": say("lu comme un SMS", "read as a text message"),
        "letter": say("lu comme un courrier", "read as a letter"),
        "call": say("lu comme un appel raconté", "read as notes of a call"),
    }.get(word, word)


def decision(taken: Decision | None) -> str:
    """What a person said; None: he took it back."""
    return {
        Decision.RELEASED: say("à remettre en place", "to be put back"),
        Decision.CONFIRMED: say("fraude confirmée", "confirmed as fraud"),
        None: say("décision reprise", "decision taken back"),
    }[taken]


def stands(standing: Standing) -> str:
    """Where a case stands."""
    return {
        Standing.IN_PLACE: say("à sa place", "in its place"),
        Standing.MOVING: say("en route vers la quarantaine", "on its way to quarantine"),
        Standing.HELD: say("en quarantaine", "in quarantine"),
        Standing.RELEASING: say("en cours de remise", "being put back"),
        Standing.RELEASED: say("remis en place", "put back"),
        Standing.GONE: say("déplacé ou supprimé par quelqu'un", "moved or deleted by somebody"),
    }[standing]
