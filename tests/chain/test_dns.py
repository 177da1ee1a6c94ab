"""The chain while DNS fails: nobody is accused because a name server slept, nobody is let off either."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.chain import letters
from tests.chain.world import BORDER, CHECKED, DOMAIN, FILTERED, FILTERED_BELOW, SELECTOR, World
from tests.cli.program import vigie
from vigie.ledger.store import Ledger

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


def check(folder: Path, raw: bytes) -> Mapping[str, Any]:
    """What `vigie check --json` says of a stored mail, with the vigie.toml of that folder."""
    (folder / "stored.eml").write_bytes(raw)
    done = vigie("check", "--json", "--no-fail", "stored.eml", cwd=folder)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_without_dns_the_real_mail_waits_and_the_false_one_is_moved_all_the_same(sleeping, tmp_path):
    real, false = sleeping.account("real"), sleeping.account("false")
    sleeping.official(real, letters.genuine())
    sleeping.stranger(false, letters.spoof())
    sleeping.arrived(real)
    sleeping.arrived(false)
    sleeping.configure(tmp_path, [real, false])

    sleeping.knot.halt()
    first = sleeping.scan(tmp_path, [real, false])
    waiting = first[real.name]
    assert (waiting.verdict, waiting.record.decided_by, waiting.folder) == ("undecided", 7, "INBOX")
    assert waiting.record.retry_at is not None
    assert waiting.authentication["dkim"][0]["status"] == "temperror"
    assert any(KEY in obstacle for obstacle in waiting.authentication["obstacles"])
    assert (first[false.name].verdict, first[false.name].folder) == ("impersonation", "Quarantaine")

    sleeping.knot.resume()
    with Ledger(f"sqlite:///{tmp_path}/vigie.db") as ledger:  # as if the quarter of an hour had passed
        ledger.add_records((replace(waiting.record, retry_at=datetime.now(UTC)),), None)
    second = sleeping.scan(tmp_path, [real, false])
    assert (second[real.name].verdict, second[real.name].folder) == ("genuine", "INBOX")
    assert second[real.name].raw == waiting.raw


def test_a_key_that_is_gone_is_no_forgery(keyless, tmp_path):
    """What the border's OpenDKIM saw is dkim=pass: not the dmarc=pass that may stand in for a proof of ours."""
    account = keyless.account("keyless")
    keyless.official(account, letters.genuine(), to=CHECKED)
    raw = keyless.arrived(account)
    keyless.configure(tmp_path, [account], f'authserv_ids = ["{BORDER}"]')
    keyless.publish(key=False)
    found = check(tmp_path, raw)
    assert found["authentication"]["dkim"][0]["status"] == "permerror"
    assert any(KEY in obstacle for obstacle in found["authentication"]["obstacles"])
    assert found["verdict"] == "undecided"


def test_with_the_key_gone_the_borders_word_proves(keyless, tmp_path):
    """rspamd saw dmarc=pass on arrival and wrote it on top; nothing else is left that could prove it."""
    account = keyless.account("witnessed")
    keyless.official(account, letters.genuine(), to=FILTERED)
    raw = keyless.arrived(account)
    keyless.configure(tmp_path, [account], f'authserv_ids = ["{BORDER}"]')
    keyless.publish(key=False)
    found = check(tmp_path, raw)
    assert found["verdict"] == "genuine", found["authentication"]
    dmarc = found["authentication"]["dmarc"]
    assert (dmarc["status"], dmarc["provenance"]) == ("pass", "border")
    (tmp_path / "vigie.toml").unlink()
    keyless.configure(tmp_path, [account])
    assert check(tmp_path, raw)["verdict"] == "undecided"


def test_results_below_the_borders_field_are_neither_believed_nor_a_forgery_where_the_admin_says_so(keyless, tmp_path):
    """Left to itself, rspamd writes its results where a stranger can write, too: right below the border's Received field."""
    account = keyless.account("below")
    keyless.official(account, letters.genuine(), to=FILTERED_BELOW)
    raw = keyless.arrived(account)
    assert raw.index(b"(Postfix)") < raw.index(b"Authentication-Results: mx.demo.example;")
    ours = f'authserv_ids = ["{BORDER}"]\n'
    keyless.configure(tmp_path, [account], ours)
    assert "results-forged" in {finding["rule"] for finding in check(tmp_path, raw)["findings"]}
    keyless.configure(tmp_path, [account], ours + "results_below = true")
    found = check(tmp_path, raw)
    assert (found["verdict"], found["authentication"]["complete"]) == ("genuine", True)
    assert "results-forged" not in {finding["rule"] for finding in found["findings"]}
    keyless.publish(key=False)
    assert check(tmp_path, raw)["verdict"] == "undecided"
