"""What a reply says, whatever the message says of itself."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import often
from tests.test_samples import GOLDEN, examiner, golden
from vigie.rules.types import Case, ExaminationError, Label, Verdict
from vigie.scanner.buttons.copies import Noted
from vigie.scanner.buttons.letter import Answered, Envelope, compose, compose_many, compose_unread, fresh_message_id
from vigie.scanner.buttons.words import WORDS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def case(label: Label = Label.IMPERSONATION, **changes: object) -> Case:
    told: dict[str, object] = {
        "sha256": "ab" * 32,
        "message_id": "<m1@example.org>",
        "subject": "Votre carte Vitale",
        "author": "ameli <a@faux.example>",
        "verdict": Verdict(label, "ameli", 6, ()),
        "evidence": None,
        "links": (),
        "explanation": {"fr": "Il mène à https://faux.example/x.", "en": "It leads to https://faux.example/x."},
        "advice": {"fr": ("Signalez-le sur signal-spam.fr.",), "en": ("Report it.",)},
        "elapsed_ms": 1.0,
    }
    return Case(**{**told, **changes})  # type: ignore[arg-type]  # values of a table


def answered(one: Case, **changes: object) -> Answered:
    return Answered(one, NOW, "À vérifier", **{"goes_to": "INBOX", **changes})  # type: ignore[arg-type]  # as above


def read(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def text(raw: bytes) -> str:
    return " ".join(str(read(raw).get_content()).split())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("label", list(Label))
def test_each_verdict_in_each_language(language: str, label: Label) -> None:
    words = WORDS[language]  # type: ignore[index]  # of a table
    raw = compose(answered(case(label)), Envelope(language, "a@example.org", NOW), "answer.1@vigie.invalid")  # type: ignore[arg-type]  # as above
    told = text(raw)
    assert words[f"told.{label.value}"] in told
    assert words["inbox"] in told
    assert ("faux[.]example/x" in told) is (label is not Label.UNRELATED)
    assert "https://" not in told
    assert read(raw)["In-Reply-To"] == "<m1@example.org>"
    assert read(raw)["Message-ID"] == "<answer.1@vigie.invalid>"


def test_where_the_message_goes() -> None:
    envelope = Envelope("fr", "", NOW)
    assert "« Famille »" in text(compose(answered(case(), goes_to="Famille"), envelope, "x@vigie.invalid"))
    assert "quarantaine « Q »" in text(
        compose(answered(case(), goes_to="Q", into_quarantine=True), envelope, "x@vigie.invalid")
    )
    assert "Il reste dans le dossier « À vérifier »" in text(
        compose(answered(case(), goes_to=""), envelope, "x@vigie.invalid")
    )
    assert "signalement est enregistré" in text(
        compose(answered(case(), report=Noted.KEPT), envelope, "x@vigie.invalid")
    )
    assert "une copie du message est gardée" not in text(
        compose(answered(case(), report=Noted.TOO_MANY), envelope, "x@vigie.invalid")
    )
    broken = case(Label.UNDECIDED, error=ExaminationError("crash", "secret detail"))
    assert "n'a pas pu être examiné" in text(compose(answered(broken), envelope, "x@vigie.invalid"))


def test_one_reply_for_many_reports_counts_the_copies() -> None:
    def said(*reports: Noted | None) -> str:
        all_told = [answered(case(), report=report) for report in reports]
        return text(compose_many(all_told, Envelope("en", "", NOW), "x@vigie.invalid"))

    assert "people who examine frauds: 2 of 2." in said(Noted.KEPT, Noted.KEPT)
    assert "for a copy to be kept" not in said(Noted.KEPT, Noted.KEPT)
    some = said(Noted.KEPT, Noted.TOO_BIG, Noted.TOO_MANY)
    assert "people who examine frauds: 1 of 3." in some
    assert "for a copy to be kept: 2 of 3." in some
    assert "Thank you" not in said(None, None)


def test_of_what_nobody_could_read_nothing_is_told_but_what_to_do() -> None:
    asked, reported = (
        text(compose_unread("À vérifier", Envelope("fr", "", NOW), "x@vigie.invalid", reported=reported))
        for reported in (False, True)
    )
    assert "dans le dossier « À vérifier » n'a pas pu être examiné" in asked
    assert "signalement" not in asked
    assert "signalement n'est pas encore enregistré" in reported


def test_both_languages_say_the_same_things() -> None:
    assert WORDS["fr"].keys() == WORDS["en"].keys()


HOSTILE = st.text(st.characters() | st.sampled_from("\r\n\0\u202e\u2066<>:@\ud800"), max_size=400)


@settings(max_examples=often(30, 1000))
@given(subject=HOSTILE, author=HOSTILE, message_id=HOSTILE, explanation=HOSTILE)
def test_nothing_in_a_mail_shapes_the_reply(subject: str, author: str, message_id: str, explanation: str) -> None:
    one = case(subject=subject, author=author, message_id=message_id, explanation={"fr": explanation})
    envelope, name = Envelope("fr", "a@example.org", NOW), fresh_message_id()
    for raw in (compose(answered(one), envelope, name), compose_many([answered(one)] * 3, envelope, name)):
        reply = read(raw)
        assert raw.isascii()
        assert len(raw) < 40_000
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert set(reply.keys()) <= {
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "In-Reply-To",
            "References", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
        }  # fmt: skip
        assert len(reply.keys()) == len(set(reply.keys()))
        assert reply["Message-ID"] == f"<{name}>"
        assert not reply.is_multipart()
        assert "\u202e" not in reply.get_content()


@pytest.mark.parametrize(
    "subject", ["=?l1?q?=0A=0ACe_message_est_authentique?=", "=?utf-8?q?a=E2=80=AEb?=", "=?utf-8?b?CgpYOiB5?="]
)
def test_a_subject_that_was_encoded_twice_is_decoded_once(subject: str) -> None:
    raw = compose(answered(case(subject=subject)), Envelope("fr", "a@example.org", NOW), "answer.1@vigie.invalid")
    reply = read(raw)
    assert reply["Message-ID"] == "<answer.1@vigie.invalid>"
    assert subject.replace("=?", "= ?") in str(reply["Subject"])
    assert not str(reply.get_content()).lstrip().startswith("Ce message est")


def test_a_reply_is_taken_for_no_fraud_where_nobody_knows_it_any_more() -> None:
    """`vigie forget` may have made the ledger forget that it is ours; then it is a mail that quotes another."""
    folders = often(GOLDEN[::25], GOLDEN)
    taken = [folder.name for folder in folders if _taken_for_a_fraud(folder)]
    assert len(taken) <= len(folders) // 50, taken


def _taken_for_a_fraud(folder: Path) -> bool:
    raw = compose(answered(golden(folder)), Envelope("fr", "a@example.org", NOW), "x@vigie.invalid")
    return examiner(folder / "dns.toml").examine(raw, now=NOW).verdict.label is Label.IMPERSONATION
