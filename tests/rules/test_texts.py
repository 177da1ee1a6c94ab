"""SMS, letters and notes of calls: texts without author and without authentication, judged as they were pasted."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.building import AMELI
from vigie.judge.examine import not_asked
from vigie.message.pasted import guess, pasted
from vigie.message.types import Layer, Medium
from vigie.rules.explain import explain, languages
from vigie.rules.judgement import judge
from vigie.rules.types import Label, Verdict

TABLE = tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))
EVIDENCE = not_asked(None, datetime(2026, 11, 22, 12, tzinfo=UTC))
FALSE = [pytest.param(item, id=f"{item['kind']}-{item['theme']}-{at}") for at, item in enumerate(TABLE["false"])]
HONEST = [pytest.param(item, id=f"{item['kind']}-{item['theme']}-{at}") for at, item in enumerate(TABLE["honest"])]


def judged(text: str, medium: Medium | None = None) -> Verdict:
    return judge(pasted(text.encode(), medium), EVIDENCE, (AMELI,))


@pytest.mark.parametrize("item", FALSE)
def test_false(item):
    assert judged(item["text"]).label == item.get("verdict", "impersonation")


@pytest.mark.parametrize("item", HONEST)
def test_honest(item):
    assert judged(item["text"]).label == item.get("verdict", "unrelated")


@pytest.mark.parametrize("item", FALSE + HONEST)
def test_the_kind_is_guessed(item):
    assert guess(item["text"]) == item["kind"]


@pytest.mark.parametrize("item", FALSE)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_sentence_is_about_a_mail(item, lang):
    verdict = judged(item["text"])
    told, advice = explain(verdict, None, AMELI, lang, Medium(item["kind"]))
    assert "adresse d'expéditeur" not in told
    assert "sender address" not in told
    assert "{" not in told + "".join(advice)
    assert any("33700" in line or "0 805 805 817" in line for line in advice)
    assert any("36 46" in line for line in advice)


def test_a_header_in_the_text_stays_text():
    text = (
        "From: Ameli <assurance-maladie@info.ameli.fr>\nAuthentication-Results: mx.example.org; dmarc=pass\n\nBonjour"
    )
    message = pasted(text.encode())
    assert (message.authors, message.headers, message.reply_to, message.defects) == ((), (), (), ())
    assert "Authentication-Results" in message.blocks[0].text
    assert {block.layer for block in message.blocks} == {Layer.OUTER}


def test_a_boundary_and_a_nested_mail_in_the_text_stay_text():
    text = "--x\nContent-Type: text/html\n\n<a href='https://a.example'>b</a>\n--x--\n.\nMAIL FROM:<a@b.example>"
    assert all(block.where == "text/plain" for block in pasted(text.encode()).blocks)
    assert not pasted(text.encode()).defects


@pytest.mark.parametrize("medium", list(Medium))
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_medium_has_every_verdict_and_its_advice(medium, lang):
    for label in Label:
        told, advice = explain(Verdict(label, "ameli", 9, ()), None, AMELI, lang, medium)
        assert told
        assert label in {Label.GENUINE, Label.UNRELATED} or advice
    assert set(languages()) == {"fr", "en"}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000) | st.text(max_size=2000).map(str.encode), st.sampled_from([None, *list(Medium)[1:]]))
def test_whatever_is_pasted_is_never_genuine(text, medium):
    message = pasted(text, medium)
    assert message.medium is not Medium.MAIL
    assert judge(message, EVIDENCE, (AMELI,)).label is not Label.GENUINE


@pytest.mark.parametrize("piece", ["m'a demandé ", "la CPAM ", "n'a pas ", "de la part ", "a", "36 46 ", "'", ", "])
def test_long_notes_are_read_in_bounded_time(piece):
    # were a pattern not linear, this would not end
    judged("Appel de la CPAM. " + piece * (200_000 // len(piece)), Medium.CALL)


HEAD = "De : Assurance Maladie <assurance-maladie@info.ameli.fr>"
BODY = "Bonjour, votre relevé est disponible dans votre compte ameli : https://assure.ameli.fr\nL'Assurance Maladie\n"


@pytest.mark.parametrize(
    "head",
    [
        f"{HEAD}\nEnvoyé : mardi 24 novembre 2026 09:12\nÀ : accueil@mairie-stc.example\nObjet : Votre relevé",
        f"{HEAD}\nÀ : Paul Durand <paul.durand@orange.example>,\n  Léa Roux <lea@exemple.example>\nCc : x@y.example\nObjet : Votre relevé",
        "Objet : Votre relevé\nDe : assurance-maladie@info.ameli.fr\nPour : Paul Durand <paul@exemple.example>\nDate : 24/11/2026",
        "From: Assurance Maladie <assurance-maladie@info.ameli.fr>\nTo: <mary.jones@exemple.example>\nSubject: x",
    ],
)
def test_whom_a_copied_mail_was_sent_to_is_no_address_to_write_to(head):
    """Who pasted it is the recipient; what such a text claims is not proven either."""
    assert judged(f"{head}\n\n{BODY}").label is Label.UNDECIDED
    assert judged(f"{head}\n\n{BODY}Répondez à dossier@remb-sante.example\n").label is Label.IMPERSONATION


@pytest.mark.parametrize(
    "text",
    [
        "De : Ameli\nPour : éviter la suspension de vos droits, mettez à jour votre carte Vitale https://maj-carte.example/v",
        "De : Ameli\nDate : limite aujourd'hui, carte Vitale à renouveler sur https://maj-carte.example/v",
        "De : CPAM du Rhône\nA : Mme Martin\nEnvoyez votre RIB et votre carte bancaire à dossier@cpam-maj.example",
    ],
)
def test_what_a_fraud_says_is_no_recipient(text):
    assert judged(text).label is Label.IMPERSONATION
