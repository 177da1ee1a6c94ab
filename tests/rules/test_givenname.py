"""Whose own name is spelled like the brand's, and what accuses him all the same."""

from __future__ import annotations

import pytest

from tests.rules.building import AMELI, evidence, link, message
from vigie.message.types import Message
from vigie.rules.brand import load
from vigie.rules.checks import host_lookalike
from vigie.rules.givenname import named_alike, own_name
from vigie.rules.judgement import judge
from vigie.rules.types import Label, Strength
from vigie.rules.view import View

PARCEL = "Bonjour Karine,\nvotre commande AC-3381 (bougie figuier, 2 savons au miel) a quitté l'atelier ce matin."
REFUND = (
    "Madame, Monsieur,\nL'Assurance Maladie vous informe que votre remboursement de 214,30 euros est en attente. Confirmez votre RIB"
    " avant 48 heures.\nVotre caisse d'assurance maladie"
)
SPA = "Chère Solange,\nil vous reste 2 modelages sur votre carte. Prolongez-la de six mois, nos soins ne sont remboursés par personne."


def _view(mail: Message) -> View:
    return View(mail, evidence(mail.authors[0].domain), AMELI)


def _label(mail: Message) -> Label:
    return judge(mail, evidence(mail.authors[0].domain), (AMELI,)).label


@pytest.mark.parametrize(
    ("author", "alike"),
    [
        ("Améli & Co <bonjour@ameli-and-co.example>", True),
        ("Améli & Fils <bonjour@bougies.example>", True),
        ("Ameli Traiteur <x@ameli-traiteur.example>", True),
        ("Carte Vitaléa <club@vitalea-spa.example>", True),
        ("Ameli <x@ameli-and-co.example>", False),
        ("Ameli & vous <x@ameli-et-vous.example>", False),
        ("Ameli Remboursement <x@ameli-remboursement.example>", False),
        ("Ameli Flash <x@flash-rembo.example>", False),
        ("Carte Vitalle <x@carte-vitalle.example>", False),
        ("Compte ameli & Co <x@compte-ameli.example>", False),
        ("Assurance Maladie & Co <x@assurance-co.example>", False),
    ],
)
def test_whose_name_is_his_own(author: str, alike: bool) -> None:
    view = _view(message(author, "Votre colis est en route", PARCEL))
    assert (named_alike(view), own_name(view)) == (alike, alike)


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ("Non, nous ne sommes pas ameli.fr.", True),
        ("Je ne suis pas la CPAM !", True),
        ("Nous n'avons rien à voir avec l'Assurance Maladie.", True),
        ("Aucun lien avec la CPAM.", True),
        ("Votre dossier n'est pas complet. La CPAM attend.", False),
        ("Nous ne sommes pas loin. Votre CPAM vous attend.", False),
        ("Nous sommes ameli.fr.", False),
    ],
)
def test_who_says_that_he_is_another_does_not_name_the_brand(said: str, own: bool) -> None:
    shop = message("Améli & Co <bonjour@ameli-and-co.example>", "Votre colis est en route", f"{PARCEL} {said}")
    assert own_name(_view(shop)) is own


def test_he_who_speaks_of_refunds_in_the_brand_s_long_name_is_accused_whatever_he_is_called() -> None:
    posing = message("Améli & Co <x@ameli-and-co.example>", "Remboursement", REFUND, ["https://formulaire.example/a"])
    assert named_alike(_view(posing))
    assert not own_name(_view(posing))
    assert _label(posing) is Label.IMPERSONATION


def test_his_name_alone_warns_at_most_and_a_mail_unlike_a_fraud_says_nothing() -> None:
    links = ["https://ameli-and-co.example/suivi/AC-3381"]
    parcel = message("Améli & Co <x@ameli-and-co.example>", "Votre colis Améli & Co", PARCEL, links)
    assert _label(parcel) in {Label.SUSPICIOUS, Label.UNRELATED}
    spa = message(
        "Carte Vitaléa <club@vitalea-spa.example>", "Votre carte Vitaléa", SPA, ["https://vitalea-spa.example/a"]
    )
    assert _label(spa) is not Label.IMPERSONATION
    bare = message("Ameli <x@bougies.example>", "Votre colis", PARCEL, ["https://bougies.example/a"])
    assert _label(bare) is Label.IMPERSONATION


@pytest.mark.parametrize(
    ("written", "kind", "strength"),
    [
        ("hxxps://carte-vitale-maj.example", "text", Strength.STRONG),
        ("https://carte-vitale-maj[.]example", "text", Strength.STRONG),
        ("https://carte-vitale-maj.example", "text", Strength.DECISIVE),
        ("hxxps://carte-vitale-maj[.]example", "anchor", Strength.DECISIVE),
    ],
)
def test_a_host_that_is_shown_and_not_used_decides_nothing(written: str, kind: str, strength: Strength) -> None:
    """A receipt of an abuse desk names the host of the fraud so that nobody follows it; what a link shows is the sender's choice."""
    shown = link("https://carte-vitale-maj.example", written, kind=kind)
    mail = message("Accueil <x@signalement.example>", "Reçu", written, [shown])
    assert [finding.strength for finding in host_lookalike.check(_view(mail))] == [strength]


def test_of_a_brand_whose_frauds_nobody_has_learned_a_mention_only_warns() -> None:
    body = (
        "Bonjour,\nVotre rendez-vous est maintenu samedi à 15h10. Munissez-vous d'une pièce d'identité.\n"
        "Votre attestation sera ensuite téléchargeable avec FranceConnect.\nAnnulation : https://ville-orvalles.example/annuler"
    )
    author = "Centre de vaccination <vaccination@ville-orvalles.example>"
    mail = message(author, "Votre 2e injection", body, ["https://ville-orvalles.example/annuler"])
    assert judge(mail, evidence("ville-orvalles.example"), (load("franceconnect"),)).label is not Label.IMPERSONATION


def test_a_mail_beyond_doubt_without_a_way_out_is_answered() -> None:
    body = (
        "Bonjour Madame,\nLa CPAM revoit à la hausse les pensions de 2e catégorie : vous passez de 1018 à 1164 euros par mois, avec"
        " un rappel de six mois sur votre compte.\nPour le rappel il me faut un RIB et la copie de la carte d'identité, je ne trouve"
        " plus les vôtres depuis le changement de logiciel.\nService invalidité de l'Assurance Maladie"
    )
    mail = message("Pensions d'invalidité <j.m@courrier.example>", "Pension d'invalidité, révision", body)
    verdict = judge(mail, evidence("courrier.example"), (AMELI,))
    assert verdict.label is Label.IMPERSONATION
