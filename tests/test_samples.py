"""Every golden case and every mail of the demo, judged through the one door. The mails were written without the rules in view."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.samples import sign
from vigie.auth_checks.settings import DnsSettings, TrustSettings
from vigie.auth_checks.types import Delivery
from vigie.judge import tesseract
from vigie.judge.examine import Examiner
from vigie.judge.settings import BrandSettings, JudgeSettings, LimitSettings
from vigie.rules.types import Case, Finding, Label

GOLDEN = sorted(path for path in (Path(__file__).parent / "samples").glob("[0-9][0-9][0-9]-*") if path.is_dir())
MAILS: list[dict[str, Any]] = tomllib.loads((sign.DEMO / "mails.toml").read_text(encoding="utf-8"))["mail"]
BORDER = "mx.demo.example"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@cache
def examiner(
    zone: Path, trust: str = "", brands: tuple[str, ...] = BrandSettings().enabled, *, ocr: bool = False
) -> Examiner:
    """`trust`: the `[trust]` table of a case that has its own, as JSON. `ocr`: letters in pictures are read."""
    default = TrustSettings(border_hosts=(BORDER,), authserv_ids=(BORDER,))
    own = TrustSettings.model_validate_json(trust) if trust else default
    enabled = BrandSettings(enabled=brands)
    limits = LimitSettings(ocr=ocr, wall_s=60)
    return Examiner(JudgeSettings(dns=DnsSettings(zone_file=zone), trust=own, brands=enabled, limits=limits))


def facts(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule,
        "kind": finding.kind.value,
        "strength": finding.strength.value,
        "layer": finding.layer.value,
        "topic": finding.topic,
    }


def matches(pattern: dict[str, str], case: Case) -> list[Finding]:
    return [finding for finding in case.verdict.findings if pattern.items() <= facts(finding).items()]


def told(case: Case) -> str:
    """What a person needs to see who is wrong, the mail or the rules."""
    verdict, evidence = case.verdict, case.evidence
    lines = [f"{verdict.label.value} by row {verdict.decided_by}: {case.subject!r} of {case.author!r}"]
    for finding in verdict.findings:
        quotes = "; ".join(f"{quote.where}: {quote.text[:80]}" for quote in finding.quotes)
        lines.append("  " + " ".join(value for value in facts(finding).values() if value) + f" | {quotes}")
    if evidence is not None:
        lines.append(f"  proof {'complete' if evidence.complete else 'incomplete'}: {'; '.join(evidence.obstacles)}")
    return "\n".join(lines)


def golden(folder: Path) -> Case:
    """The verdict about a golden case, with the clock, the trust and the mailbox of its expected.json."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    received = expected["received"] and datetime.fromisoformat(expected["received"])
    raw = (folder / "message.eml").read_bytes()
    trust = json.dumps(expected["trust"]) if "trust" in expected else ""
    now = datetime.fromisoformat(expected["now"])
    known = expected.get("delivery", {})
    delivery = Delivery(tuple(known.get("recipients", ())), known.get("elsewhere", 0))
    brands = tuple(expected.get("brands", BrandSettings().enabled))
    ocr = expected.get("ocr", False)
    return examiner(folder / "dns.toml", trust, brands, ocr=ocr).examine(
        raw, now=now, received=received, delivery=delivery
    )


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_golden_case(folder):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    if expected.get("ocr") and tesseract.installed() is None:
        pytest.skip("tesseract and its French are not installed")
    case = golden(folder)
    assert case.verdict.label.value in expected["verdict"], told(case)
    assert case.verdict.brand == expected["brand"], told(case)
    assert expected["decided_by"] is None or case.verdict.decided_by in expected["decided_by"], told(case)
    for pattern in expected["require"]:
        assert matches(pattern, case), f"no finding like {pattern}\n{told(case)}"
    for pattern in expected["forbid"]:
        assert not matches(pattern, case), f"a finding like {pattern}\n{told(case)}"
    reasons = " ".join(result.reason for result in case.evidence.dkim) if case.evidence else ""
    for reason in expected.get("reasons", ()):
        assert reason in reasons, reasons
    for lang, text in expected.get("tells", {}).items():
        assert text in case.explanation[lang], case.explanation[lang]


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail["file"].removesuffix(".eml"))
def test_demo_mail(mail):
    case = examiner(sign.DEMO / "zone.toml").examine((sign.DEMO / mail["file"]).read_bytes(), now=NOW)
    assert case.verdict.label.value in mail["expect"], told(case)


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail["file"].removesuffix(".eml"))
def test_the_demo_does_not_age(mail):
    """Whoever starts it in two years sees the same; INTERNALDATE is then the day of the demo, not that of the mail."""
    raw = (sign.DEMO / mail["file"]).read_bytes()
    later = NOW + timedelta(days=730)
    today = examiner(sign.DEMO / "zone.toml").examine(raw, now=NOW)
    case = examiner(sign.DEMO / "zone.toml").examine(raw, now=later, received=later - timedelta(seconds=1))
    assert case.verdict.label == today.verdict.label, told(case)


@pytest.mark.parametrize(
    "mail", [item for item in MAILS if item["group"] in {"trap", "ordinary"}], ids=lambda m: m["file"]
)
def test_innocent_mail_is_judged_alike_without_any_dns(mail, tmp_path):
    """A trap must not hang on an excuse that a sleeping name server takes away: at worst it is tagged, never moved."""
    zone = tmp_path / "zone.toml"
    zone.write_text('fail = ["example", "fr", "ca"]\n')
    case = examiner(zone).examine((sign.DEMO / mail["file"]).read_bytes(), now=NOW)
    assert case.verdict.label is not Label.IMPERSONATION, told(case)
