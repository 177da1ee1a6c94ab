"""Each channel against a server of its own kind: what arrives, letter by letter, and what is said when nothing does."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import Message
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.ledger.made import record
from tests.scanner.reporting.desks import DONE, RECEIPTS
from tests.scanner.reporting.frauds import RAW, fraud
from tests.servers.desk import Answer, Desk
from tests.servers.hooks import Smtp, Webhook
from vigie.ledger.report_types import Draft, FetchedFraud, Report, ReportState
from vigie.ledger.store import Ledger
from vigie.ledger.types import Decision
from vigie.scanner.channels import NotTakenError, Takes, UnsentReportError
from vigie.scanner.operation.meter import Meter
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting.dispatch import DEFECT, Dispatch
from vigie.scanner.reporting.known import CHANNELS, switched_on
from vigie.scanner.reporting.settings import ChannelsSettings, ReportServerSettings
from vigie.scanner.settings import AccountSettings


@pytest.fixture
def ledger(tmp_path: Path):
    with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}") as opened:
        yield opened


def settings(**channels: object) -> ChannelsSettings:
    return ChannelsSettings.model_validate(channels)


def mail_server(smtp: Smtp) -> ServerSettings:
    told = {
        "host": "127.0.0.1", "port": smtp.port, "ca_file": smtp.ca, "username": "vigie", "timeout_s": 30,
        "password_file": smtp.password_file, "sender": "vigie@example.org",
    }  # fmt: skip
    return ReportServerSettings.model_validate(told)


def reported(ledger: Ledger, dispatch: Dispatch, channel: str, made: FetchedFraud | None = None) -> Report:
    """Confirmed, asked for, let go, and carried out once."""
    one = made or fraud()
    ledger.add_records([one.record], None)
    ledger.set_decision(one.record.id, Decision.CONFIRMED, datetime.now(UTC))
    reports = ledger.desk("web:marie").reports
    asked = reports.ask(one.record.id, channel, at=datetime.now(UTC), approved=True)
    assert isinstance(asked, Report)
    ledger.outbox.fetched(asked.id, one.raw)
    dispatch.run()
    return told_of(ledger, asked)


def every() -> ChannelsSettings:
    """Each channel with the least that it needs."""
    return settings(
        folder={"path": "/nowhere"}, abuse_mail={"recipients": ["a@b.example"]}, franceconnect={}, apwg={},
        webhook={"url": "https://hook.example/secret"}, netcraft={"email": "vigie@example.org"},
        signal_spam={"username": "accueil@example.org", "password_file": "/nowhere"},
        phishing_initiative={"token_file": "/nowhere"}, misp={"url": "https://misp.example", "key_file": "/nowhere"},
    )  # fmt: skip


def parts(mail: Message) -> list[Message]:
    found = mail.get_payload()
    assert isinstance(found, list)
    assert all(isinstance(part, Message) for part in found)
    return [part for part in found if isinstance(part, Message)]


def told_of(ledger: Ledger, report: Report) -> Report:
    found = ledger.desk("x").reports.report(report.id)
    assert found is not None
    return found


def test_a_folder_gets_a_file_that_is_whole(ledger: Ledger, tmp_path: Path) -> None:
    there = tmp_path / "reports"
    there.mkdir()
    report = reported(ledger, Dispatch(ledger, settings(folder={"path": there}), None, accounts=()), "folder")
    assert (report.state, report.receipt) == (ReportState.SENT, f"{report.id}.eml")
    (file,) = there.iterdir()
    mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["From"] == "ameli <contact@example.net>"
    assert "https://ameli.example.net/carte?m=[...]" in mail.get_content()
    assert mail["To"] is None


def test_a_folder_that_wants_it_gets_the_message_as_it_came(ledger: Ledger, tmp_path: Path) -> None:
    reported(
        ledger, Dispatch(ledger, settings(folder={"path": tmp_path, "redact": False}), None, accounts=()), "folder"
    )
    (file,) = tmp_path.glob("*.eml")
    assert file.read_bytes() == RAW


def test_a_fault_of_ours_over_one_fraud_ends_its_report_alone(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    dispatch = Dispatch(ledger, settings(folder={"path": tmp_path}), None, accounts=())
    with monkeypatch.context() as patch:
        patch.setattr(CHANNELS["folder"], "write", lambda *_: 1 // 0)
        report = reported(ledger, dispatch, "folder")
    assert (report.state, report.detail) == (ReportState.UNFETCHED, DEFECT)
    assert "ZeroDivisionError" in caplog.text
    assert reported(ledger, dispatch, "folder", replace(fraud(), record=record(2))).state is ReportState.SENT


def test_settings_that_no_longer_hold_send_nothing_more(ledger: Ledger, tmp_path: Path) -> None:
    dispatch = Dispatch(ledger, settings(folder={"path": tmp_path}), None, accounts=())
    dispatch.retire()
    assert reported(ledger, dispatch, "folder").state is ReportState.WAITING


def test_who_of_several_refuses_stands_in_the_receipt(ledger: Ledger, smtp: Smtp) -> None:
    recipients = ["abuse@hosting.example", "unknown@registrar.example"]
    sends = Dispatch(ledger, settings(abuse_mail={"recipients": recipients}), mail_server(smtp), accounts=())
    report = reported(ledger, sends, "abuse-mail")
    assert report.state is ReportState.SENT
    assert report.receipt.endswith(", refused: unknown@registrar.example")


def test_a_folder_that_is_away_delays(ledger: Ledger, tmp_path: Path) -> None:
    there, clock = tmp_path / "reports", [datetime.now(UTC)]
    dispatch = Dispatch(ledger, settings(folder={"path": there}), None, now=lambda: clock[0], accounts=())
    report = reported(ledger, dispatch, "folder")
    assert (report.state, report.tries) == (ReportState.WAITING, 1)
    assert "No such file" in report.detail
    there.mkdir()
    dispatch.run()
    assert told_of(ledger, report).tries == 1  # not before its time
    clock[0] += timedelta(minutes=1)
    dispatch.run()
    assert told_of(ledger, report).state is ReportState.SENT


def test_an_abuse_desk_reads_it_by_the_standard(ledger: Ledger, smtp: Smtp) -> None:
    wanted = settings(abuse_mail={"recipients": ["abuse@hoster.example"]})
    report = reported(ledger, Dispatch(ledger, wanted, mail_server(smtp), accounts=()), "abuse-mail")
    assert report.state is ReportState.SENT, report.detail
    mail = smtp.got.pop()
    assert (mail.get_content_type(), mail.get_param("report-type")) == ("multipart/report", "feedback-report")
    assert (mail["To"], mail["Message-ID"]) == ("abuse@hoster.example", report.receipt)
    words, feedback, header = parts(mail)
    assert words.get_content_type() == "text/plain"
    assert feedback.get_content_type() == "message/feedback-report"
    (inner,) = parts(feedback)  # the standard library takes every message/* for a message: its header are the fields
    fields = email.message_from_string(inner.as_string())
    assert (fields["Feedback-Type"], fields["Version"]) == ("fraud", "1")  # RFC 5965 section 3.1
    assert fields["User-Agent"].startswith("Vigie/")
    assert fields["Reported-Domain"] == "example.net"
    assert fields.get_all("Reported-URI") == ["https://ameli.example.net/carte"]
    assert header.get_content_type() == "text/rfc822-headers"


@pytest.mark.parametrize("raw", [RAW, RAW + b"\r\n--vigie-\r\n" + b"x" * 1500 + b"\r\n", RAW.replace(b"\r\n", b"\n")])
def test_franceconnect_gets_the_original(ledger: Ledger, smtp: Smtp, raw: bytes) -> None:
    wanted = settings(franceconnect={"recipient": "securite@fc.example"})
    one = fraud(raw, brand="franceconnect")
    report = reported(ledger, Dispatch(ledger, wanted, mail_server(smtp), accounts=()), "franceconnect", one)
    assert report.state is ReportState.SENT, report.detail
    _, attached = parts(smtp.got.pop())
    if attached.get_content_type() == "message/rfc822":
        assert "marie.dupont@example.org" in parts(attached)[0]["To"]
    else:
        assert attached.get_payload(decode=True) == raw


def test_franceconnect_is_for_its_own_colours_alone(ledger: Ledger, smtp: Smtp) -> None:
    dispatch = Dispatch(ledger, settings(franceconnect={}), mail_server(smtp), accounts=())
    report = reported(ledger, dispatch, "franceconnect")
    assert (report.state, report.detail) == (
        ReportState.UNFETCHED,
        "This fraud is not in the colours of FranceConnect.",
    )


def test_a_webhook_gets_json(ledger: Ledger, webhook: Webhook) -> None:
    wanted = settings(webhook={"url": webhook.url, "ca_file": webhook.ca, "timeout_s": 30})
    report = reported(ledger, Dispatch(ledger, wanted, None, accounts=()), "webhook")
    assert report.state is ReportState.SENT, report.detail
    body, headers = webhook.got.pop()
    assert headers["Idempotency-Key"] == report.id
    assert (body["report"], body["type"], body["brand"]) == (report.id, "phishing", "ameli")
    assert body["links"] == ["https://ameli.example.net/carte?m=[...]"]


@pytest.mark.parametrize(
    ("status", "state"),
    [(500, ReportState.WAITING), (429, ReportState.WAITING), (401, ReportState.WAITING), (302, ReportState.WAITING),
     (422, ReportState.REFUSED)],
)  # fmt: skip
def test_a_webhook_that_refuses_loses_nothing_that_it_may_want_later(
    ledger: Ledger, webhook: Webhook, status: int, state: ReportState
) -> None:
    webhook.status = status
    wanted = settings(webhook={"url": webhook.url, "ca_file": webhook.ca, "timeout_s": 30})
    report = reported(ledger, Dispatch(ledger, wanted, None, accounts=()), "webhook")
    assert (report.state, report.detail) == (state, f"refused (HTTP {status})")


def test_a_mail_server_that_refuses_is_asked_again(ledger: Ledger, smtp: Smtp) -> None:
    smtp.refuses = True
    clock = [datetime.now(UTC)]
    wanted = settings(abuse_mail={"recipients": ["abuse@hoster.example"]})
    dispatch = Dispatch(ledger, wanted, mail_server(smtp), now=lambda: clock[0], accounts=())
    report = reported(ledger, dispatch, "abuse-mail")
    assert report.state is ReportState.WAITING
    assert "abuse@" not in report.detail
    smtp.refuses = False
    clock[0] += timedelta(minutes=1)
    dispatch.run()
    assert told_of(ledger, report).state is ReportState.SENT


def test_every_try_is_counted_and_what_a_desk_asks_for_is_granted(ledger: Ledger, desk: Desk, tmp_path: Path) -> None:
    meter, clock = Meter(), [datetime.now(UTC)]
    told = {"email": "vigie@example.org", "url": f"{desk.url}/api/v3/", "ca_file": desk.ca}
    dispatch = Dispatch(
        ledger, settings(netcraft=told), None, now=lambda: clock[0], counted=meter.reported, accounts=()
    )
    until = (clock[0] + timedelta(hours=1)).replace(microsecond=0)
    desk.answers.append(Answer(429, headers={"Retry-After": format_datetime(until, usegmt=True)}))
    desk.usual = DONE["netcraft"]
    report = reported(ledger, dispatch, "netcraft")
    assert (report.state, report.detail) == (ReportState.WAITING, "refused (HTTP 429)")
    clock[0] += timedelta(minutes=50)
    dispatch.run()
    assert len(desk.got) == 1, "not before the desk wants it"
    clock[0] += timedelta(minutes=15)
    dispatch.run()
    sent = told_of(ledger, report)
    assert (sent.state, sent.receipt) == (ReportState.SENT, RECEIPTS["netcraft"])
    (row,) = ledger.desk("x").reports.statistics()
    assert (row.sent, row.last_receipt, row.answers) == (1, RECEIPTS["netcraft"], ())
    for result, count in (("put-off", 1), ("sent", 1), ("refused", None)):
        labels = {"channel": "netcraft", "result": result}
        assert meter.registry.get_sample_value("vigie_reports_sent_total", labels) == count


def test_a_desk_gets_so_many_reports_an_hour(ledger: Ledger, desk: Desk, tmp_path: Path) -> None:
    desk.usual = DONE["netcraft"]
    told = {"email": "vigie@example.org", "url": f"{desk.url}/api/v3/", "ca_file": desk.ca, "per_hour": 1}
    clock = [datetime.now(UTC)]
    dispatch = Dispatch(ledger, settings(netcraft=told), None, now=lambda: clock[0], accounts=())
    first = reported(ledger, dispatch, "netcraft")
    other = fraud()
    second = reported(ledger, dispatch, "netcraft", replace(other, record=record(2, case_json=other.record.case_json)))
    assert [told_of(ledger, one).state for one in (first, second)] == [ReportState.SENT, ReportState.WAITING]
    clock[0] += timedelta(minutes=61)
    dispatch.run()
    assert told_of(ledger, second).state is ReportState.SENT
    assert len(desk.got) == 2


def test_nothing_goes_where_the_settings_say_stop(ledger: Ledger, tmp_path: Path) -> None:
    report = reported(
        ledger, Dispatch(ledger, settings(folder={"path": tmp_path}, stop=True), None, accounts=()), "folder"
    )
    assert report.state is ReportState.WAITING


def test_a_channel_that_was_switched_off_says_so(ledger: Ledger) -> None:
    report = reported(ledger, Dispatch(ledger, settings(), None, accounts=()), "folder")
    assert (report.state, "not switched on" in report.detail) == (ReportState.UNFETCHED, True)


def test_every_channel_keeps_the_contract() -> None:
    one = fraud(brand="franceconnect")
    chosen = every()
    server = ReportServerSettings(host="127.0.0.1", sender="vigie@example.org", tls="none")
    assert set(switched_on(chosen)) == set(CHANNELS), "every channel can be configured"
    for name, channel in CHANNELS.items():
        mine = chosen.of(name)
        assert mine is not None
        assert not mine.automatic
        draft = channel.write(one, mine, server)
        assert channel.write(one, mine, server) == draft, "the same at every try"
        assert Draft.read(draft.written()) == draft
        assert b"secret" not in draft.written()
        assert draft.redacted is (channel.TAKES is Takes.REDACTED)
        assert not draft.redacted or b"marie" not in draft.body
        if channel.BY_MAIL:
            with pytest.raises(NotTakenError):
                channel.write(one, mine, None)


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_a_channel_that_cannot_be_reached_says_so_when_it_is_tried_out(name: str, tmp_path: Path) -> None:
    chosen = every().of(name)
    assert chosen is not None
    away = ReportServerSettings(host="127.0.0.1", port=1, sender="vigie@example.org", tls="none")
    if hasattr(chosen, "url"):
        chosen = chosen.model_copy(update={"url": "https://127.0.0.1:1/"})
    for server in (away, None):
        with pytest.raises(UnsentReportError) as fault:
            CHANNELS[name].try_out(chosen, server)
        assert fault.value.away


def test_trying_out_sends_nothing(smtp: Smtp, tmp_path: Path) -> None:
    for name in ("abuse-mail", "apwg", "franceconnect"):
        chosen = every().of(name)
        assert chosen is not None
        CHANNELS[name].try_out(chosen, mail_server(smtp))
    folder = settings(folder={"path": tmp_path}).of("folder")
    assert folder is not None
    CHANNELS["folder"].try_out(folder, None)
    assert not smtp.got
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("automatic", [False, True])
def test_only_where_the_settings_say_so_a_fraud_goes_by_itself(
    ledger: Ledger, tmp_path: Path, *, automatic: bool
) -> None:
    one, now = fraud(), datetime.now(UTC)
    ledger.add_records([one.record, record(2), record(3)], None)
    ledger.set_decision(one.record.id, Decision.CONFIRMED, now)
    ledger.set_decision(record(2).id, Decision.CONFIRMED, now - timedelta(days=2))  # before it was switched on
    dispatch = Dispatch(ledger, settings(folder={"path": tmp_path, "automatic": automatic}), None, accounts=())
    dispatch.run()
    dispatch.run()
    wanted = ledger.outbox.wanted("accueil", at=now)
    assert [report.record_id for report in wanted] == ([one.record.id] if automatic else [])
    if automatic:
        ledger.outbox.fetched(wanted[0].id, one.raw)
        dispatch.run()
        assert told_of(ledger, wanted[0]).state is ReportState.SENT
        dispatch.run()
        assert len(ledger.desk("x").reports.of_case(one.record.id)) == 1


def test_the_mailbox_s_own_address_is_left_out_where_the_message_names_nobody(ledger: Ledger, tmp_path: Path) -> None:
    own = {
        "name": "accueil",
        "host": "imap.example.org",
        "username": "nadia.berger@example.org",
        "password_env": "NONE",
    }
    hidden = b"To: undisclosed-recipients:;\r\nSubject: nadia.berger@example.org, Berger\r\nFrom: a@example.net\r\n\r\n"
    accounts = (AccountSettings.model_validate(own),)
    dispatch = Dispatch(ledger, settings(folder={"path": tmp_path / "to"}), None, accounts=accounts)
    (tmp_path / "to").mkdir()
    reported(ledger, dispatch, "folder", fraud(hidden))
    (file,) = (tmp_path / "to").iterdir()
    assert email.message_from_bytes(file.read_bytes())["Subject"] == "[...], [...]"
