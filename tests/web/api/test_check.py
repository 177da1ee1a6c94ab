"""A message in, its case out: the same as for `vigie check`, nothing stored, and every refusal a problem (RFC 9457)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.web.api.asking import API, MAIL
from tests.web.review import seeded
from vigie.web import judging as room

WORKERS = 2
"""Of the fixture."""
MARKS = b"X-Mozilla-Status: 0001\r\nX-Mozilla-Status2: 00800000\r\nX-Mozilla-Keys: $label1   \r\n"


def is_problem(answer: httpx.Response, status: int) -> bool:
    told = answer.json()
    right = answer.headers["content-type"] == "application/problem+json"
    return right and (answer.status_code, told["status"]) == (status, status) and told["type"] == "about:blank"


@pytest.mark.parametrize(
    ("sample", "verdict"), [(seeded.GENUINE, "genuine"), (seeded.DISGUISED, "impersonation"), ("103", "unrelated")]
)
def test_a_message_gets_the_verdict_that_it_has_everywhere(api: API, sample: str, verdict: str) -> None:
    answer = api.check(seeded.message(sample))
    assert answer.status_code == 200
    told = answer.json()
    assert told["verdict"] == verdict
    assert set(told["explanation"]) == set(told["advice"]) == {"fr", "en"}
    assert answer.headers["cache-control"] == "no-store"


def test_what_a_mail_program_writes_in_front_is_no_part_of_the_message(api: API) -> None:
    plain, marked = (api.check(front + seeded.message(seeded.GENUINE)).json() for front in (b"", MARKS))
    assert (plain["sha256"], plain["verdict"]) == (marked["sha256"], marked["verdict"])


def test_a_text_is_judged(api: API) -> None:
    answer = api.text(text="AMELI : votre carte vitale expire, https://ameli-carte.example/maj", medium="sms")
    assert (answer.status_code, answer.json()["kind"]) == (200, "sms")
    assert answer.json()["verdict"] in ("impersonation", "suspicious")


def test_results_in_our_borders_name_prove_nothing_here(api: API) -> None:
    """The message comes from whoever asks; sample 114 is genuine in a mailbox by our border's word alone."""
    assert api.check(seeded.message("114")).json()["verdict"] != "genuine"


def test_the_names_of_the_contract_are_good(api: API) -> None:
    assert api.check(seeded.message("103"), path="/api/v1/examine").status_code == 200


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"", MAIL, 422),
        (b" \r\n", MAIL, 422),
        (MARKS, MAIL, 422),
        (b"x" * (64 * 1024 + 1), MAIL, 413),
        (b"Subject: x\r\n\r\n", "text/plain", 415),
        (b"Subject: x\r\n\r\n", "", 415),
        (b"{}", "application/json", 422),
        (b'{"text": ""}', "application/json", 422),
        (b'{"text": " "}', "application/json", 422),
        (b'{"text": 1}', "application/json", 422),
        (b'{"text": "a", "medium": "mail"}', "application/json", 422),
        (b'{"text": "a", "more": 1}', "application/json", 422),
        (b'{"text": "' + b"a" * 20_001 + b'"}', "application/json", 422),
        (b"[" * 200_000, "application/json", 422),
        (b"x" * (256 * 1024 + 1), "application/json", 413),
    ],
)
def test_what_cannot_be_judged_is_a_problem(api: API, raw: bytes, kind: str, status: int) -> None:
    assert is_problem(api.check(raw, kind), status)


def test_nothing_is_unpacked(api: API) -> None:
    assert is_problem(api.check(b"x", Content_Encoding="gzip"), 415)


def test_nothing_of_it_is_stored(api: API) -> None:
    before = (
        list(api.served.ledger.audit_entries()),
        list(api.served.ledger.records()),
        api.served.ledger.handed_in.count(),
    )
    assert api.check(seeded.message(seeded.DISGUISED)).status_code == 200
    after = (
        list(api.served.ledger.audit_entries()),
        list(api.served.ledger.records()),
        api.served.ledger.handed_in.count(),
    )
    assert before == after


def test_a_hundred_at_once_are_all_answered_and_the_pages_too(api: API) -> None:
    mail = seeded.message("103")

    def ask(number: int) -> int:
        return (api.http.get("/sign-in") if number % 10 == 0 else api.check(mail)).status_code

    with ThreadPoolExecutor(100) as crowd:
        answers = list(crowd.map(ask, range(100)))
    assert answers == [200] * 100
    pool = api.served.site.judging._pool
    assert pool is not None
    assert len(pool.pids()) <= WORKERS
    assert api.served.site.judging.taken == 0


def test_what_there_is_no_room_for_is_told_to_come_again(api: API, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_OF_ONE", 0)
    answer = api.check(seeded.message("103"))
    assert is_problem(answer, 503)
    assert answer.headers["retry-after"] == "5"


def test_bytes_have_room_too(api: API, monkeypatch: pytest.MonkeyPatch) -> None:
    judging = api.served.site.judging
    monkeypatch.setattr(judging, "_most_bytes", 1000)
    assert is_problem(api.check(b"x" * 2000), 503)
    monkeypatch.undo()
    assert api.check(seeded.message("103")).status_code == 200
    assert judging.taken == 0
