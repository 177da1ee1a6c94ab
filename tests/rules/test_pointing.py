"""Which short bodies say nothing but that something is attached, and what it is that speaks then (house: CLAIM)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.building import link, message, verdict
from vigie.message.fold import fold
from vigie.message.types import Layer, TextBlock
from vigie.rules.pointing import MOST, delivers, only_points
from vigie.rules.types import Label

POINTING = (
    "Voir document joint",
    "Veuillez trouver ci-joint le courrier de votre caisse.",
    "Open the attached file",
    "Madame, Monsieur,\n\nNous vous prions de prendre connaissance du document en pièce jointe.\n\nBien à vous",
    "Votre document est disponible en P.J., merci de l'ouvrir.\n\nService gestion",
    "Un courrier important vous concernant est joint à ce message.",
    "Bonjour, je vous prie de trouver ci-joint un courrier. Cordialement, Claude Berthier",
    "Please find attached your statement. Kind regards",
)
SPEAKING = (
    "",
    "Bonjour",
    "Tu penses quoi du document joint ?",
    "Ci-joint ce que j'ai reçu ce matin",
    "Pour info, document joint",
    "Je te transfère le fichier joint.",
    "Veuillez trouver ci-joint mon attestation de droits.",
    "Document joint à imprimer et à afficher en salle de repos",
    "Attention, pièce jointe frauduleuse",
    "La chorale répète jeudi avec deux ténors et le piano du presbytère, voir document joint",
    "What do you think of the attached file",
    "voir document joint " + "document " * 60,
)
TO_SOMEBODY_KNOWN = (
    "Vous trouverez ci-joint le document demandé.",
    "Veuillez trouver ci-joint votre attestation.",
    "Document joint",
    "Bonjour, ci-joint la copie de votre carte",
)


@pytest.mark.parametrize("text", POINTING)
def test_it_only_points(text):
    assert only_points([fold(text)], known=False)


@pytest.mark.parametrize("text", SPEAKING)
def test_it_speaks(text):
    assert not only_points([fold(text)], known=False)


@pytest.mark.parametrize("text", TO_SOMEBODY_KNOWN)
def test_who_has_a_name_hands_on_papers(text):
    assert not only_points([fold(text)], known=True)


@given(st.sampled_from(POINTING), st.sampled_from(("Tu en penses quoi ?", "J'ai un doute.", "C'est bizarre")))
def test_a_question_or_a_doubt_is_the_senders_own(text, own):
    assert not only_points([fold(f"{own}\n{text}")], known=False)


def test_padding_says_something():
    assert not only_points(["voir document joint " + "merci " * (MOST // 6)], known=False)


PAGE = (
    "L'Assurance Maladie\nVotre carte Vitale expire le 30 novembre. Commandez la nouvelle version et réglez les frais d'envoi par"
    " carte bancaire.\nCordialement,\nL'Assurance Maladie"
)
LINK = ["https://suivi-dossiers.example/x"]


def label(author: str, body: str) -> Label:
    blocks = [TextBlock(Layer.ATTACHMENT, "attachment:courrier.html", PAGE)]
    return verdict(message(author, "Courrier", body, LINK, blocks=blocks)).label


@pytest.mark.parametrize(
    "author", ["Service courrier <x@suivi-dossiers.example>", "Marc Lenoir <marc.lenoir@lenoir-btp.example>"]
)
def test_the_attachment_speaks_for_who_only_points(author):
    assert label(author, "Veuillez trouver ci-joint le courrier de votre caisse.") is Label.IMPERSONATION


@pytest.mark.parametrize("body", [body for body in (*SPEAKING, *TO_SOMEBODY_KNOWN) if len(body) >= 20])
def test_a_colleague_who_hands_on_a_fraud_stays_unrelated(body):
    assert label("Julie Perrot <julie.perrot@atelier-perrot.example>", body) is Label.UNRELATED


def leading(author: str, subject: str, body: str, layer: Layer = Layer.ATTACHMENT) -> Label:
    """The verdict on a mail whose attachment has a link of its own."""
    blocks = [TextBlock(layer, "attachment:courrier.html", PAGE)]
    links = [link("https://suivi-dossiers.example/x", layer=layer)]
    return verdict(message(author, subject, body, links, blocks=blocks)).label


OFFICE = "Secrétariat <x@suivi-dossiers.example>"


@pytest.mark.parametrize(
    "body",
    [
        "Pièce à régler ci-jointe.",
        "Merci de la compléter et de nous la retourner sous 5 jours.",
        "Résolution 300 ppp. Format PDF.",
    ],
)
def test_an_attachment_that_leads_off_speaks_for_who_names_nobody(body):
    assert leading(OFFICE, "Réf. 331", body) is Label.IMPERSONATION


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Mail louche en PJ", "Bonjour, message joint pour traitement par vos soins."),
        ("Courrier", "Est-ce un vrai courrier ? Il est joint."),
        ("TR: courrier", "Le courrier est joint, bonne journée."),
        ("Courrier", "Bonjour, je l'ai ouvert par erreur, il est joint."),
    ],
)
def test_who_doubts_or_passes_on_stands_for_nothing(subject, body):
    assert leading(OFFICE, subject, body) is Label.UNRELATED


def test_a_message_that_nobody_delivers_is_his_own():
    told = "Un message vous est destiné. Ouvrez la pièce jointe pour le lire."
    assert (
        leading("Notification <postmaster@relais.example>", "Message en attente", told, Layer.ATTACHED_MESSAGE)
        is Label.IMPERSONATION
    )
    known = "Gaëlle Nicol <gaelle.nicol@example.org>"
    assert leading(known, "Message en attente", told, Layer.ATTACHED_MESSAGE) is Label.UNRELATED
    assert not delivers([fold("Undelivered mail returned to sender"), fold("Your message could not be delivered.")])
