"""Signing in and out: sessions, cookies, codes, and how often a password may be tried."""

from __future__ import annotations

import base64
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests import canary
from tests.web.served import PASSWORD, ROOT, Browser, Served, serve, text
from vigie.ledger.audit import What
from vigie.ledger.people_types import Role
from vigie.web.people import guessing, passwords, second_factor, totp


def wrong(browser: Browser, name: str = "Marie", **form: str) -> httpx.Response:
    return browser.sign_in(name, canary.secret("wrong"), **form)


def test_a_person_signs_in_is_led_on_and_signs_out(served: Served) -> None:
    served.add("Marie", Role.ADMIN)
    browser = served.browser()
    asked = browser.get("/profile")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Fprofile")
    browser.get("/sign-in")
    before = browser.http.cookies["vigie"]
    came = browser.sign_in("marie", next="/profile")
    assert (came.status_code, came.headers["location"]) == (303, "/profile")
    assert browser.http.cookies["vigie"] != before  # fixation
    assert "Marie" in text(browser.get("/profile"))
    user = served.ledger.people.named("Marie")
    assert user is not None
    assert user.password is not None
    assert not passwords.is_outdated(user.password)  # hashed anew with what is usual today
    token = browser.http.cookies["vigie"]
    left = browser.post("/sign-out")
    assert left.headers["location"] == "/sign-in?said=signed_out"
    browser.http.cookies.set("vigie", token, domain="127.0.0.1", path="/")
    assert browser.get("/profile").status_code == 303  # the old cookie opens nothing either


def test_nobody_is_led_away(served: Served) -> None:
    served.add("Marie")
    for way in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", "x" * 900):
        assert served.browser().sign_in("Marie", next=way).headers["location"] == "/", way
    assert served.browser(served.add("Paul")).get("/sign-in?next=//evil.example").headers["location"] == "/"


def test_one_answer_for_every_wrong_sign_in(served: Served) -> None:
    served.add("Marie")
    served.add("Bloquée")
    served.ledger.people.set_disabled("id-Bloquée", ROOT, disabled=True, at=served.clock())
    served.add("Invitée", password=None)
    answers = {text(wrong(served.browser(), name)) for name in ("Marie", "Personne", "Bloquée", "Invitée")}
    answers.add(text(served.browser().sign_in("Bloquée")))
    (answer,) = answers
    assert "incorrect" in answer


def test_sessions_end_by_age_by_rest_and_by_an_admin(tmp_path: Path) -> None:
    with serve(tmp_path, session_hours=2.0, idle_minutes=30) as pages:
        user = pages.add("Marie")
        rests, works = pages.browser(user), pages.browser(user)
        for _ in range(5):
            assert works.get("/profile").status_code == 200
            pages.clock.passes(minutes=25)
        assert rests.get("/profile").status_code == 303
        assert works.get("/profile").status_code == 303  # 125 minutes: too old, however busy
        third, fourth = pages.browser(user), pages.browser(user)
        assert pages.ledger.people.end_sessions(user.id, ROOT, at=pages.clock()).value == "done"
        assert third.get("/profile").status_code == 303
        fifth, sixth = pages.browser(user), pages.browser(user)
        fifth.post("/profile/sessions/end")
        assert (fifth.get("/profile").status_code, sixth.get("/profile").status_code) == (200, 303)
        assert fourth.get("/profile").status_code == 303


def test_strangers_who_guess_do_not_keep_her_out(served: Served) -> None:
    """W-06: by rate, not for ever; her own browser has its own count."""
    served.add("Marie")
    hers = served.browser()
    assert hers.sign_in("Marie").status_code == 303
    hers.post("/sign-out")
    stranger = served.browser()
    answers = [wrong(stranger).status_code for _ in range(guessing.BY_ACCOUNT + 3)]
    assert answers == [401] * guessing.BY_ACCOUNT + [429] * 3
    assert stranger.sign_in("Marie").status_code == 429  # the right password does not help a stranger now
    assert hers.sign_in("Marie").status_code == 303
    told = [entry.detail.get("how") for entry in served.ledger.audit_entries() if entry.what == What.SIGN_IN]
    assert told == ["password", "refused", "password"]
    served.clock.passes(minutes=14)
    assert [wrong(stranger).status_code for _ in range(5)] == [429] * 5  # and does not begin anew with each try
    served.clock.passes(minutes=2)
    assert stranger.sign_in("Marie").status_code == 303


def test_her_own_browser_is_no_way_around_the_limit(served: Served) -> None:
    served.add("Marie")
    served.add("Paul")
    hers = served.browser()
    hers.sign_in("Marie")
    hers.post("/sign-out")
    assert [wrong(hers).status_code for _ in range(guessing.BY_BROWSER + 1)][-1] == 429
    assert wrong(hers, "Paul").status_code == 401  # known for Marie, a stranger for Paul


