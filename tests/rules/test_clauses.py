"""What a clause does: it asks, or it denies, warns and reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.message.fold import fold
from vigie.rules.clauses import clauses, is_plain, warns_of_fraud
from vigie.rules.grammar import ASKS, PERSONAL, SECRET
from vigie.rules.spelling import corrected


@pytest.mark.parametrize(
    "text",
    [
        "Veuillez nous transmettre votre RIB",
        "N'oubliez pas de nous envoyer votre RIB",
        "n oubliez pas de confirmer votre iban",
        "Si vous ne mettez pas à jour vos informations, votre compte sera suspendu",
        "Vous n'avez plus qu'à renseigner votre numéro de carte bancaire",
        "Dans le cas où aucune mise à jour n'est effectuée, l'accès à votre compte pourrait être suspendu",
        "Votre carte ne sera plus valable",
        "Ne tardez pas à compléter le formulaire",
    ],
)
def test_plain(text):
    assert is_plain(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "Ne communiquez jamais votre RIB",
        "L'Assurance Maladie ne vous demandera jamais votre mot de passe",
        "Nous ne demandons jamais de coordonnées bancaires",
        "Il n'est jamais demandé de payer",
        "En aucun cas vous ne devez donner votre code",
        "Il ne faut pas cliquer sur le lien",
        "Méfiez-vous des messages qui demandent un RIB",
        "Des escrocs vous invitent à renseigner votre carte bancaire",
        "Ces mails prétendent venir de l'Assurance Maladie et demandent votre RIB",
    ],
)
def test_protective_or_reporting(text):
    assert not is_plain(fold(text))


def test_a_protective_clause_cancels_only_itself():
    text = fold("Ne communiquez jamais vos codes. Pour recevoir votre remboursement, transmettez-nous votre RIB.")
    asking = [clause.text for clause in clauses(text) if clause.plain and SECRET.search(clause.text)]
    assert asking == ["pour recevoir votre remboursement, transmettez-nous votre rib"]


def test_wrapped_lines_are_one_clause():
    text = "pour garantir la continuite de vos remboursements et beneficier du tiers\npayant, mettez a jour votre carte vitale."
    assert len(clauses(text)) == 1


def test_items_of_a_list_stay_apart_however_long_they_are():
    text = (
        "répondez-moi avec :\n• les 16 chiffres de la carte sur laquelle vous voulez l'argent\n• la date d'expiration\n"
    )
    assert [clause.text for clause in clauses(fold(text))] == [
        "repondez-moi avec : les 16 chiffres de la carte sur laquelle vous voulez l'argent, la date d'expiration,"
    ]


def test_quoted_speech_is_somebody_elses():
    assert not any(
        "expire" in clause.text for clause in clauses(fold("Le mail dit « votre carte Vitale expire » et rien de plus"))
    )


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("rensegnez vos coordonees banquaires", "renseignez vos coordonnees bancaires"),
        ("votre remboursment est en atente", "votre remboursement est en attente"),
        ("confirmmez votre identitée", "confirmez votre identite"),
        ("telechargé le formulaire", "telecharge le formulaire"),
    ],
)
def test_misspelt_words_are_put_right(wrong, right):
    assert corrected(fold(wrong)) == right


@pytest.mark.parametrize(
    "verb",
    ["renseignez", "saisissez", "veuillez confirmer", "merci de nous transmettre", "mettez à jour", "retournez-nous"],
)
@pytest.mark.parametrize(
    "thing",
    [
        "votre RIB",
        "vos coordonnées bancaires",
        "votre numéro de carte bancaire",
        "le code reçu par SMS",
        "votre mot de passe",
    ],
)
def test_every_verb_asks_for_every_secret(verb, thing):
    clause = fold(f"{verb} {thing}")
    assert ASKS.search(clause)
    assert SECRET.search(clause)


def test_personal_data_is_no_secret():
    assert PERSONAL.search("vos informations personnelles")
    assert not SECRET.search("vos informations personnelles")


def test_an_article_about_fraud_warns():
    assert warns_of_fraud("attention aux arnaques a la carte vitale", "des escrocs envoient des mails")
    assert not warns_of_fraud(
        "votre carte vitale", "ne communiquez jamais vos codes. soyez vigilant face aux arnaques."
    )


@given(st.text(max_size=400))
def test_any_text_has_clauses(text):
    for clause in clauses(fold(text)):
        assert clause.text
