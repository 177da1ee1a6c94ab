"""Faults of the world outside, as one line in the reader's language."""

from __future__ import annotations

from vigie.cli.language import say
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.settings import SecretError


def mailbox_line(account: str, error: MailboxError | SecretError) -> str:
    """`accueil: mot de passe refusé (...)`: what it means, and the details that the fault itself gives."""
    if isinstance(error, SecretError):
        return f"{account}: {say('pas de mot de passe', 'no password')} ({error})"
    meaning = {
        "connect": say("serveur injoignable", "server cannot be reached"),
        "tls": say("connexion chiffrée refusée", "encrypted connection refused"),
        "auth": say("identification impossible", "login failed"),
        "folder": say("dossier introuvable", "no such folder"),
        "refused": say("refusé par le serveur", "refused by the server"),
        "protocol": say("réponse incompréhensible du serveur", "answer of the server not understood"),
        "limit": say("limite atteinte", "limit reached"),
    }.get(error.kind, error.kind)
    return f"{account}: {meaning} ({error})"
