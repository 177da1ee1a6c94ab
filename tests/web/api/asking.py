"""A program that asks, with a token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from tests.web.served import ROOT, Served
from vigie.ledger.people import new_id
from vigie.ledger.people_types import Told
from vigie.ledger.review_types import Scope
from vigie.ledger.token_types import Token, Use
from vigie.ledger.tokens import fresh

MAIL = "message/rfc822"


def give(served: Served, *uses: Use, accounts: Scope = None, days: float = 1) -> tuple[Token, str]:
    """A token that is good."""
    at, secret = served.clock(), fresh()
    token = Token(new_id(), "programme", frozenset(uses), accounts, ROOT.who, at, at + timedelta(days=days))
    assert served.ledger.tokens.add(token, secret, ROOT) is Told.DONE
    return token, secret


@dataclass(frozen=True)
class API:
    """Asks with a token that is good for everything, or with another one."""

    served: Served
    http: httpx.Client
    secret: str

    def headers(self, secret: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret if secret is None else secret}"}

    def check(self, raw: bytes, kind: str = MAIL, path: str = "/api/v1/check", **headers: str) -> httpx.Response:
        told = {**self.headers(), "Content-Type": kind} | {key.replace("_", "-"): text for key, text in headers.items()}
        return self.http.post(path, content=raw, headers=told)

    def text(self, **body: Any) -> httpx.Response:
        return self.http.post("/api/v1/check", json=body, headers=self.headers())

    def get(self, path: str, secret: str | None = None, **query: str) -> httpx.Response:
        return self.http.get(path, params=query, headers=self.headers(secret))


def asked(served: Served) -> API:
    _, secret = give(served, *Use)
    return API(served, httpx.Client(base_url=served.origin, timeout=60), secret)
