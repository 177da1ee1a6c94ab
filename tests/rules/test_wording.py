"""The learned score of a mail's words: what it may and may not know, and that the shipped weights are those of the shipped tables."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.learn import TARGET, fingerprint
from tests.rules.building import AMELI, evidence, link, message
from vigie.message.types import Layer, TextBlock
from vigie.rules.brand import Brand, load
from vigie.rules.catalog import claim_rules
from vigie.rules.judgement import judge
from vigie.rules.types import Label
from vigie.rules.view import View
from vigie.rules.wording import BODY, MOST_BODIES, features, model, names_brand, score

LIST = (
    "_______________________________________________\nAmis mailing list\nPour vous désinscrire ou mettre à jour vos informations, suivez"
    " le lien : https://listes.example.org/amis"
)
DISCLAIMER = (
    "Ce message et ses pièces jointes sont confidentiels et destinés à la seule personne à qui ils sont adressés. Si vous l'avez reçu par"
    " erreur, merci d'en avertir l'expéditeur et de le détruire."
)
FORM = 2.0
"""What the marks of form may weigh, of which a mail has one set: who speaks, whether as "notre"."""
MARKS = ("words-", "outside-")
FRAUD = (
    "Cher assuré,\nVotre carte Vitale arrive à expiration. Pour éviter la suspension de vos droits, mettez à jour vos informations"
    " sous 48 heures en cliquant sur le lien ci-dessous.\nL'Assurance Maladie"
)
HONEST = (
    "Bonjour,\nVotre rendez-vous du 4 décembre à 9 h 30 au cabinet du docteur Lemoine est confirmé. Pensez à apporter votre carte"
    " Vitale et votre ordonnance.\nLe secrétariat du cabinet"
)


def _view(body: str, *, author: str = "Service <info@portail-x.example>", brand: Brand = AMELI) -> View:
    made = message(author=author, subject="Information", body=body, links=[link("ici", "https://portail-x.example/a")])
    return View(made, evidence("portail-x.example"), brand)


def test_the_weights_were_learned_from_the_tables_that_lie_here() -> None:
    assert f"# tables {fingerprint()}" in TARGET.read_text(encoding="utf-8").splitlines()[:3]


def test_a_fraud_scores_high_and_a_mention_low() -> None:
    assert _total(_view(FRAUD)) > 1.0
    assert _total(_view(HONEST, author="Cabinet Lemoine <secretariat@cabinet-lemoine.example>")) < 0.0


def test_no_name_number_or_address_is_a_feature() -> None:
    told = {stem for name in model().weights for stem in name.partition(":")[2].split("_")}
    assert not [name for name in model().weights if name.endswith(("carte_vitale", "assura_maladi", "compte_ameli"))]
    assert not [
        stem for stem in told if any(char.isdigit() or char == "@" for char in stem) and not stem.startswith(MARKS)
    ]


def test_the_words_of_a_long_mail_weigh_no_more_than_those_of_a_short_one() -> None:
    for text in (FRAUD, FRAUD * 20, HONEST):
        words = [value for name, value in features(_view(text)).items() if name.startswith("b:")]
        assert math.isclose(math.sqrt(sum(value * value for value in words)), BODY)


def _total(view: View) -> float:
    worded = score(view)
    assert worded is not None
    return worded.total


@given(st.text(max_size=400))
def test_any_text_has_a_finite_score(text: str) -> None:
    assert math.isfinite(_total(_view(f"{text}\nL'Assurance Maladie")))


@given(st.lists(st.sampled_from([HONEST, "Nos rosiers fleurissent. " * 12, "."]), max_size=12), st.integers(0, 12))
def test_honest_words_in_another_text_of_the_mail_lower_nothing(others: list[str], place: int) -> None:
    texts = [TextBlock(Layer.OUTER, "text/plain", other) for other in others]
    fraud = TextBlock(Layer.OUTER, "text/html", FRAUD)
    alone, beside = (
        _total(View(message("Service <info@x.example>", "Avis", blocks=blocks), evidence("x.example"), AMELI))
        for blocks in ([fraud], [*texts[:place][:MOST_BODIES], fraud, *texts[place:]])
    )
    assert beside >= alone - FORM


@pytest.mark.parametrize("footer", [LIST, DISCLAIMER])
def test_a_footer_that_does_not_name_the_brand_is_no_text_of_its_own(footer: str) -> None:
    author = "Véronique Salles - CPAM Aude <v.salles@cpam-aude.example>"
    mail = message(author, "Re: le 24", "On se met d'accord pour le 24 ? J'apporte les crêpes.", blocks=[
        TextBlock(Layer.OUTER, "text/plain", footer)
    ])  # fmt: skip
    assert judge(mail, evidence("cpam-aude.example", passes=True), (AMELI,)).label is not Label.IMPERSONATION


def test_a_text_that_breaks_off_in_a_word_goes_on_in_the_next() -> None:
    pieces = [
        "Votre carte Vi",
        "tale a expiré. Cliquez ici : https://",
        "x.example/carte pour la renouveler, sinon vos droits",
        "cessent.",
    ]
    blocks = [TextBlock(Layer.OUTER, "text/plain", piece) for piece in pieces]
    view = View(message("Service <info@x.example>", "Avis", blocks=blocks), evidence("x.example"), AMELI)
    assert view.outer[-1].text == "".join(pieces)
    listed = [TextBlock(Layer.OUTER, "text/plain", text) for text in ("À demain,\nJeanne", "Liste des amis du moulin")]
    assert len(View(message(blocks=listed), evidence("x.example"), AMELI).outer) == 2


def test_mail_that_does_not_name_the_brand_is_not_scored() -> None:
    view = _view("Votre colis vous attend. Cliquez sur le lien ci-dessous sous 48 heures.")
    assert not names_brand(view)
    assert not _by_wording(view)


def test_the_names_of_every_brand_are_the_same_to_the_model() -> None:
    caf = load("caf")
    body = "La {} vous informe que votre dossier a expiré. Cliquez sur le lien ci-dessous."
    assert score(_view(body.format("CAF"), brand=caf)) == score(_view(body.format("CPAM")))
    assert _by_wording(_view(FRAUD))


def _by_wording(view: View) -> list[str]:
    found = [finding for rule in claim_rules() for finding in rule.check(view)]
    return [finding.topic for finding in found if finding.topic.startswith("wording")]
