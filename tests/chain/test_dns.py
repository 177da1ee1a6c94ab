"""The chain while DNS fails: nobody is accused because a name server slept, nobody is let off either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.chain import letters
from tests.chain.world import BORDER, CHECKED, DOMAIN, FILTERED, FILTERED_BELOW, SELECTOR, STORE, World
from vigie.auth_checks.settings import TrustSettings
from vigie.judge.examine import Examiner
from vigie.judge.settings import JudgeSettings
from vigie.ledger.store import Ledger
from vigie.rules.types import Case

KEY = f"{SELECTOR}._domainkey.{DOMAIN}"


@pytest.fixture
def sleeping(world: World) -> Iterator[World]:
    """The chain, where a test may stop the name server."""
    yield world
    world.knot.halt()
    world.knot.resume()


@pytest.fixture
def keyless(world: World) -> Iterator[World]:
    """The chain, where a test may withdraw the signer's keys."""
    yield world
    world.publish()


def judged(world: World, raw: bytes, **trust: object) -> Case:
    """The case of a stored mail, as of now and with nothing in the cache, for that [trust] beside the border's name."""
    known = TrustSettings.model_validate({"border_hosts": (BORDER, STORE), **trust})
    return Examiner(JudgeSettings(dns=world.knot.settings, trust=known)).examine(raw, now=datetime.now(UTC))


def rules(case: Case) -> set[str]:
    """The rules that found something."""
    return {finding.rule for finding in case.verdict.findings}


def test_without_dns_the_real_mail_waits_and_the_false_one_is_moved_all_the_same(sleeping, tmp_path):
    real, false = sleeping.account("real"), sleeping.account("false")
    sleeping.official(real, letters.genuine())
    sleeping.stranger(false, letters.spoof())
    sleeping.arrived(real)
    sleeping.arrived(false)
    sleeping.configure(tmp_path, [real, false], timeout_s=0.3)

    sleeping.knot.halt()
    first = sleeping.scan(tmp_path, [real, false])
    waiting = first[real.name]
    assert (waiting.verdict, waiting.record.decided_by, waiting.folder) == ("undecided", 7, "INBOX")
    assert waiting.record.retry_at is not None
    assert waiting.authentication["dkim"][0]["status"] == "temperror"
    assert any(KEY in obstacle for obstacle in waiting.authentication["obstacles"])
    assert (first[false.name].verdict, first[false.name].folder) == ("impersonation", "Quarantaine")

    sleeping.knot.resume()
    sleeping.configure(tmp_path, [real, false])
    with Ledger(f"sqlite:///{tmp_path}/vigie.db") as ledger:  # as if the quarter of an hour had passed
        ledger.add_records((replace(waiting.record, retry_at=datetime.now(UTC)),), None)
    second = sleeping.scan(tmp_path, [real, false])
    assert (second[real.name].verdict, second[real.name].folder) == ("genuine", "INBOX")
    assert second[real.name].raw == waiting.raw


def test_a_key_that_is_gone_is_no_forgery(keyless):
    """What the border's OpenDKIM saw is dkim=pass: not the dmarc=pass that may stand in for a proof of ours."""
    account = keyless.account("keyless")
    keyless.official(account, letters.genuine(), to=CHECKED)
    raw = keyless.arrived(account)
    assert judged(keyless, raw, authserv_ids=(BORDER,)).verdict.label == "genuine"
    keyless.publish(key=False)
    found = judged(keyless, raw, authserv_ids=(BORDER,))
    assert found.evidence is not None
    assert (found.evidence.dkim[0].status, found.evidence.dkim[0].key_missing) == ("permerror", True)
    assert any(KEY in obstacle for obstacle in found.evidence.obstacles)
    assert found.verdict.label == "undecided"


def test_with_the_key_gone_the_borders_word_proves(keyless):
    """rspamd saw dmarc=pass on arrival and wrote it on top; nothing else is left that could prove it."""
    account = keyless.account("witnessed")
    keyless.official(account, letters.genuine(), to=FILTERED)
    raw = keyless.arrived(account)
    keyless.publish(key=False)
    found = judged(keyless, raw, authserv_ids=(BORDER,))
    assert found.evidence is not None
    assert (found.evidence.dmarc.status, found.evidence.dmarc.provenance) == ("pass", "border")
    assert found.verdict.label == "genuine"
    assert judged(keyless, raw).verdict.label == "undecided"


def test_results_below_the_borders_field_are_neither_believed_nor_a_forgery_where_the_admin_says_so(keyless):
    """Left to itself, rspamd writes its results where a stranger can write, too: right below the border's Received field."""
    account = keyless.account("below")
    keyless.official(account, letters.genuine(), to=FILTERED_BELOW)
    raw = keyless.arrived(account)
    assert raw.index(b"(Postfix)") < raw.index(b"Authentication-Results: mx.demo.example;")
    assert "results-forged" in rules(judged(keyless, raw, authserv_ids=(BORDER,)))
    found = judged(keyless, raw, authserv_ids=(BORDER,), results_below=True)
    assert (found.verdict.label, rules(found) & {"results-forged"}) == ("genuine", set())
    keyless.publish(key=False)
    assert judged(keyless, raw, authserv_ids=(BORDER,), results_below=True).verdict.label == "undecided"
