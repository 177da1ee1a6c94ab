"""Invented mails for the pages: false ones of a few makes, as a relay of ours has taken them in."""

from __future__ import annotations

from base64 import b64encode

SENDER = "service@toitures-brevanes.example"


def false_mail(
    number: int,
    *,
    subject: str = "Votre remboursement est en attente",
    sender: str = SENDER,
    body: str = "",
    name: str = "AMELI Assurance Maladie",
) -> bytes:
    """One of a campaign: the same subject, sender and body make the same campaign, whatever the number."""
    html = body or (
        "<div><p>Cher(e) assuré(e),</p><p>Votre remboursement de <b>89,00 EUR</b> est en attente.</p>"
        f'<p><a href="http://toitures-brevanes.example/aml/?id={number}">https://assure.ameli.fr/remboursement</a></p>'
        "<p>L'Assurance Maladie</p></div>"
    )
    host = sender.partition("@")[2]
    return "\r\n".join(
        (
            f"Received: from mail.{host} (mail.{host} [198.51.100.101])",
            f"\tby mx.demo.example (Postfix) with ESMTPS id B{number:09}",
            "\tfor <camille@demo.example>; Mon, 05 Oct 2026 02:12:48 +0200",
            f"From: {name} <{sender}>",
            "To: Camille Dumontel <camille@demo.example>",
            f"Subject: =?UTF-8?B?{b64encode(subject.encode()).decode()}?=",
            "Date: Mon, 05 Oct 2026 02:12:45 +0200",
            f"Message-ID: <{number}.{len(subject)}.{len(html)}@{host}>",
            "MIME-Version: 1.0",
            "Content-Type: text/html; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
            "",
            html,
            "",
        )
    ).encode()


CARD = (
    "<table><tr><td><h1>ameli.fr</h1></td></tr><tr><td>Votre carte Vitale expire. Commandez la nouvelle carte et réglez les frais "
    'd\'envoi de 0,99 EUR.</td></tr><tr><td><a href="https://carte-v3.example/commande?r={number}">Commander ma carte</a></td></tr></table>'
)


def card_mail(number: int) -> bytes:
    """Of another campaign, each from another sender."""
    return false_mail(
        number,
        subject="Votre carte Vitale expire",
        sender=f"info{number}@expediteur-{number}.example",
        body=CARD.format(number=number),
        name="ameli carte Vitale",
    )
