"""Desks that take reports by HTTP: every byte as the desk has published it, and whatever a desk may answer loses nothing."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest

import vigie
from tests.scanner.reporting import desks
from tests.scanner.reporting.desks import NAMES, draft, of, send, settings
from tests.scanner.reporting.frauds import RAW, fraud
from tests.servers.desk import Answer, Desk
from vigie.ledger.report_types import Taken
from vigie.scanner.channels import NotTakenError, UnsentReportError
from vigie.scanner.reporting.desk import wished
from vigie.scanner.reporting.known import CHANNELS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def secret(folder: Path, name: str) -> str:
    return (folder / f"{name}.token").read_text().strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_desk_is_asked_at_its_place_and_its_reference_is_the_receipt(name: str, desk: Desk, tmp_path: Path) -> None:
    desk.usual = desks.DONE[name]
    assert send(name, of(name, desk, tmp_path)) == desks.RECEIPTS[name]
    (asked,) = desk.got
    assert (asked.method, asked.path) == ("POST", desks.PLACES[name])
    assert asked.headers["User-Agent"] == f"vigie/{vigie.__version__}"
    assert asked.headers["Host"] == desk.url.removeprefix("https://")
    assert asked.headers["Content-Length"] == str(len(asked.body))


@pytest.mark.parametrize("raw", [RAW, bytes(range(256)) * 40])
def test_signal_spam_gets_the_unmodified_message_in_base64(desk: Desk, tmp_path: Path, raw: bytes) -> None:
    chosen = of("signal-spam", desk, tmp_path)
    made = draft("signal-spam", chosen, fraud(raw))
    assert (made.body, made.redacted) == (raw, False)
    send("signal-spam", chosen, fraud(raw))
    (asked,) = desk.got
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    account = base64.b64encode(f"accueil@example.org:{secret(tmp_path, 'signal-spam')}".encode()).decode()
    assert asked.headers["Authorization"] == f"Basic {account}"
    assert re.fullmatch(rb"message=[A-Za-z0-9%]+", asked.body)
    form = parse_qs(asked.body.decode(), strict_parsing=True)
    assert list(form) == ["message"]
    assert base64.b64decode(form["message"][0], validate=True) == raw


def test_phishing_initiative_gets_each_page_and_never_the_mail(desk: Desk, tmp_path: Path) -> None:
    desk.answers.extend(
        [Answer(201, b'{"id": 4711}'), Answer(400, b'{"url": ["known"]}'), Answer(201, b'{"id": 4713}')]
    )
    links = ("https://ameli.example.net/carte?m=marie.dupont", "http://b.example/x/marie.dupont/y", "https://c.example")
    receipt = send("phishing-initiative", of("phishing-initiative", desk, tmp_path), fraud(links=links))
    assert receipt == "4711, 4713 (1 refused)"
    assert {asked.headers["Authorization"] for asked in desk.got} == {
        f"Token {secret(tmp_path, 'phishing-initiative')}"
    }
    assert {asked.headers["Content-Type"] for asked in desk.got} == {"application/json"}
    comment = "Phishing mail that pretends to come from ameli."
    wanted = ["https://ameli.example.net/carte", "http://b.example/x/", "https://c.example/"]
    assert [asked.body for asked in desk.got] == [
        b'{"url": "%s", "comment": "%s", "notify": false, "tag": 1}' % (url.encode(), comment.encode())
        for url in wanted
    ]


def test_a_page_goes_with_its_values_where_the_settings_say_so(desk: Desk, tmp_path: Path) -> None:
    desk.usual = desks.DONE["phishing-initiative"]
    one = fraud(links=("https://ameli.example.net/carte?m=marie.dupont&n=é",))
    chosen = of("phishing-initiative", desk, tmp_path, redact=False)
    assert not draft("phishing-initiative", chosen, one).redacted
    send("phishing-initiative", chosen, one)
    assert json.loads(desk.got[0].body)["url"] == "https://ameli.example.net/carte?m=marie.dupont&n=%C3%A9"


def test_all_pages_refused_is_a_refusal_and_one_that_waits_lets_all_wait(desk: Desk, tmp_path: Path) -> None:
    links = ("https://a.example/", "https://b.example/")
    chosen = of("phishing-initiative", desk, tmp_path)
    desk.usual = Answer(400)
    with pytest.raises(UnsentReportError) as fault:
        send("phishing-initiative", chosen, fraud(links=links))
    assert fault.value.refused
    desk.answers.extend([Answer(201, b'{"id": 1}'), Answer(429, headers={"Retry-After": "90"})])
    with pytest.raises(UnsentReportError) as fault:
        send("phishing-initiative", chosen, fraud(links=links))
    assert (fault.value.refused, fault.value.wait_s) == (False, 90)


@pytest.mark.parametrize("name", ["phishing-initiative", "netcraft"])
def test_a_fraud_without_pages_is_not_for_desks_of_pages(name: str, desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotTakenError, match="leads to no page"):
        draft(name, of(name, desk, tmp_path), fraud(links=()))


@pytest.mark.parametrize(
    ("sandbox", "place", "receipt"),
    [(False, "/api/v3/report/urls", "u-1"), (True, "/api/v3/test/report/urls", "u-1 (sandbox)")],
)
def test_netcraft_gets_pages_and_a_sandbox_is_a_sandbox(
    desk: Desk, tmp_path: Path, *, sandbox: bool, place: str, receipt: str
) -> None:
    desk.usual = Answer(200, b'{"message": "Successfully reported", "uuid": "u-1"}')
    assert send("netcraft", of("netcraft", desk, tmp_path, sandbox=sandbox)) == receipt
    (asked,) = desk.got
    assert asked.path == place
    assert asked.headers["Content-Type"] == "application/json"
    assert "Authorization" not in asked.headers
    assert json.loads(asked.body) == {
        "email": "vigie@example.org",
        "reason": "Confirmed by a person: a phishing mail that pretends to come from ameli leads there.",
        "urls": [{"url": "https://ameli.example.net/carte"}],
    }


@pytest.mark.parametrize(("raw", "encoding"), [(RAW, "utf-8"), (b"Subject: \xe9\r\n\r\n\xff", "latin-1")])
def test_netcraft_gets_the_message_where_the_settings_say_so(
    desk: Desk, tmp_path: Path, raw: bytes, encoding: str
) -> None:
    desk.usual = desks.DONE["netcraft"]
    chosen = of("netcraft", desk, tmp_path, redact=False)
    assert not draft("netcraft", chosen, fraud(raw)).redacted
    send("netcraft", chosen, fraud(raw))
    (asked,) = desk.got
    assert asked.path == "/api/v3/report/mail"
    told = json.loads(asked.body)
    assert set(told) == {"email", "message"}
    assert told["message"].encode(encoding) == raw


def test_netcraft_takes_twenty_mebibytes(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotTakenError):
        draft("netcraft", of("netcraft", desk, tmp_path, redact=False), fraud(b"x" * (20 * 1024 * 1024 + 1)))


def test_misp_that_has_the_event_already_has_the_report(desk: Desk, tmp_path: Path) -> None:
    known = b'{"name": "Event already exists, if you would like to edit it, use the url in the location header."}'
    desk.answers.append(Answer(404, known, {"Location": f"{desk.url}/events/17"}))
    receipt = send("misp", of("misp", desk, tmp_path))
    (asked,) = desk.got
    assert asked.headers["Authorization"] == secret(tmp_path, "misp")
    assert receipt == json.loads(asked.body)["Event"]["uuid"]


STATUSES = {
    400: True, 413: True, 422: True, 401: False, 403: False, 404: False, 405: False, 408: False, 429: False,
    500: False, 503: False, 301: False, 302: False, 307: False,
}  # fmt: skip
"""Whether an answer is a word about the report itself."""


@pytest.mark.parametrize(
    ("name", "status"),
    [*(("misp", status) for status in STATUSES), *((name, status) for name in NAMES for status in (302, 422, 503))],
)
def test_only_a_word_about_the_report_itself_ends_it(name: str, desk: Desk, tmp_path: Path, status: int) -> None:
    refused = STATUSES[status]
    desk.usual = Answer(status, headers={"Location": f"{desk.url}/elsewhere"} if status < 400 else {})
    with pytest.raises(UnsentReportError, match=rf"^refused \(HTTP {status}\)$") as fault:
        send(name, of(name, desk, tmp_path))
    assert (fault.value.refused, fault.value.away) == (refused, not refused)
    assert [asked.path for asked in desk.got] == [desks.PLACES[name]], "no redirect is followed"


@pytest.mark.parametrize("name", NAMES)
def test_a_desk_with_somebody_elses_certificate_gets_nothing(name: str, desk: Desk, tmp_path: Path) -> None:
    told = (desks.settings(name, desk.misnamed, desk.ca, tmp_path), desks.settings(name, desk.url, desk.ca, tmp_path,
                                                                                  ca_file=None))  # fmt: skip
    for chosen in told:
        with pytest.raises(UnsentReportError, match="certificate is not valid") as fault:
            send(name, chosen)
        assert (fault.value.refused, fault.value.away) == (False, True)
    assert not desk.got


@pytest.mark.parametrize("name", NAMES)
def test_a_desk_that_trickles_is_left_in_time(name: str, desk: Desk, tmp_path: Path) -> None:
    desk.usual = Answer(200, trickles=True)
    with pytest.raises(UnsentReportError, match="no answer in time") as fault:
        send(name, of(name, desk, tmp_path, timeout_s=0.3))
    assert fault.value.away


@pytest.mark.parametrize("name", NAMES)
def test_a_desk_that_is_not_there_and_a_long_answer(name: str, desk: Desk, tmp_path: Path) -> None:
    desk.usual = Answer(desks.DONE[name].status, b"x" * 1_000_000)
    if name != "webhook":
        assert send(name, of(name, desk, tmp_path)) == f"HTTP {desk.usual.status}"
    with pytest.raises(UnsentReportError, match="not delivered"):
        send(name, desks.settings(name, "https://127.0.0.1:1", desk.ca, tmp_path))


@pytest.mark.parametrize("name", ["signal-spam", "phishing-initiative", "misp", "webhook"])
def test_a_secret_that_cannot_be_read_sends_nothing(name: str, desk: Desk, tmp_path: Path) -> None:
    chosen = of(name, desk, tmp_path)
    (tmp_path / f"{name}.token").unlink()
    with pytest.raises(UnsentReportError, match="cannot be read") as fault:
        send(name, chosen)
    assert (fault.value.refused, fault.value.away) == (False, True)
    assert not desk.got


@pytest.mark.parametrize(
    ("name", "asked"),
    [("signal-spam", ("OPTIONS", "/api/signaler")), ("phishing-initiative", ("GET", "/api/v1/submissions/")),
     ("netcraft", ("HEAD", "/api/v3")), ("misp", ("GET", "/servers/getVersion")), ("webhook", ("HEAD", "/hook"))],
)  # fmt: skip
def test_trying_a_desk_out_sends_no_report(name: str, asked: tuple[str, str], desk: Desk, tmp_path: Path) -> None:
    chosen = of(name, desk, tmp_path)
    CHANNELS[name].try_out(chosen, None)
    assert [(one.method, one.path, one.body) for one in desk.got] == [(*asked, b"")]
    assert ("Authorization" in desk.got[0].headers) is (name in {"signal-spam", "phishing-initiative", "misp"})
    desk.usual = Answer(401)
    if name in {"signal-spam", "phishing-initiative", "misp"}:
        with pytest.raises(UnsentReportError, match="401"):
            CHANNELS[name].try_out(chosen, None)


@pytest.mark.parametrize(
    ("header", "expected"),
    [("120", 120.0), ("0", 0.0), (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
     (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0), ("Sunday, 22-Nov-26 12:01:00 GMT", 60.0),
     (None, None), ("", None), ("soon", None), ("-5", None), ("nan", None), ("inf", None), ("1e9", None),
     ("9" * 400, None), ("Sun, 99 Nov 2026 12:00:00 GMT", None)],
)  # fmt: skip
def test_retry_after_in_each_of_its_forms(header: str | None, expected: float | None) -> None:
    assert wished(header, NOW) == expected


@pytest.mark.parametrize("name", NAMES)
def test_what_was_shown_for_one_place_goes_to_no_other(name: str, desk: Desk, tmp_path: Path) -> None:
    """Whoever let it go has read the name of the place, too; the settings were changed since."""
    before = settings(name, "https://desk.example.net", desk.ca, tmp_path)
    taken = Taken(fraud().report, draft(name, before))
    assert taken.draft.to == ("desk.example.net",)
    with pytest.raises(UnsentReportError) as told:
        CHANNELS[name].send(taken, of(name, desk, tmp_path), None)
    assert told.value.refused
    assert not desk.got
