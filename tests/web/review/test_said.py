"""The pure pieces of a case page: passages in a text, the chain of the sender, health, and the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.made import NOON
from tests.web.review import seeded
from vigie.ledger.types import Heartbeat, Record
from vigie.web import words
from vigie.web.review import marks
from vigie.web.review.asked import asked
from vigie.web.review.chain import GAP, WIDTH, chain
from vigie.web.review.health import health
from vigie.web.review.marks import Needle, Segment, marked
from vigie.web.review.opened import Stop, opened, packed, unpacked
from vigie.web.review.shown import host, line, lines
from vigie.web.review.told import Told, told
from vigie.web.words import catalogue

FR = words.said("fr")
KINDS = ("claim", "contradiction", "lure", "excuse", "note", "?")


@given(st.text(max_size=80), st.lists(st.builds(Needle, st.text(max_size=12), st.sampled_from(KINDS)), max_size=6))
def test_no_letter_of_a_text_is_lost_or_added(text, needles):
    assert "".join(segment.text for segment in marked(text, needles)) == text


@given(st.text(max_size=30), st.text(alphabet="abcdéèœ’ -", min_size=4, max_size=20), st.text(max_size=30))
def test_what_was_quoted_is_found(before, quote, after):
    if len(quote.strip()) >= 4 and not before.endswith(" "):
        found = marked(f"{before}\n{quote}\n{after}", [Needle(quote, "lure")])
        assert any(segment.kind == "lure" for segment in found)


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        ("Complétez-le  et\nvalidez-le.", "completez-le et validez-le", "Complétez-le  et\nvalidez-le"),
        ("L’Assurance", "l'assurance", "L’Assurance"),
        ("votre compte am\u200beli ici", "ameli ici", "am\u200beli ici"),
        ("un début coupé…", "…début coupé…", "début coupé"),
        ("cœur de métier", "coeur de", "cœur de"),
    ],
)
def test_quotes_are_found_as_the_mail_writes_them(text, quote, found):
    assert [segment.text for segment in marked(text, [Needle(quote, "lure")]) if segment.kind] == [found]


def test_the_weightier_finding_is_shown_and_short_quotes_are_not():
    text = "Payez sur ameli.example maintenant"
    found = marked(
        text, [Needle("ameli.example", "claim"), Needle("sur ameli.example", "contradiction"), Needle("Pa", "lure")]
    )
    assert found == [Segment("Payez "), Segment("sur ameli.example", "contradiction"), Segment(" maintenant")]


def read(sample: str) -> tuple[Record, Told]:
    record = seeded.case(sample)
    return record, told(record.case_json, verdict=record.verdict, brand=record.brand, decided_by=record.decided_by)


@pytest.mark.parametrize("sample", sorted(seeded.SAMPLES))
def test_the_chain_of_every_sample_fits_its_picture(sample):
    record, case = read(sample)
    stops = [Stop("mx.example.org", "helo", "rdns", "192.0.2.1", "")] * 9
    picture = chain(record, case, FR, stops)
    for before, after in zip(picture.links, picture.links[1:], strict=False):
        assert after.y - before.bottom == GAP
    assert picture.height == picture.links[-1].bottom + 2
    assert picture.width == WIDTH
    assert all(len(link.name) <= 34 for link in picture.links)
    assert len(picture.links) < 14


def test_green_is_only_what_proves_the_organisation():
    genuine = {link.state for link in chain(*read("110"), FR).links}
    assert "good" in genuine
    assert "bad" not in genuine
    for fraud in ("130", "132", "155", "151"):
        states = [link.state for link in chain(*read(fraud), FR).links]
        assert "good" not in states
        assert "bad" in states


def test_a_long_name_keeps_its_end_which_says_who_owns_it():
    assert host("assure.ameli.fr.connexion.securite.compte.evil.example").endswith("compte.evil.example")
    assert host("a\u202eb\nc") == "a b c"


@given(st.text(max_size=300))
def test_what_is_shown_has_no_control_characters(text):
    assert line(text).isprintable()
    assert all(char.isprintable() or char in "\n\t" for char in lines(text, 200))


@pytest.mark.parametrize("sample", ["130", "155", "201", "209", "240", "241"])
def test_an_opened_message_passes_the_pipe_unchanged(sample):
    found = opened(seeded.message(sample))
    assert unpacked(packed(found)) == found
    assert found.fields
    assert found.pieces


BEAT = Heartbeat("accueil", "INBOX", NOON, 0, "", known_at=NOON)


@pytest.mark.parametrize(
    ("beat", "passed", "state", "lag"),
    [
        (BEAT, 0, "good", "à jour"),
        (BEAT, 20, "silent", "à jour"),
        (replace(BEAT, error="refused"), 0, "fault", "inconnu"),
        (replace(BEAT, known_at=None), 0, "good", "inconnu"),
        (replace(BEAT, lag_uids=3, behind_since=NOON - timedelta(minutes=5)), 0, "good", "5 min, 3 à juger"),
        (replace(BEAT, lag_uids=3, behind_since=NOON - timedelta(minutes=30)), 0, "late", "30 min, 3 à juger"),
        (replace(BEAT, lag_uids=1200, behind_since=NOON - timedelta(hours=3)), 0, "late", "3 h, 1\u202f200 à juger"),
    ],
)
def test_health_in_one_word(beat, passed, state, lag):
    found = health(beat, NOON + timedelta(minutes=passed), FR)
    assert (found.state, found.lag) == (state, lag)


@given(
    st.dictionaries(
        st.sampled_from(["pile", "sort", "verdict", "theme", "account", "q", "since", "until", "mark", "x"]),
        st.text(max_size=40),
    )
)
def test_a_list_is_asked_for_by_any_address_and_by_its_own_again(query):
    found = asked(query)
    assert asked({}).address() == "/cases"
    assert asked(found.fields).fields == found.fields
    assert found.address().startswith("/cases")


def test_both_languages_have_every_word_with_the_same_places_to_fill():
    french, english = ({k: v for k, v in catalogue(lang).items() if k.startswith("review.")} for lang in ("fr", "en"))
    assert french.keys() == english.keys()
    for key, text in french.items():
        assert set(_places(text)) == set(_places(english[key])), key


def _places(text: str) -> list[str]:
    return [piece.split("}")[0] for piece in text.split("{")[1:]]


def test_each_text_and_each_quote_is_made_ready_once(monkeypatch):
    """X-10: this runs beside everybody else's pages; two hundred texts times two hundred quotes took half a minute."""
    seen: list[str] = []
    plain = marks._plain

    def counted(text: str) -> tuple[str, Sequence[int]]:
        seen.append(text)
        return plain(text)

    monkeypatch.setattr(marks, "_plain", counted)
    texts = ["é" * 300 + str(number) for number in range(50)]
    found = marks.marked_all(texts, [Needle("É" * 300 + str(number % 40), "lure") for number in range(200)])
    assert ["".join(segment.text for segment in segments) for segments in found] == texts
    assert [segments[0].kind for segments in found] == ["lure"] * 40 + ["lure"] * 10
    assert len(seen) <= 50 + 200
