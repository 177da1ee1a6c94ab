"""Digests as they arrive at a real mail server: to whom, what of, and how often."""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from tests.ledger.made import outcome, place
from tests.scanner.digest.world import MORNING, PAGES, Clock, account, hold, person, post, settings
from tests.scanner.test_supervisor import until
from tests.servers.hooks import Smtp
from vigie.cli.config import Config
from vigie.judge.settings import JudgeSettings
from vigie.ledger.people_types import ALL_RIGHTS, By, Role
from vigie.ledger.store import Ledger
from vigie.ledger.types import Decision
from vigie.scanner.daemon import Service
from vigie.scanner.digest.post import LEASE
from vigie.scanner.digest.readers import period
from vigie.scanner.operation.meter import Meter

HOSTILE = "Votre\u202e carte <script>alert(1)</script>\x07 http://faux.example/x"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def page(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def to(smtp: Smtp, address: str) -> EmailMessage:
    (found,) = [mail for mail in smtp.got if mail["To"] == address]
    return found


def count(ledger: Ledger) -> dict[str, int]:
    entries = [entry for entry in ledger.audit_entries() if entry.what == "digest"]
    return {str(entry.detail["to"]): int(entry.detail["messages"]) for entry in entries}


def test_who_decides_gets_what_was_held_in_her_mailboxes_with_the_way_to_each_case(ledger, smtp, clock):
    person(ledger, "Marie", Role.ADMIN)
    person(ledger, "Paul", accounts=frozenset({"compta"}), language="en")
    person(ledger, "Lise", Role.READER)
    person(ledger, "Sans", address="")
    first = hold(ledger, 1, subject=HOSTILE, author='"ameli.fr" <contact@ameli-faux.example>')
    second = hold(ledger, 2, to="compta")
    post(ledger, smtp, clock, to=["reviewers"]).run()
    assert {mail["To"] for mail in smtp.got} == {"marie@revue.example", "paul@revue.example"}
    mail = to(smtp, "marie@revue.example")
    assert mail["Subject"] == "[Vigie] 2 courriels en quarantaine"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "Vigie <digest.vigie.example.org>"
    assert mail["From"] == "Vigie <vigie@example.org>"
    assert re.fullmatch(r"<digest\.[0-9a-z]{12}@example\.org>", mail["Message-ID"])
    told = text(mail)
    assert '> Expéditeur annoncé : "ameli[.]fr" <contact[@]ameli-faux[.]example>' in told
    assert "> Objet : Votre carte <script>alert(1)</script> hxxp[:]//faux[.]example/x" in told
    assert f"Voir et décider : {PAGES}/cases/{first.id}" in told
    assert f"{PAGES}/cases/{second.id}" in told
    assert "/ask/" not in told, "who decides need not ask"
    shown = page(mail)
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert re.findall(r"(?:src|href)=\"([^\"]*)\"", shown) == [f"{PAGES}/cases/{one.id}" for one in (first, second)]
    assert "1 message was put into quarantine" in text(to(smtp, "paul@revue.example"))
    assert first.id not in text(to(smtp, "paul@revue.example"))
    assert count(ledger) == {"person:id-Marie": 2, "person:id-Paul": 1}


def test_an_owner_gets_links_that_ask_and_of_which_the_ledger_keeps_a_hash(ledger, smtp, clock, tmp_path):
    held = hold(ledger, 1)
    post(ledger, smtp, clock, to=["owners"]).run()
    mail = to(smtp, "accueil@example.org")
    (token,) = re.findall(rf"{PAGES}/ask/([A-Za-z0-9_-]{{43}})", text(mail))
    assert f"{PAGES}/ask/{token}" in page(mail)
    assert "/cases/" not in mail.as_string()
    found = ledger.asks.look(token, at=clock.now)
    assert found is not None
    assert (found.record.id, found.used_at) == (held.id, None)
    assert ledger.asks.look(token, at=clock.now + timedelta(days=7)) is None
    ledger.close()
    assert token.encode() not in b"".join(file.read_bytes() for file in tmp_path.glob("vigie.db*"))


def test_nothing_held_nothing_sent(ledger, smtp, clock):
    person(ledger)
    released = hold(ledger, 1)
    hold(ledger, 2, at=MORNING - timedelta(hours=25))
    hold(ledger, 3, at=MORNING + timedelta(minutes=1))
    ledger.desk("web:x").decide(released.id, Decision.RELEASED, seen=0, at=clock.now)
    for waiting in ledger.open_intents("accueil"):
        ledger.close_intent(outcome(waiting, destination=place(7)))
    post(ledger, smtp, clock).run()
    assert not smtp.got


def test_one_digest_a_day_whoever_asks_and_every_message_in_one_of_them(ledger, url, smtp, clock):
    """Also across restarts, and for two services at once."""
    person(ledger)
    uid = 0
    for day in range(3):
        for hours in (1, 2):
            uid += 1
            hold(ledger, uid, at=MORNING + timedelta(days=day) - timedelta(hours=hours))
        clock.now = MORNING + timedelta(days=day, minutes=5)
        with Ledger(url, "other") as other:
            posts = [post(ledger, smtp, clock, to=["reviewers"]), post(other, smtp, clock, to=["reviewers"])]
            threads = [threading.Thread(target=one.run) for one in posts * 3]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert [mail["To"] for mail in smtp.got] == ["marie@revue.example"]
        named = re.findall(r"/cases/(\w+)", text(smtp.got.pop()))
        assert len(named) == 2
    # Nobody was there for two days: the next one tells of both.
    late = [hold(ledger, uid + more, at=MORNING + timedelta(days=2 + more, hours=1)).id for more in (1, 2)]
    clock.now = MORNING + timedelta(days=5, hours=9)
    post(ledger, smtp, clock, to=["reviewers"]).run()
    assert re.findall(r"/cases/(\w+)", text(smtp.got.pop())) == late


def test_who_is_told_for_the_first_time_is_not_told_in_the_afternoon(ledger, smtp, clock):
    person(ledger)
    hold(ledger, 1)
    clock.passes(hours=5)
    post(ledger, smtp, clock).run()
    assert not smtp.got
    hold(ledger, 2, at=clock.now)
    clock.now = MORNING + timedelta(days=1, minutes=1)
    post(ledger, smtp, clock, to=["reviewers"]).run()
    assert "1 courriel en" in smtp.got.pop()["Subject"]


def test_a_server_that_is_away_is_waited_for_and_nothing_is_lost(ledger, smtp, clock, caplog):
    person(ledger)
    hold(ledger, 1)
    meter = Meter()
    away = post(ledger, smtp, clock, meter)
    object.__setattr__(away._settings.digest.mail, "port", 1)
    away.run()
    assert not smtp.got
    assert "not sent, tried again" in caplog.text
    assert "Votre carte" not in caplog.text
    assert meter.registry.get_sample_value("vigie_digests_sent_total", {"result": "failed"}) == 1
    back = post(ledger, smtp, clock, meter)
    back.run()
    assert not smtp.got, "not before its minute is over"
    clock.passes(minutes=2)
    back.run()
    assert sorted(mail["To"] for mail in smtp.got) == ["accueil@example.org", "marie@revue.example"]
    back.run()
    assert len(smtp.got) == 2
    assert meter.registry.get_sample_value("vigie_digests_sent_total", {"result": "done"}) == 2


def test_what_a_server_refuses_for_days_stands_in_the_next_digest(ledger, smtp, clock, caplog):
    first = hold(ledger, 1)
    smtp.refuses = True
    try:
        for _ in range(8):
            post(ledger, smtp, clock, to=["owners"]).run()
            clock.passes(hours=12)
    finally:
        smtp.refuses = False
    assert "given up" in caplog.text
    clock.now = MORNING + timedelta(days=4, minutes=1)
    second = hold(ledger, 2, at=MORNING + timedelta(days=3, hours=2))
    post(ledger, smtp, clock, to=["owners"]).run()
    links = re.findall(r"/ask/([\w-]{43})", text(smtp.got.pop()))
    asked = [ledger.asks.look(token, at=clock.now) for token in links]
    assert [one and one.record.id for one in asked] == [first.id, second.id]


def test_a_service_that_died_over_a_digest_is_followed_by_another(ledger, smtp, clock):
    person(ledger)
    hold(ledger, 1)
    one = post(ledger, smtp, clock, to=["reviewers"])
    ledger.digests.plan(period("07:30", clock.now), list(one._readers().values()), at=clock.now)
    dead = ledger.digests.take(at=clock.now, lease=LEASE)
    assert dead is not None
    one.run()
    assert not smtp.got
    clock.passes(minutes=16)
    one.run()
    assert smtp.got.pop()["Message-ID"] == f"<digest.{dead.id}@example.org>"
    ledger.digests.failed(dead, again_at=clock.now, others=False)
    one.run()
    assert not smtp.got, "who had it before has no say any more"


def test_who_may_not_see_it_any_more_is_not_told(ledger, smtp, clock):
    user = person(ledger)
    hold(ledger, 1)
    one = post(ledger, smtp, clock, to=["reviewers"])
    ledger.digests.plan(period("07:30", clock.now), list(one._readers().values()), at=clock.now)
    ledger.people.set_disabled(user.id, By("cli:root", ALL_RIGHTS), disabled=True, at=clock.now)
    one.run()
    assert not smtp.got


def test_the_service_sends_it(smtp, url, tmp_path, deaf_port):
    """Wired: the scheduler looks, whatever the mailbox does."""
    now = datetime.now(UTC)
    here = account(port=deaf_port, tls="none", mode="observe", idle=False)
    at = f"{(now - timedelta(minutes=1)).astimezone():%H:%M}"
    operation = settings(smtp, at=at, to=["owners"])
    with Ledger(url) as ledger:
        hold(ledger, 1, at=now - timedelta(hours=2))
    service = Service(Config(JudgeSettings(), url, (here,), tmp_path, operation=operation), Meter())
    service.start()
    try:
        assert until(lambda: len(smtp.got) == 1)
    finally:
        service.stop()
    assert smtp.got.pop()["To"] == "accueil@example.org"


def test_the_day_begins_where_the_machine_stands(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        noon = datetime(2026, 3, 29, 10, 0, tzinfo=UTC)
        due = period("02:30", noon)  # an hour that this day has not
        assert due.name == "2026-03-29"
        assert due.until <= noon
        before = period("12:01", noon)
        assert (before.name, before.until) == ("2026-03-28", datetime(2026, 3, 28, 11, 1, tzinfo=UTC))
        assert period("12:00", noon).name == "2026-03-29"
    finally:
        monkeypatch.undo()
        time.tzset()
