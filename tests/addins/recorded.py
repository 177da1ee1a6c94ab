"""What a front end was seen to send is what its file in payloads/ says: an add-in that changes what it sends fails.

`python -m tests.addins.recorded` runs the tests that have "recorded" in their names with VIGIE_RECORDING set: `same` then writes what was
seen into the file's `request`. The file has to be there, with `of`, `token` and, in its `request`, the golden case that was opened
(`sample`, `about`). Afterwards `python -m tests.addins.exchanges` asks the API for the answers.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.addins.exchanges import ADDIN, PAYLOADS, Exchange, message_id
from tests.servers.cutter import Cutter
from tests.web.review import seeded

RECORDING: Final = "VIGIE_RECORDING"
TESTS: Final = ("tests/addins", "tests/outlook")
CARRIED: Final = frozenset(
    (
        "accept-encoding accept-language authorization cache-control connection content-length expect host pragma"
        " priority te user-agent"
    ).split()
)
"""Header fields that HTTP needs or a browser adds, and the token, which is looked at apart. `Referer` and `Cookie` are none of these:
who sends one of them sends too much."""
TOKENS: Final = {"entra": r"Bearer [\w-]+\.[\w-]+\.[\w-]+", None: ""}
OURS: Final = r"Bearer vig_[\w-]{43}"
_BORDER: Final = re.compile(r"vigie-0\.\d+(?:e-\d+)?-\d{13}")
"""Of the parts that the Outlook add-in puts together: another one each time."""


@dataclass(frozen=True)
class Heard:
    """One request as it went over a wire (RFC 9112). `headers`: names in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def heard(wire: Cutter) -> list[Heard]:
    """All whose header came through, connection by connection. Who is refused at once may not get all of his body through."""
    return [one for line in wire.calls for one in _requests(bytes(line))]


def same(name: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
    """Fails where this is not the `request` of payloads/<name>.json; when recording, makes it that.

    `headers` are all that were sent, or at least those that were set on purpose. Of `Authorization` the kind is compared, of `Origin` that
    there is one: where an add-in lies is each organisation's own.
    """
    file = PAYLOADS / f"{name}.json"
    told = json.loads(file.read_text("utf-8"))
    sent = {field.lower(): text for field, text in headers.items()}
    token = TOKENS[told["token"]] if told["token"] in (None, "entra") else OURS
    assert re.fullmatch(token, sent.get("authorization", "")), f"{name}: another kind of token, or none"
    if len(body) < int(sent.get("content-length", 0)) and told["answer"]["status"] >= 400:
        whole = Exchange(name, told).body
        assert whole.startswith(body), f"{name}: another body"
        body = whole
    found = _request(told["request"], method, path, sent, body)
    if os.environ.get(RECORDING):
        text = json.dumps({**told, "request": found}, ensure_ascii=False, indent=1)
        file.write_text(text + "\n", encoding="utf-8")
        return
    assert found == told["request"], name


def _request(told: Mapping[str, Any], method: str, path: str, sent: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """What was seen, as it is written down. `told`: what the file says, of which golden case it is about."""
    made: dict[str, Any] = {"method": method, "path": path, "headers": _on_purpose(sent)}
    if about := told.get("about"):
        raw = seeded.message(about)
        path = path.replace(hashlib.sha256(raw).hexdigest(), "{sha256}")
        made |= {"path": path.replace(quote(message_id(raw), safe=""), "{message_id}"), "about": about}
    return made | _body(told.get("sample"), sent.get("content-type", ""), body)


def _on_purpose(sent: Mapping[str, str]) -> dict[str, str]:
    kept = {
        field.title(): ADDIN if field == "origin" else text
        for field, text in sent.items()
        if field not in CARRIED and not field.startswith("sec-") and (field, text) != ("accept", "*/*")
    }
    return dict(sorted(kept.items()))


def _body(sample: str | None, kind: str, body: bytes) -> dict[str, Any]:
    raw = seeded.message(sample) if sample is not None else b""
    if sample is not None and raw in body:
        before, _, after = body.decode("latin-1").partition(raw.decode("latin-1"))
        found = {"before": before, "sample": sample, "after": after}
        return {key: text for key, text in found.items() if text}
    if kind == "application/json":
        return {"json": json.loads(body)}
    return {"text": _BORDER.sub("vigie-border", body.decode("utf-8"))} if body else {}


def _requests(line: bytes) -> list[Heard]:
    found = []
    while line:
        head, end, rest = line.partition(b"\r\n\r\n")
        first, *fields = head.decode("latin-1").split("\r\n")
        headers = {field.partition(":")[0].lower(): field.partition(":")[2].strip() for field in fields}
        assert "transfer-encoding" not in headers, "its end is not known from its length"
        length = int(headers.get("content-length", 0))
        if not end:
            break  # was cut off
        method, path, _ = first.split(" ")
        found.append(Heard(method, path, headers, rest[:length]))
        line = rest[length:]
    return found


if __name__ == "__main__":
    os.environ[RECORDING] = "1"
    sys.exit(pytest.main(["-q", "-k", "recorded", *(sys.argv[1:] or TESTS)]))
