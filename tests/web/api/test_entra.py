"""Tokens of Microsoft Entra (W-09): a real server gives the keys, and whatever a token could say wrongly is refused alike."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from tests.servers.oidc import Oidc
from tests.servers.signing import Signing, claims, hmac_signed, part, swapped
from tests.web.api.test_check import is_problem
from tests.web.conftest import MAILBOXES
from tests.web.served import Served, serve
from vigie.web.oidc import keyring
from vigie.web.settings import EntraSettings

TENANT, OTHER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
STRANGE = "33333333-3333-3333-3333-333333333333"
CLIENT, ADD_IN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
TENANTS = (
    {"id": TENANT, "name": "Outlook de la mairie", "uses": ("check",), "accounts": ("accueil",)},
    {"id": OTHER, "uses": ("records", "report")},
)
ANOTHER = Signing()
Told = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """The API, as an add-in asks it."""

    served: Served
    idp: Oidc
    http: httpx.Client

    def claims(self, tenant: str = TENANT, **changes: object) -> Told:
        """Of this provider."""
        return claims(self.idp.issuer, tenant, CLIENT, **changes)

    def ask(self, secret: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "message/rfc822"}
        return self.http.post("/api/v1/check", content=b"", headers=headers)

    def opens(self, **changes: Any) -> bool:
        """The empty message of a good token gets 422; a bad one 401, before anything is read."""
        return self.ask(self.idp.signing.token(self.claims(**changes))).status_code == 422


def asking(served: Served, idp: Oidc) -> Asked:
    return Asked(served, idp, httpx.Client(base_url=served.origin, timeout=60))


@pytest.fixture
def asked(tmp_path: Path, oidc: Oidc) -> Iterator[Asked]:
    entra = {"client_id": CLIENT, "tenants": TENANTS, "authority": oidc.issuer, "ca_file": oidc.ca, "timeout_s": 30.0}
    oidc.asked.clear()
    with serve(tmp_path, mailboxes=MAILBOXES, api={"entra": entra}) as served:
        yield asking(served, oidc)
    oidc.keys = None


def test_a_person_of_a_tenant_asks_what_her_tenant_may(asked: Asked, caplog: pytest.LogCaptureFixture) -> None:
    assert asked.opens()
    assert asked.opens(scp="access_as_user")
    assert [path for path, _ in asked.idp.asked] == [f"/{TENANT}/discovery/v2.0/keys"]  # kept, not asked for each time
    told = asked.idp.signing.token(asked.claims(OTHER))
    assert is_problem(asked.ask(told), 403)
    answer = asked.http.get("/api/v1/records?message_id=x", headers={"Authorization": f"Bearer {told}"})
    assert (answer.status_code, answer.json()) == (200, {"records": []})
    assert told not in caplog.text


BAD: dict[str, Callable[[Asked, Signing], str]] = {
    "unsigned": lambda here, key: f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(here.claims())}.",
    "unsigned, with a signature": lambda here, key: f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(here.claims())}.AAAA",
    "HMAC with the public key": lambda here, key: hmac_signed(key.pem, here.claims()),
    "HMAC that says it is RSA": lambda here, key: hmac_signed(key.pem, here.claims(), alg="RS256"),
    "another key of the same name": lambda here, key: ANOTHER.token(here.claims()),
    "a key that is not published": lambda here, key: ANOTHER.token(here.claims(), kid="two"),
    "its own key in the header": lambda here, key: ANOTHER.token(here.claims(), jwk=ANOTHER.public),
    "an address of its own key": lambda here, key: ANOTHER.token(
        here.claims(), jku=f"{here.idp.issuer}/keys", kid="two"
    ),
    "changed after it was signed": lambda here, key: swapped(key, here.claims()),
    "the signature cut off": lambda here, key: key.token(here.claims()).rpartition(".")[0] + ".",
    "with a demand": lambda here, key: key.token(here.claims(), crit=["exp"]),
    "an access token of another kind": lambda here, key: key.token(here.claims(), typ="at+jwt"),
    "a tenant that is not known": lambda here, key: key.token(here.claims(STRANGE)),
    "a tenant in capitals": lambda here, key: key.token(here.claims() | {"tid": CLIENT.upper()}),
    "no tenant": lambda here, key: key.token(here.claims(tid=None)),
    "a tenant that is a list": lambda here, key: key.token(here.claims() | {"tid": [TENANT]}),
    "a tenant that leads elsewhere": lambda here, key: key.token(here.claims() | {"tid": f"../{TENANT}"}),
    "another tenant in the issuer": lambda here, key: key.token(here.claims(iss=f"{here.idp.issuer}/{OTHER}/v2.0")),
    "another tenant's name, this one's issuer": lambda here, key: key.token(here.claims() | {"tid": OTHER}),
    "another authority": lambda here, key: key.token(here.claims(iss=f"https://login.example/{TENANT}/v2.0")),
    "the issuer with a slash": lambda here, key: key.token(here.claims(iss=f"{here.idp.issuer}/{TENANT}/v2.0/")),
    "no issuer": lambda here, key: key.token(here.claims(iss=None)),
    "version 1.0": lambda here, key: key.token(here.claims(ver="1.0", iss=f"https://sts.windows.net/{TENANT}/")),
    "no version": lambda here, key: key.token(here.claims(ver=None)),
    "for another application": lambda here, key: key.token(here.claims(aud=ADD_IN)),
    "for Microsoft Graph": lambda here, key: key.token(here.claims(aud="00000003-0000-0000-c000-000000000000")),
    "for several": lambda here, key: key.token(here.claims(aud=[CLIENT, ADD_IN])),
    "for nobody": lambda here, key: key.token(here.claims(aud=None)),
    "made for another application": lambda here, key: key.token(here.claims(azp=ADD_IN)),
    "made for nobody": lambda here, key: key.token(here.claims(azp=None)),
    "another scope": lambda here, key: key.token(here.claims(scp="access_as_user.read User.Read")),
    "no scope: an ID token": lambda here, key: key.token(here.claims(scp=None, nonce="n", azp=None)),
    "no person: a program's own": lambda here, key: key.token(
        here.claims(scp=None, roles=["access_as_user"], idtyp="app")
    ),
    "scopes as a list": lambda here, key: key.token(here.claims(scp=["access_as_user"])),
    "about nobody": lambda here, key: key.token(here.claims(oid=None)),
    "about a number": lambda here, key: key.token(here.claims(oid=7)),
    "about a path": lambda here, key: key.token(here.claims(oid="../x")),
    "over": lambda here, key: key.token(here.claims(exp=int(time.time()) - 120)),
    "without an end": lambda here, key: key.token(here.claims(exp=None)),
    "endless": lambda here, key: key.token(here.claims(exp=1e300)),
    "not good before tomorrow": lambda here, key: key.token(here.claims(nbf=int(time.time()) + 86400)),
    "made tomorrow": lambda here, key: key.token(here.claims(iat=int(time.time()) + 86400)),
    "without its making": lambda here, key: key.token(here.claims(iat=None)),
    "an instant in words": lambda here, key: key.token(here.claims()).replace(".", ".e30.", 1),
    "no token": lambda here, key: "hello",
    "an encrypted one": lambda here, key: "a.b.c.d.e",
    "deep": lambda here, key: f"{part({'alg': 'RS256'})}.{base64.urlsafe_b64encode(b'[' * 9000).decode()}.x",
    "longer than any": lambda here, key: key.token(here.claims(more="x" * 16_000)),
    "no JSON": lambda here, key: f"{part({'alg': 'RS256'})}.eA.x",
    "a list": lambda here, key: f"{part({'alg': 'RS256'})}.{part([1])}.x",
}


def test_bad_tokens_open_nothing_and_are_not_told_why(asked: Asked) -> None:
    """W-09, W-33: one and the same answer, but for its number."""
    key = asked.idp.signing
    assert asked.opens()
    answers = {}
    for name, forge in BAD.items():
        answer = asked.ask(forge(asked, key))
        assert is_problem(answer, 401), (name, answer.text)
        answers[name] = json.dumps({**answer.json(), "id": ""}), answer.headers["www-authenticate"]
    assert len(set(answers.values())) == 1, answers
    assert asked.opens()
    assert {path for path, _ in asked.idp.asked} == {f"/{TENANT}/discovery/v2.0/keys", f"/{OTHER}/discovery/v2.0/keys"}


def test_keys_are_replaced(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of a new key makes us look again, and not for each such token."""
    assert asked.opens()
    fresh = Signing("two")
    asked.idp.keys = [asked.idp.signing.public, fresh.public]
    told = fresh.token(asked.claims())
    assert [asked.ask(told).status_code for _ in range(3)] == [401] * 3
    assert len(asked.idp.asked) == 1
    monkeypatch.setattr(keyring, "AGAIN_S", 0.0)
    assert asked.ask(told).status_code == 422
    assert asked.opens()


