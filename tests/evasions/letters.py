"""Letters before anything is hidden: frauds of the plainest kind, and honest mails to be changed in the same way."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.header import Header
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import dkim

from tests.samples import sign
from tests.test_samples import NOW, examiner
from vigie.rules.types import Case

EVIL = "suivi-dossiers.example"
_HEAD = (
    "Return-Path: <{address}>\r\nDelivered-To: camille.dumontel@demo.example\r\n"
    "Received: from mail.{domain} (mail.{domain} [198.51.100.77])\r\n\tby mx.demo.example (Postfix) with ESMTPS id 6F30A1\r\n"
    "\tfor <camille.dumontel@demo.example>; Wed, 18 Nov 2026 06:41:12 +0100\r\n"
    "From: {author}\r\nTo: Camille Dumontel <camille.dumontel@demo.example>\r\nSubject: {subject}\r\n"
    "Date: Wed, 18 Nov 2026 06:41:09 +0100\r\nMessage-ID: <{slug}@{domain}>\r\n"
)


@dataclass(frozen=True)
class Letter:
    """A mail as its author thinks of it: paragraphs, one thing to click, paragraphs."""

    slug: str
    display: str
    address: str
    subject: str
    before: tuple[str, ...]
    call: str
    """The words to click."""
    url: str
    after: tuple[str, ...]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def words(self) -> tuple[str, ...]:
        return (self.subject, *self.before, self.call, *self.after)


def encoded_word(text: str) -> str:
    """A header value: as it is, or in encoded words on one line each."""
    return (
        text if text.isascii() else Header(text, "utf-8", maxlinelen=70, header_name="Subject").encode(linesep="\r\n")
    )


def header(letter: Letter, *more: str, author: str = "", subject: str = "") -> bytes:
    """The header without MIME; `more` are whole fields."""
    shown = f"{encoded_word(letter.display)} <{letter.address}>" if letter.display else letter.address
    head = _HEAD.format(
        address=letter.address,
        domain=letter.domain,
        author=author or shown,
        subject=subject or encoded_word(letter.subject),
        slug=letter.slug,
    )
    return (head + "".join(field + "\r\n" for field in more)).encode("utf-8", "surrogateescape")


def plain(letter: Letter, url: str = "") -> str:
    """The letter as plain text, lines end with CRLF."""
    url = url or letter.url
    called = f"{letter.call} : {url}" if url else letter.call
    return "\r\n\r\n".join((*letter.before, called, *letter.after)) + "\r\n"


def page(letter: Letter, *, called: str = "", head: str = "", wrap: str = "p") -> str:
    """The letter as HTML; `called` replaces the anchor."""
    anchor = called or f'<a href="{html.escape(letter.url)}">{html.escape(letter.call)}</a>'
    rows = (*map(html.escape, letter.before), anchor, *map(html.escape, letter.after))
    return (
        f'<html><head><meta charset="utf-8">{head}</head><body>\r\n'
        + "\r\n".join(f"<{wrap}>{row}</{wrap}>" for row in rows)
        + "\r\n</body></html>\r\n"
    )


def mail(letter: Letter, body: str | bytes, *fields: str, kind: str = "text/plain", head: bytes = b"") -> bytes:
    """A mail of one part in 8bit UTF-8, unless `fields` say otherwise from MIME-Version on."""
    fields = fields or (f"Content-Type: {kind}; charset=utf-8", "Content-Transfer-Encoding: 8bit")
    mime = "".join(field + "\r\n" for field in ("MIME-Version: 1.0", *fields)).encode()
    return (head or header(letter)) + mime + b"\r\n" + (body.encode() if isinstance(body, str) else body)


def parts(letter: Letter, kind: str, leaves: Sequence[tuple[str, str | bytes]], head: bytes = b"") -> bytes:
    """A multipart; each leaf is its header lines (joined by LF) and its content."""
    body = b""
    for fields, content in leaves:
        data = content.encode() if isinstance(content, str) else content
        body += b"--=_630\r\n" + fields.replace("\n", "\r\n").encode() + b"\r\n\r\n" + data + b"\r\n"
    return mail(letter, body + b"--=_630--\r\n", f'Content-Type: multipart/{kind}; boundary="=_630"', head=head)


CARD = Letter(
    "carte",
    "Service relation clients",
    f"contact@{EVIL}",
    "Votre carte Vitale arrive à expiration",
    (
        "Madame, Monsieur,",
        "Votre carte Vitale expire le 30 novembre 2026. Afin de continuer à être remboursé de vos soins, vous devez commander"
        " la nouvelle version avant cette date.",
        "Munissez-vous de votre numéro de sécurité sociale et de votre carte bancaire : les frais d'envoi s'élèvent à 0,95 euro.",
    ),
    "Commander ma nouvelle carte Vitale",
    f"https://{EVIL}/carte",
    ("Cordialement,", "L'Assurance Maladie"),
)
REFUND = Letter(
    "remboursement",
    "Notifications",
    f"no-reply@{EVIL}",
    "ameli : un remboursement de 237,40 euros vous attend",
    (
        "Bonjour,",
        "Après vérification de votre dossier, l'Assurance Maladie vous informe que vous avez droit à un remboursement de 237,40 euros.",
        "Pour le recevoir, merci de confirmer vos coordonnées bancaires dans les 48 heures.",
    ),
    "Recevoir mon remboursement",
    f"https://{EVIL}/remboursement",
    ("Votre conseiller ameli", "CPAM de votre département"),
)
ACCOUNT = Letter(
    "compte",
    "Espace personnel",
    f"alerte@{EVIL}",
    "Votre compte ameli est suspendu",
    (
        "Cher assuré,",
        "Votre compte ameli a été suspendu à la suite d'une connexion inhabituelle. Vos remboursements sont bloqués.",
        "Veuillez vous identifier pour réactiver votre compte, faute de quoi vos droits seront fermés demain.",
    ),
    "Réactiver mon compte",
    f"https://{EVIL}/compte",
    ("Le service client de l'Assurance Maladie",),
)
FRAUDS = (CARD, REFUND, ACCOUNT)

NEWSLETTER = Letter(
    "lettre",
    "Mutuelle des Lilas",
    "lettre@mutuelle-lilas.example",
    "La lettre de novembre de votre mutuelle",
    (
        "Chère adhérente, cher adhérent,",
        "Depuis le 1er novembre, l'Assurance Maladie rembourse l'activité physique adaptée à certains patients. La Mutuelle des"
        " Lilas complète ce remboursement à hauteur de 40 euros par an.",
        "Pensez à mettre à jour votre carte Vitale en pharmacie : nous recevrons alors vos décomptes sans délai.",
    ),
    "Lire la lettre en ligne",
    "https://www.mutuelle-lilas.example/lettre/novembre",
    ("À bientôt,", "La Mutuelle des Lilas, mutuelle régie par le livre II du code de la mutualité"),
)
COLLEAGUE = Letter(
    "collegue",
    "Julie Perrot",
    "julie.perrot@atelier-perrot.example",
    "Question sur la carte Vitale de ma fille",
    (
        "Salut Camille,",
        "Tu sais combien de temps met la CPAM pour envoyer une carte Vitale ? J'ai rempli le formulaire sur ameli la semaine"
        " dernière et je n'ai rien reçu.",
        "Sinon, j'ai mis le planning de décembre à sa place habituelle :",
    ),
    "planning de décembre",
    "https://fichiers.atelier-perrot.example/planning",
    ("Bises,", "Julie"),
)
GENUINE = Letter(
    "vrai",
    "L'Assurance Maladie",
    "assurance-maladie@info.ameli.fr",
    "Votre relevé mensuel est disponible",
    (
        "Bonjour,",
        "Votre relevé de remboursements du mois d'octobre est disponible dans votre compte ameli.",
    ),
    "Consulter mon compte ameli",
    "https://www.ameli.fr/assure",
    ("Votre caisse primaire d'assurance maladie",),
)
HONEST = (NEWSLETTER, COLLEAGUE, GENUINE)
GENUINE_ZONE = {
    "_dmarc.ameli.fr": ["v=DMARC1; p=reject; sp=reject"],
    "_dmarc.info.ameli.fr": ["v=DMARC1; p=reject; adkim=s"],
    "ameli.fr": ["v=spf1 -all"],
    "info.ameli.fr": ["v=spf1 ip4:203.0.113.25 -all"],
    "demo2026._domainkey.info.ameli.fr": [sign.public_record(sign.BRAND)],
}
_SIGNED_AT = 1_794_980_469


def signed(raw: bytes) -> bytes:
    """Signed by the brand as it stands; unsigned where dkimpy cannot read it."""
    top, author, rest = raw.partition(b"From: ")
    try:
        return top + sign.signature(author + rest, "info.ameli.fr", "demo2026", sign.BRAND, _SIGNED_AT) + author + rest
    except (dkim.DKIMException, IndexError):
        return raw


@cache
def _zone() -> Path:
    folder = TemporaryDirectory(prefix="vigie-evasions-")
    path = Path(folder.name) / "dns.toml"
    lines = (f'"{name}" = {values!r}'.replace("'", '"') for name, values in GENUINE_ZONE.items())
    path.write_text("[txt]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    _KEPT.append(folder)
    return path


_KEPT: list[TemporaryDirectory[str]] = []
"""Removed when the interpreter ends."""


def judged(raw: bytes) -> Case:
    """The verdict about a mail; of everybody but the brand the DNS knows nothing."""
    return examiner(_zone()).examine(raw, now=NOW)


def changed(letter: Letter, change: dict[str, str]) -> Letter:
    """Every word of the letter through a table of replacements."""

    def other(text: str) -> str:
        for old, new in change.items():
            text = text.replace(old, new)
        return text

    return replace(
        letter,
        subject=other(letter.subject),
        before=tuple(map(other, letter.before)),
        call=other(letter.call),
        after=tuple(map(other, letter.after)),
    )
