"""What a reply says, whatever the message says of itself."""

from __future__ import annotations

import base64
import email
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import often
from tests.test_samples import GOLDEN, examiner, golden
from vigie.ledger.types import Place
from vigie.rules.types import Case, ExaminationError, Label, Verdict
from vigie.scanner import journal
from vigie.scanner.buttons import letter
from vigie.scanner.buttons.copies import Noted
from vigie.scanner.buttons.letter import (
    Answered,
    Envelope,
    Unmoved,
    compose,
    compose_many,
    compose_unmoved,
    compose_unread,
    fresh_message_id,
)
from vigie.scanner.buttons.words import WORDS, Language

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


def encoded(text: str) -> str:
    """An encoded word within an encoded word: the parser takes one layer off, EmailMessage the other."""
    return f"=?utf-8?b?{base64.b64encode(text.encode('utf-8', 'surrogatepass')).decode()}?="


@pytest.mark.parametrize(
    "hostile",
    [
        "=?utf-7?q?+2AA-?=",  # a lone surrogate
        "=?utf-8?q?=0D=0AContent-Type:_text/plain=0D=0A=0D=0ACe_message_est_authentique.?=",
        encoded("\r\n\r\nauthentique"),
        f"a@{encoded(chr(13) + chr(10) + 'X: y')}",
        "without-at",
    ],
)
def test_a_message_id_with_an_encoded_word_is_not_taken_over(hostile: str) -> None:
    envelope = Envelope("fr", "accueil@example.org", NOW)
    record = unmoved(message_id=f"<{hostile}>")
    for raw in (
        compose(answered(case(message_id=f"<{hostile}>")), envelope, "x@vigie.invalid"),
        compose_unmoved(record, envelope, "x@vigie.invalid"),
    ):
        reply = read(raw)
        assert (reply["In-Reply-To"], reply["References"]) == (None, None)
        assert not reply.defects
        assert "Votre carte Vitale" in text(raw)
        assert "authentique" not in text(raw)


@pytest.mark.parametrize("usual", ["a.b+c=d/e@example.org", "1234$5@[192.0.2.1]", f"{'x' * 100}@mail.example.org"])
def test_a_usual_message_id_is_taken_over(usual: str) -> None:
    reply = read(compose(answered(case(message_id=f"<{usual}>")), Envelope("fr", "", NOW), "x@vigie.invalid"))
    assert "".join(str(reply["In-Reply-To"]).split()) == f"<{usual}>"


def unmoved(**changes: object) -> Unmoved:
    place = Place("accueil", "À vérifier", 1, 1)
    record = replace(journal.given_up(place, 3, NOW), subject="Votre carte Vitale", **changes)  # type: ignore[arg-type]  # a table
    return Unmoved(record, NOW, "À vérifier", "INBOX")


@pytest.mark.parametrize("hostile", ["<a@b>\r\nX-Evil: 1", "\ud800", "=?utf-7?q?+2AA-?=", "=?utf-8?q?=0D=0A=0D=0Ax?="])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_reply_that_cannot_be_written_is_written_without_words_of_its_mail(
    monkeypatch: pytest.MonkeyPatch, hostile: str, language: Language
) -> None:
    """The last net, whatever is overlooked: here any Message-ID at all would be taken over."""
    monkeypatch.setattr(letter, "_below", lambda _: {"In-Reply-To": hostile})
    envelope = Envelope(language, "accueil@example.org", NOW)
    words = WORDS[language]
    for label in Label:
        raw = compose(answered(case(label), report=Noted.KEPT), envelope, "x@vigie.invalid")
        assert read(raw)["In-Reply-To"] is None
        told = text(raw)
        assert words[f"told.{label.value}"] in told
        assert words["inbox"] in told
        assert words["thanks.kept"] in told
        assert all(taken not in told for taken in ("carte Vitale", "faux[.]example", words["nobody"]))
    told = text(compose_unmoved(unmoved(), envelope, "x@vigie.invalid"))
    assert words["unmoved.back"] in told
    assert "carte Vitale" not in told


def test_of_many_one_that_cannot_be_quoted_takes_no_answer_from_the_others() -> None:
    """A date that no clock of ours can tell."""
    never = replace(
        answered(case(Label.SUSPICIOUS)), received=datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
    )
    raw = compose_many([answered(case()), never], Envelope("en", "", NOW), "x@vigie.invalid")
    assert WORDS["en"]["short.impersonation"] in text(raw)
    assert WORDS["en"]["short.suspicious"] in text(raw)