def test_keys_that_cannot_be_had_are_no_refusal(tmp_path: Path, oidc: Oidc, asked: Asked) -> None:
    """The add-in tries again: 503, not 401. One of ours works meanwhile."""
    told = asked.idp.signing.token(asked.claims())
    asked.idp.keys = [{"x": "y" * 2_000_000}]
    assert is_problem(asked.ask(told), 503)
    elsewhere = {"client_id": CLIENT, "tenants": TENANTS, "authority": "https://127.0.0.1:9", "timeout_s": 2.0}
    (tmp_path / "away").mkdir()
    with serve(tmp_path / "away", mailboxes=MAILBOXES, api={"entra": elsewhere}) as served:
        away = asking(served, oidc)
        answer = away.ask(oidc.signing.token(away.claims(iss=f"https://127.0.0.1:9/{TENANT}/v2.0")))
        assert is_problem(answer, 503)
        assert answer.headers["retry-after"] == "10"


def test_without_the_setting_none_is_good(served: Served, oidc: Oidc) -> None:
    here = asking(served, oidc)
    assert is_problem(here.ask(oidc.signing.token(here.claims())), 401)


def test_everybody_has_a_pace_of_her_own_and_nobody_is_named(asked: Asked) -> None:
    """W-22: of a person a hash stands in what is handed in."""
    known = asked.served.app.state.entra
    one, same, other = (
        known.token(asked.idp.signing.token(asked.claims(oid=person)), asked.served.clock())
        for person in ("a", "a", "b")
    )
    assert one.id == same.id != other.id
    assert (one.name, one.accounts) == ("Outlook de la mairie", frozenset({"accueil"}))
    assert "Camille" not in repr(one)


@pytest.mark.parametrize(
    "change",
    [
        {"authority": "http://login.example.org"},
        {"authority": "https://login.example.org/common"},
        {"client_id": "vigie"},
        {"tenants": ({"id": "common"},)},
        {"tenants": ({"id": TENANT}, {"id": TENANT})},
        {"scope": "a b"},
    ],
)
def test_settings_that_would_let_strangers_in(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EntraSettings(**({"client_id": CLIENT, "tenants": TENANTS} | change))
