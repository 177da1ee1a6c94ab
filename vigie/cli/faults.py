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
        (
            r"account \S+: (password|client_secret)_command failed \(exit status (\d+)\)",
            r"\2_command a échoué (statut \3)",
        ),
        (
            r"account \S+: (password|client_secret)_command failed \(signal (\d+)\)",
            r"\2_command a été interrompu (signal \3)",
        ),
        (
            r"account \S+: (password|client_secret)_command gave no answer within (\d+) s",
            r"\2_command n'a pas répondu en \3 s",
        ),
        (r"account \S+: the client_secret cannot be read: ", "le secret de l'application ne peut pas être lu : "),
        (r"account \S+: nobody has logged in yet: ", "personne ne s'est encore connecté : "),
        (
            r"account \S+: the login has expired, and came without a refresh token: ",
            "la connexion a expiré, sans jeton de renouvellement : ",
        ),
        (
            r"account \S+: the login is of another provider or client_id: ",
            "la connexion est d'un autre fournisseur ou client_id : ",
        ),
        (r"account \S+: the token file ", "fichier des jetons : "),
        (r"account \S+: oauth ca_file (\S+) is no certificate", r"oauth ca_file \2 n'est pas un certificat"),
        (r"account \S+(?=: [\w.:-]+: )", "fournisseur OAuth"),
        ("the login has expired or was withdrawn", "la connexion a expiré ou a été retirée"),
        (
            "the provider does not know the client_id, or refuses its secret",
            "le fournisseur ne connaît pas client_id, ou refuse son secret",
        ),
        ("the application may not log in this way", "l'application n'a pas le droit de se connecter ainsi"),
        (
            "the provider does not support this way to log in",
            "le fournisseur ne connaît pas cette façon de se connecter",
        ),
        ("the provider refuses the scopes", "le fournisseur refuse les scopes"),
        ("the provider refuses", "le fournisseur refuse"),
        ("the login was refused", "la connexion a été refusée"),
        ("nobody logged in before the code expired", "personne ne s'est connecté avant l'expiration du code"),
        ("nobody logged in in time", "personne ne s'est connecté à temps"),
        ("the provider is not available", "le fournisseur est indisponible"),
        ("the provider cannot be reached", "le fournisseur est injoignable"),
        ("the provider's certificate is not valid", "le certificat du fournisseur n'est pas valable"),
        (r"the variable (\S+) is empty", r"la variable \2 est vide"),
        ("the server takes no OAuth token", "le serveur n'accepte pas de jeton OAuth"),
        (r"account \S+: ca_file (\S+) is no certificate", r"ca_file \2 n'est pas un certificat"),
        ("No such file or directory", "ce fichier n'existe pas"),
        ("Permission denied", "droits insuffisants"),
        ("Is a directory", "c'est un dossier"),
        ("login as ", "utilisateur "),
        ("login: ", "identification : "),
        ("greeting: ", "accueil du serveur : "),
        ("opening the folder ", "ouverture du dossier "),
        ("the server refuses the user name or the token", "le serveur refuse l'utilisateur ou le jeton"),
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


def secret_line(account: str, error: SecretError) -> str:
    """`accueil : connexion impossible (...)`: a login at the provider that came to nothing."""
    return f"{account}{colon()} {say('connexion impossible', 'login impossible')} ({_details(error)})"


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
