"""Mixed mail for benchmarks and soak tests: invented people, example domains, deterministic for a seed.

Of a hundred: about 90 ordinary ones (letters, newsletters, invoices with an attachment, list mail), 6 false ameli mails, 2 that mention
ameli, 2 with broken structure.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP

FIRST = ["Camille", "Amélie", "Louis", "Inès", "Hugo", "Zoé", "Karim", "Élodie", "Yann", "Maëlle", "Bruno", "Fatou"]
LAST = ["Durand", "Lefèvre", "Moreau", "Nguyen", "Bernard", "Petit", "Rossi", "Da Silva", "Garnier", "Kervella"]
DOMAINS = ["mairie-exemple.example", "clinique.example", "boutique.example", "asso.example.org", "presse.example.net"]
WORDS = (
    "réunion dossier facture livraison commande planning semaine bonjour merci projet budget école travaux conseil "
    "associations rendez-vous document version équipe client produit offre saison jardin voyage lecture météo santé"
).split()
FALSE_SUBJECTS = [
    "Votre carte Vitale arrive à expiration",
    "Remboursement de 118,40 euros en attente",
    "Assurance Maladie : mise à jour obligatoire de votre dossier",
]


def mixed(count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` messages, each different; the same ones for the same seed."""
    rng = random.Random(seed)
    for number in range(count):
        kind = rng.random()
        if kind < 0.06:
            yield _false(rng, number)
        elif kind < 0.08:
            yield _mention(rng, number)
        elif kind < 0.10:
            yield _broken(rng, number)
        elif kind < 0.55:
            yield _letter(rng, number)
        elif kind < 0.85:
            yield _newsletter(rng, number)
        else:
            yield _invoice(rng, number)


def false(count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` false ameli mails, each different."""
    rng = random.Random(seed)
    return (_false(rng, number) for number in range(count))


def _sentences(rng: random.Random, count: int) -> str:
    lines = (" ".join(rng.choices(WORDS, k=rng.randint(6, 14))).capitalize() + "." for _ in range(count))
    return "\n".join(lines)


def _base(rng: random.Random, number: int, subject: str, author: tuple[str, str] | None = None) -> EmailMessage:
    name, domain = author or (f"{rng.choice(FIRST)} {rng.choice(LAST)}", rng.choice(DOMAINS))
    mail = EmailMessage(policy=SMTP)
    mail["Received"] = (
        f"from mail.{domain} (mail.{domain} [192.0.2.{rng.randint(1, 250)}]) by mx.demo.example with ESMTPS id {number:08x}; "
        f"Sat, 21 Nov 2026 {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00 +0100"
    )
    mail["From"] = f'"{name}" <contact{number}@{domain}>'
    mail["To"] = "accueil@mairie-exemple.example"
    mail["Subject"] = subject
    mail["Date"] = f"Sat, 21 Nov 2026 {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00 +0100"
    mail["Message-ID"] = f"<{number}.{rng.getrandbits(64):016x}@{domain}>"
    return mail


def _letter(rng: random.Random, number: int) -> bytes:
    mail = _base(rng, number, " ".join(rng.choices(WORDS, k=4)))
    mail.set_content(f"Bonjour,\n\n{_sentences(rng, rng.randint(3, 30))}\n\nCordialement\n")
    return mail.as_bytes()


def _newsletter(rng: random.Random, number: int) -> bytes:
    mail = _base(rng, number, "La lettre : " + " ".join(rng.choices(WORDS, k=3)))
    mail["List-Unsubscribe"] = f"<https://news.example.net/u/{number}>"
    mail.set_content(_sentences(rng, 20))
    rows = "".join(
        f'<tr><td style="padding:8px;color:#333"><h2>{_sentences(rng, 1)}</h2><p>{_sentences(rng, 4)}</p>'
        f'<a href="https://news.example.net/a/{number}/{row}">Lire la suite</a>'
        f'<img src="https://img.example.net/{row}.png" alt=""></td></tr>'
        for row in range(rng.randint(5, 40))
    )
    mail.add_alternative(f"<html><body><table width=600>{rows}</table></body></html>", subtype="html")
    return mail.as_bytes()


def _invoice(rng: random.Random, number: int) -> bytes:
    mail = _base(rng, number, f"Facture F-{number:06}")
    mail.set_content(f"Bonjour,\n\nVotre facture est jointe.\n{_sentences(rng, 5)}\n")
    mail.add_attachment(
        rng.randbytes(rng.randint(5_000, 120_000)), "application", "octet-stream", filename="facture.bin"
    )
    return mail.as_bytes()


def _false(rng: random.Random, number: int) -> bytes:
    mail = _base(rng, number, rng.choice(FALSE_SUBJECTS), ("Assurance Maladie", f"srv{rng.randint(1, 99)}.example.com"))
    link = f"https://renouvellement-{number}.example.com/dossier"
    mail.set_content(
        f"Bonjour,\n\nVotre carte Vitale expire dans 48 heures. Mettez à jour vos coordonnées bancaires :\n{link}\n"
    )
    mail.add_alternative(
        f"<p>Bonjour,</p><p>Votre carte Vitale expire dans 48&nbsp;heures. Mettez à jour vos coordonnées bancaires.</p>"
        f'<p><a href="{link}">Accéder à mon compte ameli</a></p><p>L\'Assurance Maladie</p>',
        subtype="html",
    )
    return mail.as_bytes()


def _mention(rng: random.Random, number: int) -> bytes:
    mail = _base(rng, number, "attestation")
    mail.set_content(
        "Bonjour,\n\nPour compléter votre dossier, merci d'apporter votre attestation de droits (à télécharger sur ameli.fr) et votre\n"
        f"carte Vitale le jour de la rentrée.\n{_sentences(rng, 3)}\n\nLe secrétariat\n"
    )
    return mail.as_bytes()


def _broken(rng: random.Random, number: int) -> bytes:
    good = _newsletter(rng, number)
    return good[: rng.randint(len(good) // 3, len(good))] + rng.randbytes(20)
