"""Which words name the brand: spellings that a reader reads as its name do, innocent words and codes do not (C-22, C-48)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.rules.building import AMELI, findings, message, verdict
from vigie.message.fold import fold
from vigie.rules.naming import names_of, readable
from vigie.rules.types import Label

SPELLED = (
    """
4m3l1|am3li|4M3L1 vous informe|c4rte v1tale|C4RT3 V1T4L3|c@rte vit@le|4$$ur4nce m4l4d13|a$$urance maladie|carte_Vitale|Carte.Vitale
Assurance_Maladie|_Assurance_Maladie_|__ameli__|caisse_primaire|votre carte_vitale|_ameli_ vous informe|a5surance_mal4die
mon_espace_sante|ame1i
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
INNOCENT = (
    """
AM311|salle 4M3L1-12|commande 4M3L1|code : 4M3L1|Réf. 4M3L1|n° 4M3L1|4M3L1-7788|7788-4M3L1|X4M3L1|4M3L12|4m3l1a|CP4M|@meli a commenté
4melie|c4melia|am3lior3r|carte_vitale.pdf|attestation_carte_vitale.pdf|https://x.example/carte_vitale/2|www.carte.vitale.example
carte_grise|carte.bancaire|assurance_auto|maladie_assurance|contact@carte.vitale.example|vitale@4m3l1.example|vital1te|v174|V17413
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


def names(text: str) -> bool:
    """The text names the brand or a product."""
    words = names_of(AMELI)
    plain = readable(fold(text), AMELI)
    return bool(words.names.search(plain) or words.products.search(plain))


def test_a_point_in_a_word_is_none():
    told = readable(fold("L'Assu·rance Mala·die, les assuré·e·s, 3·50 · fin"), AMELI)
    assert told == "l'assurance maladie, les assurees, 3·50 · fin"


@pytest.mark.parametrize("text", SPELLED)
def test_what_reads_as_the_name_names(text):
    assert names(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_codes_files_and_other_words_do_not(text):
    assert not names(text)


LEET = {"a": "a4@", "e": "e3", "i": "i1!", "l": "l1|", "s": "s5$", "o": "o0"}
WORDS = st.sampled_from(("assurance maladie", "carte vitale", "caisse primaire"))


@given(data=st.data(), phrase=WORDS, joint=st.sampled_from(" -_."))
def test_any_mixture_of_letters_and_digits_names(data, phrase, joint):
    written = "".join(data.draw(st.sampled_from(LEET.get(letter, letter))) for letter in phrase)
    assume(all(word[0] != "@" and sum(map(str.isalpha, word)) > 2 for word in written.split()))
    assert names(f"Votre {written.replace(' ', joint)} vous attend")


@given(st.from_regex(r"[A-Z]{1,2}[0-9]{3,8}|[0-9]{2,4}-[A-Z0-9]{3,5}[0-9]|[A-Z0-9]{5}-[0-9]{2,6}", fullmatch=True))
def test_no_code_names(code):
    assert not names(f"Votre colis {code} arrive demain")


MISSPELT = [
    "Assurance Maldie", "Assurnace Maladie", "Assurance Mala die", "Carte Vittale", "Mon Espace Snate", "CPAM75", "CPAM 75", "Cpam974",
    "cpam2A",
]  # fmt: skip
NOBODYS = [
    "Ton Espace Santé",
    "Carte Vitalité",
    "Assurance Malakoff",
    "CPAM1410",
    "Carte Vitrine",
    "Espace Santé",
    "Assurance Moto",
    "ACPAM75",
]


@pytest.mark.parametrize("display", MISSPELT)
def test_a_display_name_with_a_typing_error_poses_as_the_brand(display):
    said = message(f"{display} <contact@castan.example>", "Dossier", "Bonjour, votre dossier est incomplet.")
    assert findings(said, rule="claim-display-name")


@pytest.mark.parametrize("display", NOBODYS)
def test_a_display_name_that_is_only_near_is_nobodys(display):
    said = message(f"{display} <contact@castan.example>", "Dossier", "Bonjour, votre dossier est incomplet.")
    assert not findings(said, rule="claim-display-name")


@pytest.mark.parametrize(
    "author",
    [
        "Ameli Martin <contact@castan.example>",
        "Ameli Martin <ameli.martin@castan.example>",
        "Assurance Maladie Suisse <info@assure.example>",
    ],
)
def test_a_person_of_the_brands_spelling_and_another_body_are_not_scored_by_their_words(author):
    said = "Le compte rendu de la réunion du conseil syndical est en pièce jointe. Bonne lecture à tous."
    assert verdict(message(author, "Compte rendu", said)).label is Label.UNRELATED
