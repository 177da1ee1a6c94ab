"""Pictures with letters in them, and mails that show them.

`python -m tests.judge.lettered FONT.ttf` writes the golden ones anew; `--measure` measures.
"""

from __future__ import annotations

import base64
import io
import json
import resource
import statistics
import sys
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from vigie.judge import tesseract
from vigie.message.formats import legible

SAMPLES = Path(__file__).parents[1] / "samples"
FRAUD = (
    "l'Assurance Maladie",
    "",
    "Cher assuré, chère assurée,",
    "Votre carte Vitale arrive à expiration le 30 novembre 2026.",
    "Pour continuer à être remboursé de vos soins, vous devez",
    "la renouveler dès aujourd'hui en cliquant sur cette image.",
    "Des frais de 0,99 euro vous seront demandés.",
    "Sans réponse sous 48 heures, vos droits seront suspendus.",
    "",
    "Le service client ameli",
)
BANNER = ("Mutuelle des Lilas", "Nos conseillers vous attendent", "Journée portes ouvertes", "samedi 5 décembre 2026")
NEWS = (
    "Mutuelle des Lilas",
    "",
    "Votre espace adhérent évolue",
    "Chère adhérente, cher adhérent,",
    "Pensez à mettre à jour votre carte Vitale une fois par an :",
    "une borne vous attend en pharmacie ou à la CPAM.",
    "Vos remboursements de l'Assurance Maladie nous arrivent",
    "directement : vous n'avez rien à nous envoyer.",
    "",
    "Mutuelle des Lilas, 12 rue des Lilas, 69003 Lyon",
)
CARD = ("VITALE", "carte d'assurance maladie", "MERCOEUR", "ALINE", "2 85 05 49 588 157 80", "émise le 12/03/2021")
SITE = (
    "ameli.fr   l'Assurance Maladie   Assuré",
    "Accueil   Remboursements   Droits et démarches   Santé",
    "Connexion à mon compte",
    "Mon numéro de sécurité sociale",
    "Mon code confidentiel",
    "Se connecter   Code oublié ?",
    "Actualité : votre carte Vitale sur votre téléphone",
)
PLAIN = tuple(line.translate(str.maketrans("éèêàâ", "eeeaa")) for line in FRAUD)
"""What the font that comes with pillow can write."""


