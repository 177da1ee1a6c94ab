"""The single door: what it says of a message that our own reader fails on, and of one that nobody has to be asked about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vigie.auth_checks.settings import DnsSettings
from vigie.auth_checks.types import Status
from vigie.judge.examine import NOT_ASKED, Examiner, UnreadableError
from vigie.judge.export import case_object
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.message import parse
from vigie.rules.types import Label

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SAMPLES = Path(__file__).parents[1] / "samples"
LETTER = b"From: Jean <jean@asso.example>\r\nTo: a@mairie.example\r\nSubject: bonjour\r\n\r\n\xc3\x80 demain !\r\n"


@pytest.fixture
def zone(tmp_path: Path) -> Path:
    path = tmp_path / "zone.toml"
    path.write_text("[txt]\n")
    return path


def test_a_fault_of_the_reader_is_never_an_unrelated_mail(zone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: bytes, **__: bool) -> None:
        raise KeyError("x")

    monkeypatch.setattr(parse, "read", fails)
    with pytest.raises(UnreadableError, match="KeyError"):
        Examiner(JudgeSettings(dns=DnsSettings(zone_file=zone))).examine(LETTER, now=NOW)


@pytest.mark.parametrize("ask", ["claimed", "always"])
def test_dns_is_asked_about_a_stranger_only_when_it_is_told_to(zone: Path, ask: str) -> None:
    settings = JudgeSettings(dns=DnsSettings.model_validate({"zone_file": zone, "ask": ask}))
    case = Examiner(settings).examine(LETTER, now=NOW)
    assert case.verdict.label is Label.UNRELATED
    assert case.evidence is not None
    assert (NOT_ASKED in case.evidence.obstacles) == (ask == "claimed")


def test_the_object_of_a_case_has_the_keys_of_the_contract_in_their_order(zone: Path) -> None:
    case = Examiner(JudgeSettings(dns=DnsSettings(zone_file=zone))).examine(LETTER, now=NOW)
    keys = list(case_object(case, "a.eml"))
    wanted = [
        *("path", "sha256", "message_id", "verdict", "brand", "authentication", "findings"),
        *("decided_by", "links", "explanation", "advice", "elapsed_ms"),
    ]
    assert [key for key in keys if key in wanted] == wanted


@pytest.mark.parametrize(
    ("number", "label"),
    [("110-genuine-statsndm-link", Label.UNDECIDED), ("120-proof-complete-outside-link", Label.IMPERSONATION)],
)
def test_a_genuine_mail_of_which_only_the_beginning_is_read_is_neither_accused_nor_proven(number, label) -> None:
    sample = SAMPLES / number
    raw = (sample / "message.eml").read_bytes()
    dns = DnsSettings(zone_file=sample / "dns.toml")
    whole = Examiner(JudgeSettings(dns=dns)).examine(raw, now=NOW)
    assert whole.evidence is not None
    assert whole.evidence.complete
    longer = raw + b" " * (LimitSettings.model_fields["message_bytes"].metadata[0].ge - len(raw) + 1)
    case = Examiner(JudgeSettings(dns=dns, limits=LimitSettings(message_bytes=len(longer) - 1))).examine(
        longer, now=NOW
    )
    assert case.evidence is not None
    assert [signature.status for signature in case.evidence.dkim] == [Status.TEMPERROR]
    assert not case.evidence.complete
    assert case.verdict.label is label
