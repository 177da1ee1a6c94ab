"""Every golden case is judged again from what was frozen, without any DNS: verdict, findings and evidence are the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.rules.test_packs import OWN
from tests.test_samples import GOLDEN, examiner
from vigie.auth_checks.frozen import answers_of, plain
from vigie.auth_checks.settings import DnsSettings, TrustSettings
from vigie.judge.edition import Edition, edition, settings_of
from vigie.judge.settings import BrandSettings, JudgeSettings, LimitSettings
from vigie.rules import brand
from vigie.rules.types import Case


def timeless(case: Case) -> Case:
    return replace(case, elapsed_ms=0.0)


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_a_golden_case_comes_out_the_same_without_dns(folder: Path, tmp_path: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    received = datetime.fromisoformat(expected["received"]) if expected["received"] else None
    trust = json.dumps(expected["trust"]) if "trust" in expected else ""
    now = datetime.fromisoformat(expected["now"])
    raw = (folder / "message.eml").read_bytes()
    case = examiner(folder / "dns.toml", trust).examine(raw, now=now, received=received)
    assert case.evidence is not None
    if case.evidence.unfrozen:
        assert case.evidence.answers == ()
        return
    empty = tmp_path / "empty.toml"
    empty.write_text("[txt]\n")
    answers = answers_of(json.loads(json.dumps(plain(case.evidence.answers))))
    again = examiner(empty, trust).examine(raw, now=now, received=received, answers=answers)
    assert timeless(again) == timeless(case)


def test_the_settings_that_decide_come_back_and_no_others() -> None:
    then = JudgeSettings(
        dns=DnsSettings(ask="always", nameservers=("192.0.2.53",)),
        trust=TrustSettings(border_hosts=("mx.example.org",), subject_tags=("[EXTERNE]",)),
        limits=LimitSettings(message_bytes=65536, wall_s=3.0),
        brands=BrandSettings(enabled=("ameli",)),
    )
    now = JudgeSettings(limits=LimitSettings(wall_s=9.0, workers=3))
    back = settings_of(edition(then), now)
    assert back is not None
    assert (back.trust, back.brands, back.dns.ask) == (then.trust, then.brands, "always")
    assert (back.limits.message_bytes, back.limits.wall_s, back.limits.workers) == (65536, 9.0, 3)
    assert back.dns.nameservers == ()
    assert edition(back) == edition(then)


@pytest.mark.parametrize(
    "settings", ["", "[]", "{}", '{"limits":{},"brands":{"enabled":["gone"]}}', '{"limits":{},"trust":{"future":1}}']
)
def test_settings_that_this_program_does_not_know_are_told_from_others(settings: str) -> None:
    then = Edition("0.0.1+00", settings)
    known = settings_of(then, JudgeSettings())
    assert known is None


def test_packs_of_ones_own_are_named_by_what_stands_in_them(tmp_path: Path) -> None:
    pack = tmp_path / "lilas.toml"
    pack.write_text(OWN, encoding="utf-8")
    brand.load.cache_clear()
    mine = JudgeSettings(brands=BrandSettings(folder=tmp_path, enabled=("ameli", "lilas")))
    then = edition(mine)
    assert str(tmp_path) not in then.settings
    assert settings_of(then, mine) == mine
    assert settings_of(then, JudgeSettings()) is None, "a program without the pack does not know them"
    pack.write_text(OWN.replace("mutuelle des lilas", "mutuelle du lilas"), encoding="utf-8")
    brand.load.cache_clear()
    assert edition(mine) != then
    assert settings_of(then, mine) is None
