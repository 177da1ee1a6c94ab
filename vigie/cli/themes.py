"""The themes of false mails as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vigie.cli.language import say
from vigie.ledger.themes import OTHER, theme

_WORDS: Mapping[str, Callable[[], str]] = {
    "refund": lambda: say("remboursement", "refund"),
    "card": lambda: say("carte Vitale", "health card"),
    "sick-leave": lambda: say("arrêt de travail", "sick leave"),
    "bank": lambda: say("coordonnées bancaires", "bank details"),
    "payment": lambda: say("paiement", "payment"),
    "rights": lambda: say("droits", "rights"),
    "health-record": lambda: say("dossier de santé", "health record"),
    "account": lambda: say("compte", "account"),
    "document": lambda: say("document", "document"),
    OTHER: lambda: say("autre", "other"),
}


def word(name: str) -> str:
    """The theme as people read it."""
    return _WORDS[name]()


__all__ = ["OTHER", "theme", "word"]
