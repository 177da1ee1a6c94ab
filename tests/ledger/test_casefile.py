import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import often
from tests.ledger.made import NOON, place
from vigie.judge.export import case_object
from vigie.ledger.casefile import CASE_BYTES, case_text, record_from_case
from vigie.ledger.identity import record_id
from vigie.ledger.store import Ledger
from vigie.rules.types import Case, Label, Verdict


def case(**fields: Any) -> Case:
    plain: dict[str, Any] = {
        "sha256": "ab" * 32,
        "message_id": "<1850578006084@example.org>",
        "subject": "Votre carte",
        "author": "ameli <contact@example.net>",
        "verdict": Verdict(label=Label.SUSPICIOUS, brand="ameli", decided_by=8, findings=()),
        "evidence": None,
        "links": (),
        "explanation": {},
        "advice": {},
        "elapsed_ms": 2.5,
        "size": 77,
    }
    return Case(**{**plain, **fields})


def link(number: int, text: str = "x") -> dict[str, Any]:
    return {"shown": text, "target": f"https://example.net/{number}", "host": "example.net", "official": False}


def test_a_record_names_the_message_and_masks_the_rest() -> None:
    subject = "NIR 1 85 05 78 006 084 36\x1b[2J\u202e" + "é" * 300
    made = record_from_case(
        case(subject=subject, author="FR7630006000011234567890189"),
        place(5),
        {
            "sha256": "ab" * 32,
            "message_id": "<1850578006084@example.org>",
            "findings": [{"quotes": ["4111111111111111"]}],
        },
        judged_at=NOON,
        attempts=2,
    )
    assert made.id == record_id(place(5))
    assert made.message_id == "<1850578006084@example.org>"
    assert made.subject.startswith("NIR [NIR] [2J ééé")
    assert len(made.subject) == 200
    assert made.author == "[IBAN]"
    assert (made.verdict, made.brand, made.decided_by, made.attempts, made.size) == ("suspicious", "ameli", 8, 2, 77)
    kept = json.loads(made.case_json)
    assert kept["message_id"] == "<1850578006084@example.org>"
    assert kept["findings"] == [{"quotes": ["[CARTE]"]}]


def test_of_unrelated_mail_only_the_verdict_is_kept() -> None:
    """G11: whom somebody writes to, and about what, is no business of ours."""
    verdict = Verdict(label=Label.UNRELATED, brand=None, decided_by=1, findings=())
    private = case(verdict=verdict, subject="vos analyses", author="Dr Lenoir <lenoir@example.org>")
    made = record_from_case(
        private, place(6), case_object(private, path="boite/6") | {"proven": False, "partial": False}, judged_at=NOON
    )
    assert (made.subject, made.author, made.verdict) == ("", "", "unrelated")
    assert made.sha256 == private.sha256
    assert set(json.loads(made.case_json)) == {
        *("sha256", "message_id", "verdict", "brand", "decided_by", "elapsed_ms", "proven", "partial")
    }


def test_a_small_case_is_kept_whole() -> None:
    small = {"sha256": "a", "brand": None, "decided_by": 4, "links": [link(1)], "findings": [], "elapsed_ms": 1.5}
    assert json.loads(case_text(small)) == small


def test_an_explanation_is_kept_to_its_end() -> None:
    told = "Un lien mène ailleurs. " * 100 + "Fin."
    assert json.loads(case_text({"explanation": {"fr": told}}))["explanation"]["fr"] == told


def test_what_is_left_out_is_counted() -> None:
    big = {
        "verdict": "suspicious",
        "links": [link(number, "é" * 900) for number in range(1000)],
        "findings": [{"rule": "x"}],
    }
    text = case_text(big)
    kept = json.loads(text)
    assert len(text.encode()) <= CASE_BYTES
    assert len(kept["links"]) > 10
    assert len(kept["links"]) + kept["links_left_out"] == 1000
    assert kept["links"][0] == link(0, "é" * 900)
    assert kept["findings"] == [{"rule": "x"}]
    assert "findings_left_out" not in kept


def test_a_thousand_signatures_do_not_hide_what_decides() -> None:
    """A sender chooses how many signatures a mail has: the scanner must still read "proven" in what is kept."""
    hostile = {
        "sha256": "ab",
        "verdict": "impersonation",
        "authentication": {"spf": {"status": "fail"}, "dkim": [{"reason": "x" * 900} for _ in range(1000)]},
        "findings": [{"rule": "lookalike_sender"}],
        "proven": False,
        "partial": False,
    }
    kept = json.loads(case_text(hostile))
    assert (kept["verdict"], kept["proven"], kept["partial"]) == ("impersonation", False, False)
    assert kept["findings"] == [{"rule": "lookalike_sender"}]
    assert kept["authentication"]["spf"] == {"status": "fail"}
    assert len(kept["authentication"]["dkim"]) + kept["authentication"]["dkim_left_out"] == 1000


def test_a_frame_that_is_too_big_leaves_every_plain_value() -> None:
    huge = {
        "sha256": "ab",
        "verdict": "impersonation",
        "authentication": {str(key): "x" * 900 for key in range(200)},
        "links": [link(1)],
        "proven": False,
    }
    kept = json.loads(case_text(huge))
    assert kept == {"sha256": "ab", "verdict": "impersonation", "proven": False, "links_left_out": 1, "left_out": True}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=30,
)


@settings(max_examples=often(15, 40), deadline=None)
@given(st.dictionaries(st.text(max_size=8), JSON), st.lists(JSON), st.lists(JSON))
def test_every_case_becomes_bounded_valid_json(frame: dict[str, Any], links: list[Any], findings: list[Any]) -> None:
    text = case_text({**frame, "links": links, "findings": findings})
    assert isinstance(json.loads(text), dict)
    assert len(text.encode()) <= CASE_BYTES
    assert "\n" not in text


def test_it_can_be_written(ledger: Ledger) -> None:
    made = record_from_case(case(subject="\ud800\0"), place(5), {"links": [link(1, "\ud800\0")]}, judged_at=NOON)
    ledger.add_records([made], None)
    assert ledger.record(made.id) == made
