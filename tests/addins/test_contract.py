"""One contract for every front end: what each sends is taken, and what each gets is what its payload says (issue 7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.addins.exchanges import PAYLOADS, TOLD_HEADERS, Exchange, exchanges, fill, judging, serving, shape
from tests.web.api import client, generating
from tests.web.api.asking import give
from tests.web.review import seeded
from tests.web.served import Served
from vigie.judge.examine import Examiner
from vigie.judge.export import case_object
from vigie.ledger.token_types import Use

FRONT_ENDS = {"thunderbird", "outlook", "roundcube", "folder", "client"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("contract")) as pages:
        fill(pages)
        yield pages


def test_every_front_end_has_payloads() -> None:
    assert {exchange.told["of"] for exchange in exchanges()} == FRONT_ENDS
    assert len(exchanges()) == len(list(PAYLOADS.iterdir()))


@pytest.mark.parametrize(
    "exchange", [one for one in exchanges() if one.told["of"] != "folder"], ids=lambda one: one.name
)
def test_the_api_answers_what_the_payload_says(served: Served, exchange: Exchange) -> None:
    answer, told = exchange.replay(served), exchange.told["answer"]
    assert answer.status_code == told["status"], answer.text
    assert {name: answer.headers[name] for name in TOLD_HEADERS if name in answer.headers} == told["headers"]
    assert shape(answer.json() if answer.content else None) == shape(told["body"])


@pytest.mark.parametrize(
    "exchange", [one for one in exchanges() if one.told["of"] == "folder"], ids=lambda one: one.name
)
def test_a_folder_gets_the_same_case(served: Served, exchange: Exchange) -> None:
    """It asks nobody: the service judges in its own processes, and what it makes of the message is what the API says of it."""
    told = {**case_object(Examiner(judging()).examine(exchange.body, now=datetime.now(UTC))), "kind": "mail"}
    assert shape(told) == shape(exchange.told["answer"]["body"])
    assert shape(exchange.replay(served).json()) == shape(told)


def test_what_was_not_judged_yet_is_nothing_and_never_genuine(served: Served) -> None:
    """W-32: a mail that is opened before the scan has no record; whoever asks about it itself is answered at once."""
    one = client.Client(served.origin, give(served, *Use)[1])
    mail = seeded.message(seeded.LOOKALIKE)
    case = one.check(mail)
    assert one.records(message_id=case["message_id"], sha256=case["sha256"]) == {"records": []}
    assert case["verdict"] == "impersonation"


def test_the_client_is_the_one_that_the_description_gives() -> None:
    assert generating.render() == (PAYLOADS.parent.parent / "web" / "api" / "client.py").read_text("utf-8")


def test_the_client_asks_like_a_program(served: Served) -> None:
    one = client.Client(served.origin, give(served, *Use)[1])
    fraud = seeded.message(seeded.DISGUISED)
    assert one.check(fraud)["verdict"] == "impersonation"
    assert (
        one.check_text("AMELI: votre carte vitale expire, https://ameli-carte.example", medium="sms").get("kind")
        == "sms"
    )
    first, again = (one.reports(fraud, consent=True) for _ in range(2))
    assert (first["id"], again["known"]) == (again["id"], True)
    sha256 = seeded.case(seeded.GENUINE, 2).sha256
    (known,) = one.records(message_id=seeded.case(seeded.GENUINE, 2).message_id, sha256=sha256)["records"]
    assert (known["verdict"], known["account"]) == ("genuine", "accueil")
    with pytest.raises(client.ProblemError, match="422"):
        one.reports(fraud)
    with pytest.raises(client.ProblemError) as refused:
        client.Client(served.origin, f"vig_{'A' * 43}").check(fraud)
    assert (refused.value.status, refused.value.retry_after_s) == (401, None)
