"""What the add-ins send and get, one file each in payloads/: replayed against the real API, and served to the add-ins' own tests.

    {"of": "thunderbird", "token": ["check"],
     "request": {"method": "POST", "path": "/api/v1/check", "headers": {...}, "before": "X-Mozilla-Status: 0001\\r\\n", "sample": "132"},
     "answer": {"status": 200, "headers": {...}, "body": {...}}}

`sample`: the message of that golden case (tests/samples), between `before` and `after`; or `json`: a body; or `text`: one, letter by
letter. `token`: what the token is good for; null: none, "bad": one that is not good, "entra": one of Microsoft. `{sha256}` and
`{message_id}` in a path are those of the sample `about`. `by_hand`: why nobody was seen to send it; every other request was recorded
(recorded.py).
The answers are written by `python -m tests.addins.exchanges` from what the API says; the tests compare their shape and what is decided.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

from tests.web.api.asking import give
from tests.web.conftest import MAILBOXES
from tests.web.review import seeded
from tests.web.served import Served, serve
from vigie.auth_checks.settings import DnsSettings
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.ledger.token_types import Use

PAYLOADS: Final = Path(__file__).parent / "payloads"
ADDIN: Final = "https://addin.example.org"
"""In `[web.api] origins`."""
TOLD_HEADERS: Final = (
    "access-control-allow-origin",
    "cache-control",
    "content-type",
    "retry-after",
    "www-authenticate",
)
SAME: Final = frozenset(
    ("verdict", "kind", "brand", "known", "status", "title", "type", "sha256", "message_id", "account", "decision")
)
"""Keys whose values an add-in acts upon."""
OPEN: Final = frozenset(("authentication", "findings", "links", "error"))
"""Keys of which no add-in looks inside."""


@dataclass(frozen=True)
class Exchange:
    """One file."""

    name: str
    told: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        """What is sent."""
        request = self.told["request"]
        if "json" in request:
            return json.dumps(request["json"]).encode()
        if "text" in request:
            return str(request["text"]).encode()
        sample = seeded.message(request["sample"]) if "sample" in request else b""
        return str(request.get("before", "")).encode() + sample + str(request.get("after", "")).encode()

    def replay(self, served: Served) -> httpx.Response:
        """Asks a real server the same."""
        request = self.told["request"]
        headers = dict(request.get("headers", {}))
        if (secret := _secret(self.told["token"], served)) is not None:
            headers["Authorization"] = f"Bearer {secret}"
        raw = seeded.message(request["about"]) if "about" in request else b""
        path = request["path"].format(
            sha256=hashlib.sha256(raw).hexdigest(), message_id=quote(message_id(raw), safe="")
        )
        with httpx.Client(base_url=served.origin, timeout=60) as http:
            return http.request(request["method"], path, content=self.body or None, headers=headers)


def exchanges() -> list[Exchange]:
    """All of them."""
    return [Exchange(file.stem, json.loads(file.read_text("utf-8"))) for file in sorted(PAYLOADS.glob("*.json"))]


def judging() -> JudgeSettings:
    """By which they are judged."""
    return JudgeSettings(
        dns=DnsSettings(zone_file=seeded.SAMPLES[seeded.GENUINE] / "dns.toml"),
        limits=LimitSettings(workers=2, wall_s=30, ocr=False),
    )


def serving(folder: Path) -> Any:
    """The server that they are replayed against: two mailboxes, the name servers of a golden mail."""
    return serve(folder, mailboxes=MAILBOXES, judge=judging(), api={"origins": (ADDIN,), "message_bytes": 64 * 1024})


def fill(served: Served) -> None:
    """What the scanner has judged already: a fraud and a genuine mail."""
    for uid, sample in enumerate((seeded.DISGUISED, seeded.GENUINE), 1):
        seeded.left(served.ledger, seeded.case(sample, uid))


def shape(value: object, key: str = "") -> object:
    """Keys and types; of what is acted upon the value, of lists what any of their items has."""
    if key in OPEN:
        return type(value).__name__
    if isinstance(value, dict):
        return {name: shape(one, name) for name, one in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if key in SAME:
        return value
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _secret(token: object, served: Served) -> str | None:
    if isinstance(token, list):
        return give(served, *map(Use, token))[1]
    known = {"bad": f"vig_{'A' * 43}", "entra": "eyJhbGciOiJSUzI1NiJ9.eyJ2ZXIiOiIyLjAifQ.AAAA"}
    return None if token is None else known[str(token)]


def message_id(raw: bytes) -> str:
    """Of its header."""
    found = re.search(rb"^message-id:\s*(<[^>]*>)", raw, re.IGNORECASE | re.MULTILINE)
    return found[1].decode() if found is not None else ""


def _settled(value: object, key: str = "") -> object:
    """What is another one each time does not change the file."""
    if isinstance(value, dict):
        return {name: _settled(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_settled(one) for one in value]
    return {"elapsed_ms": 1.5, "id": "yxm2ssvc24ht"}.get(key, value)


def _write() -> None:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        fill(served)
        for exchange in exchanges():
            answer = exchange.replay(served)
            headers = {name: answer.headers[name] for name in TOLD_HEADERS if name in answer.headers}
            body = _settled(answer.json() if answer.content else None)
            told = {**exchange.told, "answer": {"status": answer.status_code, "headers": headers, "body": body}}
            text = json.dumps(told, ensure_ascii=False, indent=1)
            (PAYLOADS / f"{exchange.name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
