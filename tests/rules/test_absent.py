"""A name that is nowhere in the text excuses nothing where the words are likely those of a fraud (docs/decisions.md 50)."""

import pytest

from tests.rules.building import AMELI, evidence, link, message, verdict
from vigie.message.types import Layer, TextBlock
from vigie.rules.standing import Owner
from vigie.rules.types import Label
from vigie.rules.view import View

PROVEN = evidence("menuiserie-tardieu.example", passes=True)
OWNER = "Lucas Tardieu <l.tardieu@menuiserie-tardieu.example>"
CARD = "Votre carte Vitale expire le 30 novembre. Renouvelez-la dès maintenant pour garder vos droits : {}\n\n{}"
LINK = "https://menuiserie-tardieu.example/cv/"


@pytest.mark.parametrize(
    ("author", "body", "owner"),
    [
        (OWNER, "La carte est prête.", Owner.ABSENT),
        (OWNER, "La carte est prête.\nMenuiserie Tardieu", Owner.NAMED),
        (OWNER, "J'ai posé la carte chez vous.", Owner.SPEAKS),
        (OWNER, "Ouvrez https://menuiserie-tardieu.example/tardieu ou écrivez à l.tardieu@menuiserie-tardieu.example", Owner.ABSENT),
        ("Service client <x@menuiserie-tardieu.example>", "La carte est prête.", Owner.NAMELESS),
    ],
)  # fmt: skip
def test_who_is_there(author: str, body: str, owner: Owner) -> None:
    assert View(message(author, "Carte", body), PROVEN, AMELI).owner is owner


def test_the_absent_owner_of_a_mailbox_is_no_excuse() -> None:
    body = CARD.format(LINK, "Assurance Maladie")
    given = verdict(message(OWNER, "Votre carte", body, [LINK]), PROVEN)
    assert given.label is Label.IMPERSONATION


def test_who_writes_about_the_card_under_his_own_name_is_left_alone() -> None:
    body = f"Bonjour,\nje n'ai plus de carte Vitale depuis lundi, l'attestation est en ligne : {LINK}\nLucas Tardieu"
    given = verdict(message(OWNER, "Ma carte Vitale", body, [LINK]), PROVEN)
    assert given.label is Label.UNRELATED


def test_who_bears_the_brands_name_speaks_in_what_he_attaches() -> None:
    inside = (TextBlock(Layer.ATTACHED_MESSAGE, "message/rfc822", "Votre remboursement attend."),)
    ways = [link(LINK, "Recevoir", Layer.ATTACHED_MESSAGE)]
    posing = message(
        "Assurance Maladie <x@menuiserie-tardieu.example>", "TR", "Voir le message joint.", ways, blocks=inside
    )
    assert verdict(posing, PROVEN).label is Label.IMPERSONATION
    friend = message(OWNER, "TR", "Voir le message joint.", ways, blocks=inside)
    assert verdict(friend, PROVEN).label is Label.UNRELATED


@pytest.mark.parametrize("name", ["ammeli", "amelli", "ameeli", "amelii", "Amélie.gouv"])
def test_doubled_letters_spell_the_name(name: str) -> None:
    made = message(
        f"{name} <x@menuiserie-tardieu.example>", "Remboursement", "Votre remboursement attend : " + LINK, [LINK]
    )
    assert verdict(made, PROVEN).label is Label.IMPERSONATION


@pytest.mark.parametrize("name", ["Amélie Tardieu", "Amélie", "Camélia"])
def test_a_given_name_does_not(name: str) -> None:
    made = message(
        f"{name} <x@menuiserie-tardieu.example>", "Remboursement", "Ton remboursement attend : " + LINK, [LINK]
    )
    assert verdict(made, PROVEN).label is Label.UNRELATED