def letter(lines: tuple[str, ...], font: str | None = None, *, size: int = 18, width: int = 640) -> Image.Image:
    """Dark letters on white, one line below the other."""
    face = ImageFont.truetype(font, size) if font else ImageFont.load_default(size)
    picture = Image.new("RGB", (width, 40 + len(lines) * size * 8 // 5), (255, 255, 255))
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((24, 20 + number * size * 8 // 5), line, fill=(24, 32, 96), font=face)
    return picture


def photo(width: int = 600, height: int = 400) -> Image.Image:
    """Hills in the mist: soft shades and a little grain, no stroke."""
    slope = Image.linear_gradient("L").resize((width, height))
    blots = (
        Image.effect_noise((width // 20, height // 20), 60).resize((width, height)).filter(ImageFilter.GaussianBlur(8))
    )
    grain = Image.effect_noise((width, height), 8)
    return Image.merge("RGB", (Image.blend(slope, blots, 0.4), Image.blend(slope, grain, 0.2), blots))


def saved(picture: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def mail(
    picture: bytes,
    html: str = '<a href="https://renouveler.dossier-sante.example/v"><img src="cid:page"></a>',
    *,
    author: str = "Service client <info@dossier-sante.example>",
    subject: str = "Votre dossier",
    disposition: str = 'inline; filename="page.png"',
    kind: str = "image/png",
) -> bytes:
    """A page that shows the picture; `html` "" for the picture alone."""
    domain = author.rpartition("@")[2].rstrip(">")
    head = f"""Return-Path: <{author.rpartition("<")[2]}
Delivered-To: camille.dumontel@demo.example
Received: from mail.{domain} (mail.{domain} [198.51.100.77])
	by mx.demo.example (Postfix) with ESMTPS id 6F30B2
	for <camille.dumontel@demo.example>; Wed, 18 Nov 2026 06:41:12 +0100
From: {author}
To: Camille Dumontel <camille.dumontel@demo.example>
Subject: {subject}
Date: Wed, 18 Nov 2026 06:41:09 +0100
Message-ID: <image-1@{domain}>
MIME-Version: 1.0
"""
    coded = base64.encodebytes(picture).decode()
    part = f"Content-Type: {kind}\nContent-ID: <page>\nContent-Disposition: {disposition}\nContent-Transfer-Encoding: base64\n\n{coded}"
    if not html:
        return (head + part).replace("\n", "\r\n").encode()
    page = f'Content-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n<html><body>{html}</body></html>\n'
    body = f'Content-Type: multipart/related; boundary="=_680"\n\n--=_680\n{page}\n--=_680\n{part}\n--=_680--\n'
    return (head + body).replace("\n", "\r\n").encode()


CLAIM, CONTRADICTION, LURE = {"kind": "claim"}, {"kind": "contradiction"}, {"kind": "lure"}


def _golden(name: str, raw: bytes, verdict: list[str], require: list[dict[str, str]], why: str) -> None:
    folder = SAMPLES / name
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_bytes(raw)
    (folder / "dns.toml").write_text(
        '# Nobody publishes anything.\n\n[txt]\n"_dmarc.ameli.fr" = ["v=DMARC1; p=reject"]\n'
    )
    expected = {
        "verdict": verdict,
        "brand": "ameli" if require else None,
        "decided_by": None,
        "now": "2026-11-22T12:00:00+00:00",
        "received": None,
        "dkim": [],
        "ocr": True,
        "require": require,
        "forbid": [] if require else [CLAIM],
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    (folder / "README").write_text(
        f"C-42: {name[4:]}\n\n{why}\nDrawn by tests/judge/lettered.py; letters are read where tesseract is installed.\n"
    )


def _write(font: str) -> None:
    page = saved(letter(FRAUD, font).quantize(8))
    footer = (
        "<p>Si ce message ne s'affiche pas, affichez les images. Pour ne plus recevoir nos messages, répondez STOP.</p>"
    )
    clicked = '<a href="https://renouveler.dossier-sante.example/v"><img src="cid:page"></a>'
    fraud = ["impersonation"]
    every = [CLAIM, CONTRADICTION, LURE]
    _golden(
        "680-nothing-but-a-picture",
        mail(page),
        fraud,
        every,
        "The whole letter is a picture, and the picture is a link.",
    )
    _golden(
        "681-picture-above-a-footer",
        mail(page, clicked + footer),
        fraud,
        every,
        "The letter is a picture that is to be clicked on; the text below it is what every newsletter has, and names nobody.",
    )
    _golden(
        "682-picture-without-a-page",
        mail(page, ""),
        ["impersonation", "suspicious"],
        [CLAIM, CONTRADICTION],
        "A scan and nothing else; nowhere to click.",
    )
    _golden(
        "683-colleague-shows-a-picture",
        mail(
            page,
            "<p>Salut, j'ai reçu ça ce matin, tu crois que c'est vrai ? Je n'ai pas cliqué.</p><img src=\"cid:page\"><p>Aline</p>",
            author="Aline Mercœur <aline@atelier-bois.example>".replace("œ", "oe"),
            subject="ton avis ?",
        ),
        ["unrelated"],
        [],
        "A colleague shows the picture of a fraud and asks: the words in it are not hers.",
    )
    banner = saved(letter(BANNER, font, size=30), "PNG")
    _golden(
        "684-banner-of-a-mutuelle",
        mail(
            banner,
            '<a href="https://www.mutuelle-lilas.example/portes"><img src="cid:page"></a><p>Mutuelle des Lilas, 12 rue des Lilas</p>',
            author="Mutuelle des Lilas <lettre@mutuelle-lilas.example>",
            subject="Portes ouvertes",
        ),
        ["unrelated"],
        [],
        "A mutuelle's invitation is a picture that is to be clicked on; it speaks of itself.",
    )
    _honest(font)
    hills = saved(photo(), "JPEG")
    _golden(
        "685-photograph",
        mail(
            hills, "", author="Aline Mercoeur <aline@atelier-bois.example>", subject="vacances", kind="image/jpeg"
        ).replace(b"page.png", b"page.jpg"),
        ["unrelated"],
        [],
        "A photograph and nothing else: no letter is read out of it.",
    )


def _honest(font: str) -> None:
    """What people and another body show of the brand."""
    link = '<a href="https://clic.lettres-adherents.example/x7"><img src="cid:page"></a>'
    below = "<p>Se désabonner de nos lettres d'information</p>"
    aline = "Aline Mercoeur <aline@atelier-bois.example>"
    _golden(
        "686-newsletter-that-is-a-picture",
        mail(
            saved(letter(NEWS, font).quantize(8)),
            link + below,
            author="Mutuelle des Lilas <lettre@mutuelle-lilas.example>",
            subject="Votre lettre de novembre",
        ),
        ["unrelated"],
        [],
        "A mutuelle's newsletter is one picture, which speaks of the carte Vitale and leads to its router's domain.",
    )
    _golden(
        "687-photograph-of-a-card",
        mail(saved(letter(CARD, font, size=26).quantize(8)), "", author=aline, subject="carte Vitale pour le dossier"),
        ["unrelated"],
        [],
        "A colleague sends a picture of her card and writes nothing beside it.",
    )
    _golden(
        "688-screenshot-of-the-true-site",
        mail(
            saved(letter(SITE, font).quantize(8)),
            '<img src="cid:page"><p>Aline</p>',
            author=aline,
            subject="capture",
        ),
        ["unrelated"],
        [],
        "A colleague sends what she sees on ameli.fr; the body says nothing, but she has a name of her own and leads nowhere.",
    )
    _golden(
        "689-own-card-enclosed",
        mail(
            saved(letter(CARD, font, size=26).quantize(8)),
            '<p>Ci-joint ma carte Vitale.</p><img src="cid:page">',
            author=aline,
            subject="photo",
        ),
        ["unrelated"],
        [],
        "A colleague hands in a picture of her own card, in one line.",
    )


def _measure() -> None:
    """Processor time of making ready and of reading, the middle of five."""
    reader = tesseract.installed()
    pages = {"letter": letter(PLAIN), "banner": letter(BANNER, size=30), "page": letter(PLAIN * 4, size=24, width=1240)}
    for name, picture in {**pages, "photo": photo()}.items():
        data = saved(picture)
        ready, reading = [], []
        for _ in range(5):
            begun = time.process_time()
            sheet = legible.sheet(data)
            ready.append(time.process_time() - begun)
            if sheet is not None and reader is not None:
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                reader.read(sheet, 60)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                reading.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        told = f"{1000 * statistics.median(reading):.0f} ms to read" if reading else "not read"
        print(f"{name} {picture.size}: {1000 * statistics.median(ready):.0f} ms to make ready, {told}")


if __name__ == "__main__":
    _measure() if sys.argv[1] == "--measure" else _write(sys.argv[1])
