"""What a scan freezes with its verdicts, and what it knows of the same mail in other mailboxes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ledger import made
from tests.servers.dovecot import Dovecot, append, client
from vigie.auth_checks.types import Delivery
from vigie.judge.examine import Examiner
from vigie.judge.settings import JudgeSettings
from vigie.judge.workers import WorkerPool
from vigie.ledger.freezing import sightings
from vigie.ledger.store import Ledger
from vigie.ledger.types import Record
from vigie.scanner import cycle
from vigie.scanner.settings import AccountSettings

DEMO = Path(__file__).parents[2] / "vigie" / "cli" / "demo_mails"
SETTINGS = JudgeSettings.model_validate(
    {"dns": {"zone_file": DEMO / "zone.toml"}, "trust": {"border_hosts": ["mx.demo.example"]}, "limits": {"workers": 1}}
)
FALSE, GENUINE, ORDINARY = (
    (DEMO / f"{name}.eml").read_bytes()
    for name in ("010-remboursement-dossier", "001-information-de-paiement", "081-famille-dimanche")
)
WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(SETTINGS) as workers:
        yield workers


def scan(account: AccountSettings, ledger: Ledger, pool: WorkerPool, folder: str = "INBOX") -> dict[str, Record]:
    """Verdict -> record, of this account."""
    cycle.scan(account, ledger, pool, folder=folder, mode="observe")
    return {record.verdict: record for record in reversed(list(ledger.records(account=account.name)))}


def rows(ledger: Ledger, table: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(ledger.path) as connection:
        found = connection.execute(f"SELECT * FROM {table}").fetchall()
    connection.close()
    return found


def test_what_is_frozen_gives_the_same_verdict_without_any_zone(
    dovecot: Dovecot, ledger: Ledger, pool: WorkerPool, tmp_path: Path
) -> None:
    account = dovecot.account()
    append(account, FALSE, GENUINE, ORDINARY, when=WHEN)
    records = scan(account, ledger, pool)
    assert set(records) == {"impersonation", "genuine", "unrelated"}
    assert ledger.frozen(records["unrelated"].id) is None
    assert len(rows(ledger, "frozen")) == 2
    (tmp_path / "empty.toml").write_text("[txt]\n")
    elsewhere = Examiner(
        SETTINGS.model_copy(update={"dns": SETTINGS.dns.model_copy(update={"zone_file": tmp_path / "empty.toml"})})
    )
    for verdict, raw in (("genuine", GENUINE), ("impersonation", FALSE)):
        frozen = ledger.frozen(records[verdict].id)
        assert frozen is not None
        assert (frozen.received, frozen.lacking, frozen.program) == (WHEN, "", pool.edition.program)
        again = elsewhere.examine(raw, now=frozen.examined_at, received=frozen.received, answers=frozen.answers)
        assert again.verdict.label == verdict
        assert again.evidence is not None
        assert again.evidence.answers == frozen.answers
    assert elsewhere.examine(GENUINE, now=WHEN).verdict.label != "genuine"


def test_a_signature_in_another_account_is_known_and_judged_with(
    dovecot: Dovecot, ledger: Ledger, pool: WorkerPool
) -> None:
    for number in range(3):
        account = dovecot.account()
        append(account, GENUINE, ORDINARY, when=WHEN)
        record = scan(account, ledger, pool)["genuine"]
        frozen = ledger.frozen(record.id)
        assert frozen is not None
        assert frozen.elsewhere == number
        again = scan(account, ledger, pool)["genuine"]
        assert again == record
    assert len(rows(ledger, "signatures")) == 3  # none of the ordinary mail


def test_a_mail_that_many_others_have_is_noted_as_sent_again(
    dovecot: Dovecot, ledger: Ledger, pool: WorkerPool
) -> None:
    known = Examiner(SETTINGS).examine(GENUINE, now=WHEN)
    others = [seen for number in range(20) for seen in sightings(known, made.place(1, account=f"autre-{number}"), WHEN)]
    ledger.add_records([made.record(1)], None, sightings=others)
    account = dovecot.account()
    append(account, GENUINE, when=WHEN)
    record = scan(account, ledger, pool)["genuine"]
    assert "seen in 20 other mailboxes" in record.case_json
    frozen = ledger.frozen(record.id)
    assert frozen is not None
    delivery = Delivery(account.recipients, frozen.elsewhere)
    again = Examiner(SETTINGS).examine(
        GENUINE, now=frozen.examined_at, received=frozen.received, delivery=delivery, answers=frozen.answers
    )
    findings = [(finding["rule"], finding["kind"]) for finding in json.loads(record.case_json)["findings"]]
    assert [(finding.rule, finding.kind) for finding in again.verdict.findings] == findings


def test_the_mailboxes_own_addresses_reach_the_judgement_and_not_the_ledger(
    dovecot: Dovecot, ledger: Ledger, pool: WorkerPool
) -> None:
    account = dovecot.account(addresses=("quelquun.d.autre@mairie.example",))
    append(account, GENUINE, when=WHEN)
    record = scan(account, ledger, pool)["genuine"]
    frozen = ledger.frozen(record.id)
    assert frozen is not None
    assert frozen.mailbox
    assert not any(
        "quelquun" in str(row) for table in ("frozen", "editions", "signatures") for row in rows(ledger, table)
    )


def test_what_was_frozen_goes_with_the_content_to_its_new_place(
    dovecot: Dovecot, ledger: Ledger, pool: WorkerPool
) -> None:
    account = dovecot.account()
    with client(account) as connection:
        connection.create_folder("Boite")
    append(account, GENUINE, ORDINARY, folder="Boite", when=WHEN)
    before = scan(account, ledger, pool, "Boite")
    with client(account) as connection:
        connection.rename_folder("Boite", "Ancienne")
        connection.create_folder("Boite")
    append(account, GENUINE, ORDINARY, folder="Boite", when=WHEN)
    after = scan(account, ledger, pool, "Boite")
    assert after["genuine"].place != before["genuine"].place
    assert ledger.frozen(after["genuine"].id) == ledger.frozen(before["genuine"].id) is not None
    assert ledger.frozen(after["unrelated"].id) is None


def test_names_that_are_kept_hold_no_local_part(dovecot: Dovecot, ledger: Ledger, pool: WorkerPool) -> None:
    """S-51: who writes, and to whom, is never asked of the DNS, so it does not get into the ledger that way either."""
    account = dovecot.account()
    append(account, FALSE, GENUINE, when=WHEN)
    scan(account, ledger, pool)
    frozen = [ledger.frozen(record.id) for record in ledger.records(account=account.name)]
    names = [answer.name for kept in frozen if kept is not None for answer in kept.answers]
    assert names
    assert not any("@" in name or "accueil" in name or "assure" in name for name in names)
