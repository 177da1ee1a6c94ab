"""The mails of the chain: what ameli sends, and what others make of it. Dated now, for the servers live now."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

AUTHOR = "assurance-maladie@info.ameli.fr"
OUTSIDE = "https://compte-remboursement.example.com/dossier"
SUBJECT = "Votre relevé de remboursements est disponible"


def genuine(to: str = "camille.dumontel@demo.example", *, html: bool = True) -> bytes:
    """What ameli sends, before it is signed: everything in it is official."""
    text = (
        "Bonjour,\n\nL'Assurance Maladie vous informe que votre relevé de remboursements est disponible dans votre compte :\n"
        "https://assure.ameli.fr/\n\nAvec toute notre attention,\nL'Assurance Maladie\n"
    )
    return _mail(to, SUBJECT, text, html=html)


def spoof(to: str = "camille.dumontel@demo.example") -> bytes:
    """The same author, and a link that leads outside."""
    text = (
        "Bonjour,\n\nL'Assurance Maladie vous informe qu'un remboursement de 118,40 euros est en attente. Mettez à jour vos\n"
        f"coordonnées bancaires sous 48 heures :\n{OUTSIDE}\n\nL'Assurance Maladie\n"
    )
    return _mail(to, "Remboursement en attente", text)


def _mail(to: str, subject: str, text: str, *, html: bool = True) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"L'Assurance Maladie <{AUTHOR}>"
    mail["To"] = f"Camille Dumontel <{to}>"
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain="info.ameli.fr")
    mail.set_content(text)
    if not html:
        return mail.as_bytes()
    mail.add_alternative("<p>" + text.replace("\n\n", "</p><p>").replace("\n", "<br>") + "</p>", subtype="html")
    return mail.as_bytes()


def sent(arrived: bytes) -> bytes:
    """The message as the sender let it go: what lies above its signature was added on the way."""
    return arrived[arrived.index(b"DKIM-Signature:") :]


def with_second(raw: bytes, field: bytes) -> bytes:
    """One more field on top."""
    return field + b"\r\n" + raw


def with_link(raw: bytes) -> bytes:
    """The official link replaced, in the plain text as in the HTML."""
    assert b"https://assure.ameli.fr/" in raw
    return raw.replace(b"https://assure.ameli.fr/", OUTSIDE.encode())


def through_list(raw: bytes) -> bytes:
    """What a mailing list makes of it: a subject left alone, its own List-* fields, a footer below the last part."""
    listed = (
        b"List-Id: <assures.listes.example>\r\nList-Unsubscribe: <mailto:assures-leave@listes.example>\r\n"
        b"Sender: assures-bounces@listes.example\r\nPrecedence: list\r\n"
    )
    return (
        listed
        + raw.rstrip(b"\r\n")
        + b"\r\n_______________________________________________\r\nhttps://listes.example/assures\r\n"
    )


def body_of(raw: bytes) -> bytes:
    """What follows the header block."""
    return re.split(rb"\r\n\r\n", raw, maxsplit=1)[1]
