"""Faults of the world outside, as one line in the reader's language."""

from __future__ import annotations

import re

from vigie.cli.language import colon, current, say
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.settings import SecretError

_FRENCH = tuple(
    (re.compile(rf"(^|: ){english}"), rf"\1{french}")
    for english, french in (
        (r"account \S+: the password cannot be read: ", "le mot de passe ne peut pas être lu : "),
        (
            r"account \S+: the environment variable (\S+) is not set",
            r"la variable d'environnement \2 n'est pas définie",
        ),
        (r"account \S+: password_command failed", "password_command a échoué"),
        (r"account \S+: ca_file (\S+) is no certificate", r"ca_file \2 n'est pas un certificat"),
        ("No such file or directory", "ce fichier n'existe pas"),
        ("Permission denied", "droits insuffisants"),
        ("Is a directory", "c'est un dossier"),
        ("login as ", "utilisateur "),
        ("login: ", "identification : "),
        ("greeting: ", "accueil du serveur : "),
        ("opening the folder ", "ouverture du dossier "),
        ("the server refuses the user name or the password", "le serveur refuse l'utilisateur ou le mot de passe"),
        ("the server does not open that folder", "le serveur n'ouvre pas ce dossier"),
        ("no answer in time", "pas de réponse à temps"),
        ("the connection was closed", "la connexion a été coupée"),
        ("unknown host", "ce nom de serveur n'existe pas"),
        ("connection refused: nothing listens there", "connexion refusée : rien n'écoute sur ce port"),
        (
            r"no TLS on this port; is it tls = \"starttls\" or another port\?",
            'pas de TLS sur ce port ; serait-ce tls = "starttls", ou un autre port ?',
        ),
        ("the server's certificate has expired", "le certificat du serveur a expiré"),
        ("the server's certificate is not valid yet", "le certificat du serveur n'est pas encore valable"),
        (
            "the server's certificate is self-signed; if it is yours, name it with ca_file",
            "le certificat du serveur est auto-signé ; si c'est le vôtre, indiquez-le avec ca_file",
        ),
        (
            "the server's certificate comes from an authority that is not known here; if it is yours, name it with ca_file",
            "le certificat du serveur vient d'une autorité inconnue ici ; si c'est la vôtre, indiquez-la avec ca_file",
        ),
        ("the server's certificate belongs to another host name", "le certificat du serveur est celui d'un autre nom"),
        (
            "the server's certificate belongs to another address",
            "le certificat du serveur est celui d'une autre adresse",
        ),
    )
)
"""The details that a newcomer meets, in French; others stay in English, as in the logs."""


def _details(error: MailboxError | SecretError) -> str:
    text = str(error)
    if current() == "fr":
        for pattern, french in _FRENCH:
            text = pattern.sub(french, text)
    return text


def mailbox_line(account: str, error: MailboxError | SecretError) -> str:
    """`accueil : identification impossible (...)`: what it means, and the details that the fault itself gives."""
    if isinstance(error, SecretError):
        return f"{account}{colon()} {say('pas de mot de passe', 'no password')} ({_details(error)})"
    meaning = {
        "connect": say("serveur injoignable", "server cannot be reached"),
        "tls": say("connexion chiffrée refusée", "encrypted connection refused"),
        "auth": say("identification impossible", "login failed"),
        "folder": say("dossier introuvable", "no such folder"),
        "refused": say("refusé par le serveur", "refused by the server"),
        "protocol": say("réponse incompréhensible du serveur", "answer of the server not understood"),
        "limit": say("limite atteinte", "limit reached"),
    }.get(error.kind, error.kind)
    return f"{account}{colon()} {meaning} ({_details(error)})"