def test_many_names_from_one_address_are_refused(served: Served) -> None:
    served.add("Marie")
    known = served.browser()
    known.sign_in("Marie")
    at, key = served.clock(), guessing.Guesses(served.ledger.people)
    for number in range(guessing.BY_ADDRESS):
        assert key.begin(guessing.Try(f"name {number}", "127.0.0.1", None, at), None)
    assert wrong(served.browser(), "another").status_code == 429
    assert known.get("/profile").status_code == 200
    served.clock.passes(minutes=16)
    assert wrong(served.browser(), "another").status_code == 401


def test_an_ipv6_network_counts_as_one_address(served: Served) -> None:
    guesses, at = guessing.Guesses(served.ledger.people), served.clock()
    for number in range(guessing.BY_ADDRESS):
        assert guesses.begin(guessing.Try(f"name {number}", f"2001:db8::{number:x}", None, at), None)
    assert not guesses.begin(guessing.Try("new", "2001:db8::ffff", None, at), None)
    assert guesses.begin(guessing.Try("new", "2001:db8:0:1::1", None, at), None)


@pytest.mark.parametrize(
    ("trusted", "address"), [((), "127.0.0.1"), (("127.0.0.1",), "203.0.113.9"), (("192.0.2.1",), "127.0.0.1")]
)
def test_whose_word_about_the_address_is_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, trusted: tuple[str, ...], address: str
) -> None:
    """W-06: who may say where he comes from has as many tries as he likes; of a proxy's word the last part is its own."""
    with serve(tmp_path, trusted_proxies=trusted) as pages:
        browser = pages.browser()
        said = {
            "X_Forwarded_For": "198.51.100.7, 203.0.113.9",
            "X_Forwarded_Host": "evil.example",
            "X_Forwarded_Proto": "https",
            "Forwarded": "for=198.51.100.8;host=evil.example",
        }
        form = {"csrf": browser.token("/sign-in"), "name": "Marie", "password": canary.secret("wrong")}
        answer = browser.send("/sign-in", form, **said)
    assert (answer.status_code, "evil.example" in answer.text) == (401, False)
    (told,) = [record for record in caplog.records if "refused" in record.message]
    assert getattr(told, "address", "") == address


def test_what_is_typed_into_the_name_is_not_kept(served: Served) -> None:
    typed = canary.secret("password")
    wrong(served.browser(), typed)
    for file in served.ledger.path.parent.iterdir():
        assert not canary.is_in(file.read_bytes())


