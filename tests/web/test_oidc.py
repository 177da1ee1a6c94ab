"""Signing in with an identity provider: a real one on loopback, over TLS, and everything that it could be made to say wrongly."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.servers.oidc import Oidc
from tests.servers.signing import Signing, hmac_signed, part, swapped
from tests.web.conftest import MAILBOXES
from tests.web.served import ROOT, Browser, Served, kept_password, serve, text
from vigie.ledger.people_types import ALL_RIGHTS, Invitation, Rights, Role, Told
from vigie.web import cookies
from vigie.web.oidc.keyring import AT_ONCE

GROUPS = (
    {"name": "securite", "role": "admin"},
    {"name": "accueil", "role": "reviewer", "accounts": ("accueil",)},
    {"name": "compta", "role": "reviewer", "accounts": ("compta",)},
    {"name": "tous", "role": "reader"},
)
ANOTHER = Signing()
SHORT = Signing("short", 1024)


@pytest.fixture
def idp(oidc: Oidc) -> Iterator[Oidc]:
    """The provider, as it was made."""
    yield oidc
    oidc.claims, oidc.forge, oidc.keys, oidc.discovery, oidc.authorizes_as = {}, None, None, {}, "somebody"
    oidc.faults.clear()


@pytest.fixture
def pages(tmp_path: Path, idp: Oidc) -> Iterator[Served]:
    """People of two groups come in; a public client."""
    with serve(tmp_path, mailboxes=MAILBOXES, oidc=settings(idp, groups=GROUPS)) as served:
        yield served


def settings(idp: Oidc, **changes: Any) -> dict[str, Any]:
    return {"issuer": idp.issuer, "client_id": "vigie", "ca_file": idp.ca, "timeout_s": 30.0} | changes


def leave(browser: Browser, path: str = "/sign-in/provider?next=/accounts") -> str:
    """The address of the provider that the browser is sent to."""
    left = browser.get(path)
    assert left.status_code == 303, left.text
    return left.headers["location"]


def agree(idp: Oidc, address: str) -> str:
    """Somebody agrees there: the path that leads back to us."""
    with httpx.Client(verify=ssl.create_default_context(cafile=str(idp.ca)), timeout=60) as http:
        back = urlsplit(http.get(address).headers["location"])
    return f"{back.path}?{back.query}"


def come(browser: Browser, idp: Oidc) -> httpx.Response:
    return browser.get(agree(idp, leave(browser)))


def test_a_member_of_a_group_comes_in_with_the_rights_of_the_group(pages: Served, idp: Oidc) -> None:
    idp.claims = {"groups": ["compta", "other"], "preferred_username": "Yasmine"}
    browser = pages.browser()
    done = come(browser, idp)
    assert (done.status_code, done.headers["location"]) == (303, "/accounts")
    page = text(browser.get("/accounts"))
    assert "compta@example.org" in page
    assert "accueil@example.org" not in page
    user = pages.ledger.people.linked(idp.issuer, "sub-somebody")
    assert user is not None
    assert (user.name, user.rights) == ("Yasmine", Rights(Role.REVIEWER, frozenset({"compta"})))
    idp.claims = {"groups": ["compta", "accueil"], "preferred_username": "Yasmine"}
    come(pages.browser(), idp)
    assert "accueil@example.org" in text(browser.get("/accounts"))  # the session from before knows, too
    idp.claims = {"groups": []}
    assert "said=wrong.provider_unknown" in come(pages.browser(), idp).headers["location"]


def test_what_is_asked_of_the_provider(pages: Served, idp: Oidc) -> None:
    asked = parse_qs(urlsplit(leave(pages.browser())).query)
    assert asked["redirect_uri"] == [f"{pages.origin}/sign-in/provider/done"]
    assert (asked["response_type"], asked["code_challenge_method"]) == (["code"], ["S256"])
    assert len(asked["nonce"][0]) == len(asked["code_challenge"][0]) == 43
    again = parse_qs(urlsplit(leave(pages.browser())).query)
    for key in ("state", "nonce", "code_challenge"):
        assert asked[key] != again[key]


def test_the_client_secret_is_sent_as_basic(tmp_path: Path, idp: Oidc) -> None:
    oidc = settings(idp, client_id="vigie-server", groups=GROUPS)
    idp.claims = {"groups": ["tous"]}
    with serve(tmp_path, oidc=oidc, client_secret=idp.client_secret) as pages:
        assert come(pages.browser(), idp).headers["location"] == "/accounts"
    assert idp.headers[-1]["Authorization"].startswith("Basic ")


def invited(pages: Served) -> str:
    token, now = cookies.fresh(), pages.clock()
    ends = now.replace(year=now.year + 1)
    rights = Rights(Role.REVIEWER, frozenset({"accueil"}))
    assert pages.ledger.people.invite(Invitation("one", rights, "", now, ends), token, ROOT) is Told.DONE
    return token


def test_an_invitation_is_accepted_with_the_provider_once(tmp_path: Path, idp: Oidc) -> None:
    with serve(tmp_path, oidc=settings(idp), mailboxes=MAILBOXES) as pages:
        assert "provider_unknown" in come(pages.browser(), idp).headers["location"]
        token, browser = invited(pages), pages.browser()
        assert idp.issuer.split("/")[2] in text(browser.get(f"/invitation/{token}"))
        away = leave(browser, f"/invitation/{token}/provider")
        assert browser.get(agree(idp, away)).headers["location"] == "/"
        user = pages.ledger.people.linked(idp.issuer, "sub-somebody")
        assert user is not None
        assert user.rights == Rights(Role.REVIEWER, frozenset({"accueil"}))
        assert pages.browser().get(f"/invitation/{token}").status_code == 404
        assert come(pages.browser(), idp).headers["location"] == "/accounts"  # from now on without one
        idp.authorizes_as = "else"
        assert "provider_unknown" in come(pages.browser(), idp).headers["location"]
        pages.ledger.people.set_disabled(user.id, ROOT, disabled=True, at=pages.clock())
        idp.authorizes_as = "somebody"
        assert "provider_unknown" in come(pages.browser(), idp).headers["location"]


def test_an_answer_fits_one_browser_once(pages: Served, idp: Oidc) -> None:
    idp.claims = {"groups": ["tous"]}
    browser, other = pages.browser(), pages.browser()
    back = agree(idp, leave(browser))
    leave(other)
    assert "provider_again" in other.get(back).headers["location"]  # login CSRF: somebody else's answer
    assert "provider_again" in pages.browser().get(back).headers["location"]
    assert browser.get(back).headers["location"] == "/accounts"
    assert "provider_again" in browser.get(back).headers["location"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("iss=https%3A%2F%2Fother.example", "provider_refused"),  # mix-up, RFC 9207
        ("iss=", "provider_refused"),
        ("state=x.Lw", "provider_again"),
        ("code=", "provider_denied"),
        ("error=access_denied", "provider_denied"),
        ("code=unknown", "provider_away"),
    ],
)
def test_a_changed_answer_opens_nothing(pages: Served, idp: Oidc, change: str, said: str) -> None:
    idp.claims = {"groups": ["tous"]}
    browser = pages.browser()
    back = urlsplit(agree(idp, leave(browser)))
    name = change.partition("=")[0]
    kept = "&".join(part for part in back.query.split("&") if not part.startswith(f"{name}="))
    done = browser.get(f"{back.path}?{kept}&{change}")
    assert said in done.headers["location"]
    assert pages.ledger.people.users(ROOT) == []


def test_an_answer_without_the_promised_issuer_opens_nothing(pages: Served, idp: Oidc) -> None:
    browser = pages.browser()
    back = urlsplit(agree(idp, leave(browser)))
    kept = "&".join(part for part in back.query.split("&") if not part.startswith("iss="))
    assert "provider_refused" in browser.get(f"{back.path}?{kept}").headers["location"]


BAD = {
    "unsigned": lambda key, told: f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(told)}.",
    "unsigned, in capitals": lambda key, told: f"{part({'alg': 'NONE'})}.{part(told)}.",
    "HMAC with the public key": lambda key, told: hmac_signed(key.pem, told),
    "HMAC with the client's id": lambda key, told: hmac_signed(b"vigie", told),
    "HMAC with nothing": lambda key, told: hmac_signed(b"", told),
    "HMAC that says it is RSA": lambda key, told: hmac_signed(key.pem, told, alg="RS256"),
    "another key of the same name": lambda key, told: ANOTHER.token(told),
    "a key that is not published": lambda key, told: ANOTHER.token(told, kid="two"),
    "its own key in the header": lambda key, told: ANOTHER.token(told, jwk=ANOTHER.public),
    "an address of its own key": lambda key, told: ANOTHER.token(told, jku="https://127.0.0.1/keys", kid="two"),
    "changed after it was signed": swapped,
    "the signature cut off": lambda key, told: key.token(told).rpartition(".")[0] + ".",
    "another issuer": lambda key, told: key.token(told | {"iss": "https://other.example"}),
    "the issuer with a slash": lambda key, told: key.token(told | {"iss": f"{told['iss']}/"}),
    "no issuer": lambda key, told: key.token({k: v for k, v in told.items() if k != "iss"}),
    "for another application": lambda key, told: key.token(told | {"aud": "other"}),
    "for others": lambda key, told: key.token(told | {"aud": ["other", "third"]}),
    "for us and another, made for nobody": lambda key, told: key.token(told | {"aud": ["vigie", "other"]}),
    "made for another": lambda key, told: key.token(told | {"azp": "other"}),
    "for nobody": lambda key, told: key.token(told | {"aud": []}),
    "over": lambda key, told: key.token(told | {"exp": int(str(told["iat"])) - 120}),
    "without an end": lambda key, told: key.token({k: v for k, v in told.items() if k != "exp"}),
    "endless": lambda key, told: key.token(told | {"exp": 1e300}),
    "an end in words": lambda key, told: (
        key.token(told).partition(".")[0] + "." + key.token(told).partition(".")[2][::-1]
    ),
    "of tomorrow": lambda key, told: key.token(told | {"iat": int(str(told["iat"])) + 86400}),
    "not good before tomorrow": lambda key, told: key.token(told | {"nbf": int(str(told["iat"])) + 86400}),
    "of yesterday": lambda key, told: key.token(told | {"iat": int(str(told["iat"])) - 86400}),
    "of another sign-in": lambda key, told: key.token(told | {"nonce": "x" * 43}),
    "of no sign-in": lambda key, told: key.token({k: v for k, v in told.items() if k != "nonce"}),
    "about nobody": lambda key, told: key.token({k: v for k, v in told.items() if k != "sub"}),
    "about an empty name": lambda key, told: key.token(told | {"sub": ""}),
    "about a long name": lambda key, told: key.token(told | {"sub": "x" * 256}),
    "an access token": lambda key, told: key.token(told, typ="at+jwt"),
    "with a demand": lambda key, told: key.token(told, crit=["exp"]),
    "no token": lambda key, told: "hello",
    "an encrypted one": lambda key, told: "a.b.c.d.e",
    "deep": lambda key, told: f"{part({'alg': 'RS256'})}.{base64.urlsafe_b64encode(b'[' * 9000).decode()}.x",
}


def test_bad_tokens_open_nothing(pages: Served, idp: Oidc) -> None:
    """W-07: every one of them, through the real provider and the real pages."""
    idp.claims = {"groups": ["securite"]}
    assert len(BAD) >= 15
    for name, forge in BAD.items():
        idp.forge = forge
        browser = pages.browser()
        done = come(browser, idp)
        assert "said=wrong.provider_refused" in done.headers["location"], (name, done.headers["location"])
        assert browser.get("/accounts").headers["location"].startswith("/sign-in"), name
    assert pages.ledger.people.users(ROOT) == []
    idp.forge = None
    assert come(pages.browser(), idp).headers["location"] == "/accounts"


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [SHORT.public | {"kid": "one"}],
        [ANOTHER.public | {"use": "enc"}],
        [ANOTHER.public, ANOTHER.public],
        [{"kty": "oct", "kid": "one", "k": "AAAA"}],
        [{"kty": "RSA", "kid": "one", "n": "AQ", "e": "AQAB"}],
        [ANOTHER.public | {"alg": "RS512"}],
    ],
    ids=["none", "short", "for encryption", "two of one name", "symmetric", "tiny", "for another algorithm"],
)
def test_bad_keys_prove_nothing(pages: Served, idp: Oidc, keys: list[dict[str, object]]) -> None:
    idp.keys, idp.claims = keys, {"groups": ["securite"]}
    short = bool(keys) and keys[0].get("n") == SHORT.public["n"]
    idp.forge = lambda _, told: (SHORT if short else ANOTHER).token(told, kid="one")
    assert "provider_refused" in come(pages.browser(), idp).headers["location"]
    assert pages.ledger.people.users(ROOT) == []


@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://other.example"}, {"jwks_uri": "http://127.0.0.1/keys"}, {"token_endpoint": None}],
    ids=["calls itself otherwise", "keys without TLS", "no token endpoint"],
)
def test_a_provider_that_cannot_be_right_is_not_asked(pages: Served, idp: Oidc, discovery: dict[str, object]) -> None:
    idp.discovery = discovery
    assert pages.browser().get("/sign-in/provider").status_code == 503


def test_a_provider_that_is_away_loses_nobody(pages: Served, idp: Oidc) -> None:
    idp.claims = {"groups": ["tous"]}
    browser = pages.browser()
    back = agree(idp, leave(browser))
    idp.stop_once()
    assert "provider_away" in browser.get(back).headers["location"]
    assert come(pages.browser(), idp).headers["location"] == "/accounts"


def test_a_provider_that_says_nothing_keeps_few_waiting(tmp_path: Path) -> None:
    """W-07: anybody can begin a sign-in; the pages for everybody else go on."""
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(45) as pool:
        told = {"issuer": f"https://127.0.0.1:{silent.getsockname()[1]}", "client_id": "vigie", "timeout_s": 60.0}
        with serve(tmp_path, mailboxes=MAILBOXES, oidc=told) as pages:
            sent = [pool.submit(pages.browser().get, "/sign-in/provider") for _ in range(45)]
            first = [answer.result() for _, answer in zip(range(45 - AT_ONCE), as_completed(sent), strict=False)]
            assert {answer.status_code for answer in first} == {503}
            assert pages.browser().get("/healthz").status_code == 200
            assert sum(not answer.done() for answer in sent) == AT_ONCE
            stop = threading.Event()

            def hang_up() -> None:
                while not stop.is_set():
                    silent.settimeout(0.2)
                    with suppress(TimeoutError):
                        silent.accept()[0].close()

            ending = threading.Thread(target=hang_up)
            ending.start()
            assert {answer.result().status_code for answer in sent} == {503}
            stop.set()
            ending.join()


def test_a_password_by_a_link_does_not_go_around_the_second_factor(tmp_path: Path, idp: Oidc) -> None:
    """W-06: whoever comes by the provider has that one's second factor, whoever comes by a password has not."""
    settled = settings(idp, groups=GROUPS)
    with serve(tmp_path, mailboxes=MAILBOXES, oidc=settled, second_factor="everybody") as pages:
        idp.claims = {"groups": ["tous"]}
        browser = pages.browser()
        assert come(browser, idp).headers["location"] == "/accounts"
        assert browser.get("/").status_code == 200
        (user,) = pages.ledger.people.users(ROOT)
        link = cookies.fresh()
        at = pages.clock()
        pages.ledger.people.invite(
            Invitation("i", user.rights, "cli:root", at, at + timedelta(hours=1), user.id), link, ROOT
        )
        pages.ledger.people.renew(link, kept_password(), at=at)
        local = pages.browser()
        assert local.sign_in(user.name).status_code == 303
        assert local.get("/").headers["location"] == "/profile/second-factor"


def test_two_people_of_one_name_stay_two(pages: Served, idp: Oidc) -> None:
    pages.add("Yasmine", Role.ADMIN)
    idp.claims = {"groups": ["tous"], "preferred_username": "yasmine"}
    come(pages.browser(), idp)
    names = [user.name for user in pages.ledger.people.users(ROOT)]
    assert names == ["Yasmine", "yasmine (2)"]
    named = pages.ledger.people.named("Yasmine")
    assert named is not None
    assert named.rights == ALL_RIGHTS
    assert not named.linked  # a name links nobody


def test_without_a_provider_there_is_no_such_way(served: Served) -> None:
    assert served.browser().get("/sign-in/provider").status_code == 404
    assert served.browser().get("/sign-in/provider/done?code=x&state=y").status_code == 404
