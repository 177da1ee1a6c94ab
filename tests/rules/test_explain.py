"""Every verdict is told in every language, with what was seen."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from tests.rules.building import AMELI, evidence, message, verdict
from vigie.message.types import Medium
from vigie.rules import checks
from vigie.rules.brand import load
from vigie.rules.catalog import rules
from vigie.rules.explain import explain, languages, sentences
from vigie.rules.quoting import claim, lure
from vigie.rules.types import Label, Strength, Verdict

LANGS = ("fr", "en")


def test_both_languages_are_shipped():
    assert set(LANGS) <= set(languages())


@pytest.mark.parametrize("lang", LANGS)
def test_every_rule_has_a_sentence_and_no_sentence_is_without_a_rule(lang):
    assert set(sentences(lang).rule) == {rule.ID for rule in rules()}


@pytest.mark.parametrize("name", [entry.name for entry in pkgutil.iter_modules(checks.__path__)])
def test_every_topic_that_a_rule_names_has_a_sentence(name):
    module = importlib.import_module(f"vigie.rules.checks.{name}")
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    topics = set(re.findall(r"\(ID, \"([^\"]*)\"", source))
    for lang in LANGS:
        told = sentences(lang).rule[module.ID]
        assert {topic or "_" for topic in topics} <= set(told), lang


def test_languages_say_the_same():
    french, english = sentences("fr"), sentences("en")
    assert {rule: set(told) for rule, told in french.rule.items()} == {
        rule: set(told) for rule, told in english.rule.items()
    }
    assert set(french.verdict) == set(english.verdict)
    assert {label: len(lines) for label, lines in french.advice.items()} == {
        label: len(lines) for label, lines in english.advice.items()
    }


@pytest.mark.parametrize("lang", LANGS)
def test_every_fact_is_answered(lang):
    for fact in AMELI.facts:
        assert fact.says[lang]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("label", list(Label))
def test_every_label_is_told_without_findings(lang, label):
    text, advice = explain(Verdict(label, None if label is Label.UNRELATED else "ameli", 9, ()), None, AMELI, lang)
    assert text
    assert "{" not in text + "".join(advice)


@pytest.mark.parametrize("medium", list(Medium))
@pytest.mark.parametrize(
    ("lang", "listed"), [("fr", ", FranceConnect ou la CAF"), ("en", "(the French State's sign-in) or the CAF")]
)
def test_who_is_told_unrelated_learns_what_that_covers(medium, lang, listed):
    watched = [AMELI, load("franceconnect"), load("caf")]
    _, advice = explain(Verdict(Label.UNRELATED, None, 1, ()), None, AMELI, lang, medium, watched)
    assert listed in advice[0]
    assert len(advice) == 2


def test_a_false_message_is_explained_with_what_was_seen_and_what_to_do():
    mail = message(
        "Service clients Ameli <x@toiture.example>",
        "Ameli.fr",
        "Votre carte Vitale expire. Des frais d'envoi de 1,95 € sont à payer. Communiquez votre numéro de carte bancaire.",
        [("Commander ma carte", "https://commande.example/a")],
    )
    judged = verdict(mail)
    assert judged.label is Label.IMPERSONATION
    text, advice = explain(judged, evidence(), AMELI, "fr")
    assert "x@toiture.example" in text
    assert "n'a pas de date d'expiration" in text
    assert any("opposition" in line for line in advice)
    assert any("0 805 805 817" in line for line in advice)
    assert any("36 46" in line for line in advice)


def test_braces_in_a_mail_are_only_text():
    mail = message(
        "Ameli <x@a.example>",
        "{brand} {0} {quote}",
        "L'Assurance Maladie vous informe {lang}",
        ["https://a.example/{quote}"],
    )
    text, _ = explain(verdict(mail), evidence(), AMELI, "fr")
    assert "{quote}" in text or "a.example" in text


@pytest.mark.parametrize("medium", list(Medium))
@pytest.mark.parametrize(("lang", "said"), [("fr", "ressemble un peu"), ("en", "somewhat resembles")])
def test_weak_claims_alone_make_a_resemblance(lang, said, medium):
    def told(*strengths: Strength) -> str:
        found = [claim("claim-text", "signature", "text/plain", "ameli", strength=strength) for strength in strengths]
        lead = lure("link-outside", "", "text/plain", "https://a.example/")
        return explain(Verdict(Label.SUSPICIOUS, "ameli", 8, (*found, lead)), None, AMELI, lang, medium)[0]

    assert said in told(Strength.WEAK, Strength.WEAK)
    assert said not in told(Strength.WEAK, Strength.STRONG)
    assert said not in told()


@pytest.mark.parametrize(("lang", "said"), [("fr", "n'importe qui peut la recopier"), ("en", "anybody can copy it")])
@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("Ameli <assurance-maladie@info.ameli.fr>", True),
        ("assurance-maladie@info.ameli.fr <x@a.example>", True),
        ("Ameli <x@a.example>", False),
    ],
)
def test_who_sees_the_official_address_is_told_that_it_can_be_copied(author, shown, lang, said):
    mail = message(author, "Ameli.fr", "Confirmez votre numéro de carte bancaire.", ["https://a.example/"])
    text, _ = explain(verdict(mail), evidence(), AMELI, lang)
    assert AMELI.official[lang] in text
    assert (said in text) is shown


@pytest.mark.parametrize("medium", ["", *sentences("fr").medium])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_who_has_answered_a_fraud_already_reads_first_what_is_urgent(lang, medium):
    texts = sentences(lang)
    told = texts.medium[medium]["advice"] if medium else texts.advice
    assert told["impersonation"][0] == "{already}"