def test_tries_that_are_sent_at_once_are_counted_one_by_one(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """W-06: each is counted before its password is looked at; else as many as the server has threads found the count as it was."""
    served.add("Marie")
    looked, everybody, real = [], threading.Event(), passwords.is_right

    def slowly(kept: str | None, password: str) -> bool:
        looked.append(password)
        everybody.wait(20)
        return real(kept, password)

    monkeypatch.setattr(passwords, "is_right", slowly)
    browsers = [served.browser() for _ in range(guessing.BY_ACCOUNT + 8)]
    forms = [(browser, browser.token("/sign-in")) for browser in browsers]

    def one(form: tuple[Browser, str]) -> int:
        answer = form[0].send("/sign-in", {"csrf": form[1], "name": "Marie", "password": canary.secret("wrong")})
        if answer.status_code == 429:
            everybody.set()  # the others have been counted, or are being refused
        return answer.status_code

    with ThreadPoolExecutor(len(forms)) as pool:
        codes = sorted(pool.map(one, forms))
    assert codes == [401] * guessing.BY_ACCOUNT + [429] * 8
    assert len(looked) == guessing.BY_ACCOUNT


def test_passwords_that_wait_leave_the_other_pages_their_threads(served: Served) -> None:
    """W-06: anybody can send passwords; a server of forty threads that all wait for their turn shows nothing to anybody."""
    browsers = [served.browser() for _ in range(45)]
    forms = [(browser, browser.token("/sign-in")) for browser in browsers]
    busy = threading.Event()

    def one(number: int) -> int:
        browser, token = forms[number]
        answer = browser.send("/sign-in", {"csrf": token, "name": f"name {number}", "password": "x"})
        if answer.status_code == 503:
            busy.set()
        return answer.status_code

    with passwords._Turn(), passwords._Turn(), ThreadPoolExecutor(len(forms)) as pool:
        sent = [pool.submit(one, number) for number in range(len(forms))]
        assert busy.wait(60)  # before any of those in line has given up
        assert not any(answer.done() and answer.result() == 401 for answer in sent)
        assert served.browser().get("/healthz", timeout=passwords.PATIENCE_S / 2).status_code == 200
        passwords._AT_ONCE.release()  # those in line get their turn
        codes = [answer.result() for answer in sent]
        passwords._AT_ONCE.acquire()
    assert set(codes) == {401, 503}
    counted = served.ledger.people.refused(
        guessing._key("address", "127.0.0.1"), since=served.clock() - guessing.WINDOW
    )
    assert counted == codes.count(401), "who was not looked at is not counted"


def secret_of(page: httpx.Response) -> tuple[str, bytes]:
    found = re.search(r'name="secret" value="([^"]+)"', page.text)
    assert found is not None
    return found[1], base64.urlsafe_b64decode(f"{found[1]}=")


def test_a_second_factor_is_set_up_used_once_each_and_lost(served: Served) -> None:
    served.add("Marie")
    browser = served.browser()
    browser.sign_in("Marie")
    page = browser.get("/profile/second-factor")
    field, secret = secret_of(page)
    assert 'src="data:image/svg+xml;base64,' in page.text
    step = int(served.clock().timestamp()) // totp.STEP_S
    form = {"secret": field, "password": PASSWORD, "code": "000000"}
    assert browser.post("/profile/second-factor", form).status_code == 422
    assert (
        browser.post("/profile/second-factor", form | {"password": "x", "code": totp.code(secret, step)}).status_code
        == 403
    )
    user, before = served.ledger.people.named("Marie"), browser.http.cookies["vigie"]
    assert user is not None
    elsewhere = served.browser(user)  # with the password alone
    shown = browser.post("/profile/second-factor", form | {"code": totp.code(secret, step)})
    assert elsewhere.get("/profile").status_code == 303
    assert browser.http.cookies["vigie"] != before
    assert browser.get("/profile").status_code == 200
    codes = [word for word in text(shown).split() if totp.as_recovery_code(word) == word]
    assert len(codes) == totp.RECOVERY_CODES
    browser.post("/sign-out")
    assert browser.sign_in("Marie").status_code == 401  # the password alone opens nothing any more
    assert browser.sign_in("Marie", code=totp.code(secret, step)).status_code == 401  # used when it was set up
    served.clock.passes(seconds=30)
    code = totp.code(secret, step + 1)
    assert browser.sign_in("Marie", code=f"{code[:3]} {code[3:]}").status_code == 303
    assert served.browser().sign_in("Marie", code=code).status_code == 401  # RFC 6238 section 5.2
    assert served.browser().sign_in("Marie", code=codes[0].upper().replace("-", " ")).status_code == 303
    assert served.browser().sign_in("Marie", code=codes[0]).status_code == 401
    user = served.ledger.people.named("Marie")
    assert user is not None
    assert user.totp is not None
    assert secret not in served.ledger.path.read_bytes() + user.totp  # sealed
    assert browser.post("/profile/second-factor/off", {"password": PASSWORD}).status_code == 303
    assert served.browser().sign_in("Marie").status_code == 303


def test_codes_are_not_guessed_day_after_day(served: Served) -> None:
    """W-06: whoever knows the password has six digits left to guess, from as many addresses as he likes."""
    user, secret = served.add("Marie"), totp.new_secret()
    served.ledger.people.set_totp(
        user, second_factor.sealed(served.site, user, secret), ("abcde-fghjk",), counter=0, at=served.clock()
    )

    def code() -> str:
        return totp.code(secret, int(served.clock().timestamp()) // totp.STEP_S)

    hers = served.browser()
    assert hers.sign_in("Marie", code=code()).status_code == 303
    hers.post("/sign-out")
    wrong_one = next(one for one in ("000000", "111111", "222222", "333333") if one != code())
    for _ in range(guessing.BY_CODE):
        served.clock.passes(minutes=5)
        assert served.browser().sign_in("Marie", code=wrong_one).status_code == 401
    served.clock.passes(minutes=16)
    assert served.browser().sign_in("Marie", code=code()).status_code == 401, "not told from a wrong one"
    assert hers.sign_in("Marie", code=code()).status_code == 303, "her own browser has its own count"
    assert served.browser().sign_in("Marie", code="abcde fghjk").status_code == 303
    served.clock.passes(hours=24)
    assert served.browser().sign_in("Marie", code=code()).status_code == 303


def test_a_new_password_ends_the_other_sessions(served: Served) -> None:
    user = served.add("Marie")
    browser, other = served.browser(user), served.browser(user)
    fresh = canary.secret("password")
    form = {"password": PASSWORD, "fresh": fresh, "again": fresh}
    for change in ({"password": "x"}, {"again": "y"}, {"fresh": "short", "again": "short"}):
        assert browser.post("/profile/password", form | change).status_code in (403, 422)
    stolen = served.browser()
    stolen.http.cookies.set("vigie", browser.http.cookies["vigie"], domain="127.0.0.1", path="/")
    assert browser.post("/profile/password", form).headers["location"] == "/profile?said=password_changed"
    assert stolen.get("/profile").status_code == 303, "whoever has the cookie of this session is shut out, too"
    assert (browser.get("/profile").status_code, other.get("/profile").status_code) == (200, 303)
    assert served.browser().sign_in("Marie").status_code == 401
    assert served.browser().sign_in("Marie", fresh).status_code == 303
