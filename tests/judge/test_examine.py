"""The single door: what it says of a message that our own reader fails on, and of one that nobody has to be asked about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vigie.auth_checks.settings import DnsSettings
from vigie.judge.examine import NOT_ASKED, Examiner, UnreadableError
from vigie.judge.export import case_object
from vigie.judge.settings import JudgeSettings
from vigie.message import parse
from vigie.rules.types import Label

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LETTER = b"From: Jean <jean@asso.example>\r\nTo: a@mairie.example\r\nSubject: bonjour\r\n\r\n\xc3\x80 demain !\r\n"


@pytest.fixture
def zone(tmp_path: Path) -> Path:
    path = tmp_path / "zone.toml"
    path.write_text("[txt]\n")
    return path


def test_a_fault_of_the_reader_is_never_an_unrelated_mail(zone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: bytes) -> None:
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
