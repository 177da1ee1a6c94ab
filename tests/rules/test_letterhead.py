"""Which lines are a sender's own, which of them he signs with, and how a third person is told from the speaker."""

import pytest

from tests.rules.building import AMELI, evidence, findings, link, message
from vigie.message.fold import fold
from vigie.message.types import Layer
from vigie.rules.issuer import supporting
from vigie.rules.letterhead import outright
from vigie.rules.naming import names_of, readable
from vigie.rules.standing import Standing
from vigie.rules.utterance import Utterance

WORDS = names_of(AMELI)
LEAD = "Bonjour,\nMerci de lire ceci.\n"


def spoken(text: str) -> tuple[Utterance, ...]:
    return (Utterance("text/plain", Layer.OUTER, readable(fold(text), AMELI), text),)


def topics(text: str) -> set[tuple[str, int]]:
    return {(sign.topic, sign.weight) for sign in outright(spoken(text), WORDS, AMELI)}


@pytest.mark.parametrize(
    "text",
    [
        "CAISSE PRIMAIRE D'ASSURANCE MALADIE DES ALPES-MARITIMES\nPôle des droits\nVotre dossier attend.\nMerci.",
        "Caisse primaire d'assurance maladie de la Mayenne\nUne pièce manque à votre dossier, dites-nous laquelle des deux\nest la bonne.",
    ],
)
def test_a_head_of_many_letters_is_no_part_of_the_next_line(text):
    assert ("letterhead", 3) in topics(text)


@pytest.mark.parametrize(
    "above",
    ["Votre recommandé 1A 000 adressé à", "Lettre déposée le 2 mars, destinataire :", "Distribué à :", "Pli remis au"],
)
def test_where_something_went_is_no_letterhead_and_no_signature(above):
    name = "CPAM de Paris\n75948 Paris Cedex 19"
    assert not {topic for topic, _ in topics(f"{above}\n{name}")} & {"letterhead", "signature"}
    assert {topic for topic, _ in topics(f"Bonjour,\n{name}")} & {"letterhead", "signature"}


def test_a_line_that_was_wrapped_goes_on():
    text = (
        "Nous avons reçu votre demande et nous la traiterons dès que le décompte de\nl'Assurance Maladie\n"
        "nous sera parvenu ; d'habitude cela prend entre huit et quinze jours, selon\nla caisse.\nÀ bientôt !"
    )
    assert not topics(text)


@pytest.mark.parametrize(
    "foot",
    [
        "--\nPrestations\nAssurance Maladie",
        "Service des pensions\nCPAM du Lot",
        "CPAM du Lot, service des pensions",
        "Le directeur de la CPAM du Lot",
        "Bonne route !\nVotre caisse d'assurance maladie",
        "Bien cordialement,\nCPAM du Lot - 46000 Cahors Cedex 9",
        "Bien cordialement,\nCPAM du Lot, 238 rue Hautesserre, Cahors",
    ],
)
def test_a_signature(foot):
    assert ("signature", 3) in topics(LEAD + foot)


@pytest.mark.parametrize(
    "foot",
    [
        "Écrivez à :\nService médical\nCPAM du Lot, 46000 Cahors",
        "CPAM du Lot en attente\nLe suivi est en ligne.",
        "- le tiers payant\n- ameli pro",
        "De : Ameli <x@y.example>\nObjet : carte\nService client Ameli\nUn faux mail, un hameçonnage de plus, à bloquer.\nPaul",
        "Voici le message :\n| L'Assurance Maladie\nNous le regrettons.\nPaul",
    ],
)
def test_no_signature(foot):
    assert not {topic for topic, weight in topics(LEAD + foot) if weight >= 3}


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("Je suis gestionnaire à la CPAM.", True),
        ("Ici la CPAM.", True),
        ("Je suis passée à la CPAM ce matin.", False),
        ("D'ici lundi je le porte à la CPAM.", False),
        ("Votre interlocuteur est la CPAM.", False),
        ("Nous sommes en litige avec la CPAM.", False),
        ("Des messages au nom de la CPAM demandent 1 €.", False),
    ],
)
def test_who_speaks_for_the_brand(text, speaks):
    found = supporting(spoken(text), (), WORDS, AMELI, Standing.UNKNOWN)
    assert any(sign.topic == "speaks-for" for sign in found) == speaks


@pytest.mark.parametrize(
    ("display", "domain", "body", "links", "excused"),
    [
        ("Verdier Conseil", "verdier.example", "Bonjour, la CPAM a répondu.", (), True),
        ("Habilitation FSE", "fse-habilitation.example", "Bonjour, la CPAM a répondu.", (), False),
        ("Verdier Conseil", "verdier.example", "L'Assurance Maladie\nBonjour.\nVotre carte.", (), False),
        (
            "Verdier Conseil",
            "verdier.example",
            "Bonjour.",
            (link("https://verdier.example/a", "www.ameli.fr/a"),),
            False,
        ),
        (
            "Mutuelle Verdier",
            "verdier.example",
            "Bonjour.",
            (link("https://verdier.example/a", "www.ameli.fr/a"),),
            True,
        ),
        (
            "Étude Verdier",
            "verdier.example",
            "Agissant sur mandat et pour le compte de la CPAM du Lot.\nVous devez 84 €, réglez-les : https://verdier.example/84 €",
            (),
            False,
        ),
    ],
)
def test_a_name_of_his_own_excuses_who_does_not_pose(display, domain, body, links, excused):
    mail = message(f"{display} <contact@{domain}>", "Dossier", body, links)
    assert bool(findings(mail, evidence(domain, passes=True), "own-name-author")) == excused


@pytest.mark.parametrize(
    ("text", "rule", "topic"),
    [
        ("Flashez le QR code ci-dessous.", "call-back", "scan"),
        ("Visez le carré avec votre téléphone.", "call-back", "scan"),
        ("Complétez ici suivi-colis.example/r", "call-back", "typed"),
        ("À commander sur carte-suivi.fr avant ce soir", "call-back", "typed"),
        ("Envoyez-nous la preuve en répondant.", "call-back", "answer"),
        ("Réglez par virement : FR76 3000 0000 0000 0000 0000 097", "payment-request", "sum"),
        ("Un code de sécurité vous a été envoyé. Transférez-le ici.", "data-request", "secret"),
    ],
)
def test_ways_without_a_link(text, rule, topic):
    assert topic in {found.topic for found in findings(message(body=text), rule=rule)}


@pytest.mark.parametrize(
    "text",
    [
        "Retrouvez-le sur ameli.fr.",
        "Retrouvez-le sur www.ameli.fr/assure",
        "Scannez votre ordonnance.",
        "Le remboursement est arrivé sur le compte FR76 3000 0000 0000 0000 0000 097.",
    ],
)
def test_no_way_to_the_sender(text):
    mail = message(body=text)
    assert not [found for rule in ("call-back", "payment-request") for found in findings(mail, rule=rule)]
