"""The API of Vigie, for Python 3.11 and its standard library. Written by tests.web.api.generating: change nothing here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener


class Case(TypedDict):
    sha256: str
    message_id: NotRequired[str]
    subject: NotRequired[str]
    author: NotRequired[str]
    verdict: Literal["impersonation", "suspicious", "undecided", "genuine", "unrelated"]
    brand: NotRequired[str | None]
    authentication: NotRequired[dict[str, Any] | None]
    findings: list[dict[str, Any]]
    decided_by: NotRequired[int]
    links: NotRequired[list[dict[str, Any]]]
    explanation: dict[str, str]
    advice: dict[str, list[str]]
    elapsed_ms: NotRequired[float]
    kind: NotRequired[Literal["mail", "sms", "letter", "call"]]
    error: NotRequired[dict[str, Any]]


class Report(TypedDict):
    id: str
    known: bool
    case: Case


class Record(TypedDict):
    id: str
    account: str
    sha256: str
    message_id: str
    verdict: Literal["impersonation", "suspicious", "undecided", "genuine", "unrelated"]
    brand: str | None
    judged_at: str
    decision: Literal["released", "confirmed", None]


class Records(TypedDict):
    records: list[Record]


class ProblemError(Exception):
    """What the server says that cannot be (RFC 9457)."""

    def __init__(self, status: int, detail: str, retry_after_s: int | None) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail, self.retry_after_s = status, detail, retry_after_s


class _Straight(HTTPRedirectHandler):
    """A token goes to its own server and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


class Client:
    """Asks one server, with one token. Every method raises ProblemError, and OSError where nobody answers."""

    def __init__(self, base_url: str, token: str, *, timeout_s: float = 60.0) -> None:
        self._base, self._token, self._timeout_s = base_url.rstrip("/"), token, timeout_s
        self._opener = build_opener(_Straight)

    def check(self, mail: bytes) -> Case:
        """Is this one real?"""
        told: Case = self._ask("POST", "/api/v1/check", {}, "message/rfc822", mail)
        return told

    def check_text(self, text: str, *, medium: Literal["sms", "letter", "call", "guess"] = "guess") -> Case:
        """Is this one real?"""
        told: Case = self._ask(
            "POST", "/api/v1/check", {}, "application/json", json.dumps({"text": text, "medium": medium}).encode()
        )
        return told

    def reports(self, mail: bytes, *, consent: bool = False) -> Report:
        """Somebody reports a message"""
        told: Report = self._ask("POST", "/api/v1/reports", {"consent": consent}, "message/rfc822", mail)
        return told

    def records(self, *, message_id: str, sha256: str | None = None) -> Records:
        """What became of it?"""
        told: Records = self._ask("GET", "/api/v1/records", {"message_id": message_id, "sha256": sha256})
        return told

    def _ask(
        self, method: str, path: str, query: Mapping[str, Any], kind: str | None = None, body: bytes | None = None
    ) -> Any:
        given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        asked = urlencode({name: value for name, value in given.items() if value is not None})
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if kind is not None:
            headers["Content-Type"] = kind
        url = f"{self._base}{path}" + (f"?{asked}" if asked else "")
        try:
            with self._opener.open(Request(url, body, headers, method=method), timeout=self._timeout_s) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise _problem(error) from None


def _problem(error: HTTPError) -> ProblemError:
    try:
        detail = str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        detail = error.reason
    later = error.headers.get("Retry-After", "")
    return ProblemError(error.code, detail, int(later) if later.isdecimal() else None)
