"""The review as people do it, in Chromium, on a real server with the real service: sign in, look, decide, take back."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.letters import card_mail, false_mail
from tests.e2e.world import Chromium, Eye, World, until, window
from tests.servers.dovecot import append
from tests.web.served import PASSWORD
from vigie.ledger.review_types import MANY, Pile, Wanted
from vigie.web.people import totp


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def code(letters: str, *, later: int = 0) -> str:
    """What an authenticator app shows, so many steps later."""
    secret = base64.b32decode(letters.replace(" ", ""))
    return totp.code(secret, int(time.time()) // totp.STEP_S + later)


def button(page: Page, deed: str) -> Locator:
    return page.locator(f"button[name=deed][value={deed}]").first


def test_an_admin_signs_in_with_a_code_and_invites_somebody(world: World, chromium: Chromium) -> None:
    with window(chromium, world) as eye:
        eye.sign_in(world.admin, code="wrong")
        expect(eye.page.locator("h1")).to_have_text("Vue d'ensemble")  # no second factor yet: a code is not looked at
        page = eye.go("/profile")
        page.click("a[href='/profile/second-factor']")
        letters = page.locator("main li code").inner_text()
        page.fill("input[name=code]", code(letters))
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
        expect(page.locator("ul.codes li")).to_have_count(totp.RECOVERY_CODES)
        page.click("header form button")
        for wrong in ("", "000000"):
            eye.sign_in(world.admin, code=wrong)
            expect(page.locator("[role=alert]")).to_be_visible()
        eye.forgive(401)
        eye.sign_in(world.admin, code=code(letters, later=1))
        expect(page.locator("h1")).to_have_text("Vue d'ensemble")
        eye.go("/people")
        page.fill("input[name=note]", "Nina")
        page.check("input[name=every]")
        page.click("form[action='/people/invite'] button")
        link = page.locator("main p.link").inner_text()
    with window(chromium, world, language="en") as eye:
        page = eye.page
        page.goto(link)
        page.fill("input[name=name]", "Nina")
        page.fill("input[name=fresh]", PASSWORD)
        page.fill("input[name=again]", PASSWORD)
        page.click("main form button")
        expect(page.locator("h1")).to_have_text("Overview")
        page.goto(link)
        expect(page.locator("h1")).not_to_contain_text("Vigie")  # a link works once
        assert page.locator("input[name=fresh]").count() == 0
        eye.forgive(404)


def test_a_false_mail_is_looked_at_put_back_byte_for_byte_and_taken_again(
    world: World, chromium: Chromium, tmp_path: Path
) -> None:
    raw = false_mail(1, subject="Remboursement premier")
    append(world.accounts["accueil"], raw)
    (case,) = world.held("premier")
    with window(chromium, world, "Marie") as eye:
        page = eye.go("/cases?q=premier")
        page.click("[data-open]")
        expect(page.locator(".answers h2")).to_have_text(
            [
                "1. Ce qu'il prétend être",
                "2. Ce qui prouve le contraire",
                "3. Ce qu'il veut",
                "4. Ce qui va se passer",
            ]
        )
        for reason in ("claims", "proof", "wants"):  # nobody has to scroll for the first of each
            expect(page.locator(f"section[aria-labelledby={reason}] p").first).to_be_in_viewport(ratio=1)
        expect(page.locator("section[aria-labelledby=links]")).to_contain_text("toitures-brevanes.example")
        looked_at(eye, raw, tmp_path)
        page.click("p > a[data-key=l]")
        button(page, "release").click()
        expect(page.locator("#state")).to_contain_text("Il a été remis dans le dossier « INBOX »")
        assert sha256(raw) in world.hashes("INBOX")
        assert sha256(raw) not in world.hashes("Quarantaine")
        button(page, "undo").click()  # it has come by itself, with the outcome
        expect(page.locator("#state")).to_contain_text("Il est en quarantaine")
        assert sha256(raw) in world.hashes("Quarantaine")
        assert sha256(raw) not in world.hashes("INBOX")
        eye.go(f"/cases/{case.id}")
        button(page, "confirm").click()
        expect(page.locator("#past")).to_contain_text("fraude confirmée, par Marie")
        eye.go("/cases?pile=confirmed&q=premier")
        expect(page.locator("tr[data-row]")).to_have_count(1)
    told = [entry.what for entry in world.ledger.audit_entries() if entry.about == case.id]
    assert [what for what in told if what in ("decided", "view")] == ["view"] * 4 + ["decided"] * 3


def looked_at(eye: Eye, raw: bytes, folder: Path) -> None:
    """The scanner fetches the message; it is shown in a frame without rights, and handed out as it is."""
    page = eye.page
    page.click("form[action$='/message'] button")
    frame = page.frame_locator("iframe.mail")
    expect(frame.locator("body")).to_contain_text("Votre remboursement de 89,00 EUR est en attente")
    assert frame.locator("[href]").count() == 0
    expect(page.locator(".letter mark").first).to_be_visible()
    with page.expect_download() as download:
        page.click("a[download]")
    saved = folder / "saved.eml"
    download.value.save_as(saved)
    assert saved.read_bytes() == raw
    assert download.value.suggested_filename.endswith(".eml")


def test_many_are_settled_by_one_decision_asked_twice_and_taken_back(world: World, chromium: Chromium) -> None:
    many = MANY + 2
    world.arrives(*(false_mail(number, subject="Campagne grande") for number in range(many)), at="compta")
    (case, *_) = world.held("grande", many)
    waiting = Wanted(search="grande")
    with window(chromium, world, "Marie") as eye:
        page = eye.go("/campaigns")
        page.click(f"a[href='/campaigns/{case.campaign}']")
        button(page, "confirm").click()
        expect(page.locator("h1")).to_contain_text(str(many))
        page.fill("input[name=typed]", str(many - 1))
        page.click("main form button")
        expect(page.locator("[role=alert]")).to_be_visible()
        assert len(world.cases(waiting)) == many
        page.fill("input[name=typed]", str(many))
        page.click("main form button")
        expect(page.locator("progress")).to_have_js_property("value", many)
        assert world.cases(waiting) == []
        page.click("form[action$='/undo'] button")
        page.fill("input[name=typed]", str(many))
        page.click("main form button")
        eye.forgive(409)  # it asks a second time
        expect(page.locator("progress")).to_have_js_property("value", many)
        assert len(world.cases(waiting)) == many


def test_a_campaign_of_one_sender_goes_back_and_comes_again(world: World, chromium: Chromium) -> None:
    mails = [false_mail(number, subject="Campagne petite", sender="x@petite.example") for number in range(3)]
    append(world.accounts["accueil"], *mails)
    (case, *_) = world.held("petite", 3)
    with window(chromium, world, "Ann", language="en") as eye:
        page = eye.go(f"/campaigns/{case.campaign}")
        button(page, "release").click()
        expect(page.locator("#progress")).to_contain_text("Moved")
        until(lambda: {sha256(raw) for raw in mails} <= world.hashes("INBOX"))
        page.reload()
        page.click("form[action$='/undo'] button")
        until(lambda: {sha256(raw) for raw in mails} <= world.hashes("Quarantaine"))
    cards = Wanted(pile=Pile.HELD, search="expediteur")
    others = len(world.cases(cards))  # of other tests
    world.arrives(*(card_mail(number) for number in range(3)))
    (case, *_) = every = world.cases(cards, sure=others + 3)
    with window(chromium, world, "Ann", language="en") as eye:
        page = eye.go(f"/campaigns/{case.campaign}")
        expect(button(page, "confirm")).to_contain_text(str(len(every)))
        assert page.locator("form[action$='/decision'] button[value=release]").count() == len(
            every
        )  # one by one, not at once
        expect(page.locator("main")).to_contain_text("Messages of several senders look alike")


def test_two_people_who_decide_at_once_are_told(world: World, chromium: Chromium) -> None:
    world.arrives(false_mail(1, subject="Dispute"))
    (case,) = world.held("dispute")
    with (
        window(chromium, world, "Marie") as marie,
        window(chromium, world, "Paul", language="en") as paul,
    ):
        marie.go(f"/cases/{case.id}")
        paul.go(f"/cases/{case.id}")
        button(paul.page, "confirm").click()
        expect(paul.page.locator("#past")).to_contain_text("fraude confirmée, par Paul")
        expect(
            marie.page.locator("#changed")
        ).to_be_visible()  # she is told, and her page still means what she has read
        button(marie.page, "release").click()
        expect(marie.page.locator("[role=alert]")).to_contain_text("fraude confirmée, par Paul")
        (now,) = world.held("dispute")
        assert now.decided_by == "web:Paul"
        button(paul.page, "undo").click()
        expect(marie.page.locator("#changed")).to_be_visible()  # also on the page that has told her so
        marie.forgive(409)


def test_the_link_of_a_digest_asks_by_its_button_alone(world: World, chromium: Chromium) -> None:
    world.arrives(false_mail(1, subject="Résumé"))
    (case,) = world.held("resume")
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    world.ledger.asks.make([(case.id, token)], recipient="account:accueil", ends_at=now + timedelta(days=7), at=now)
    with window(chromium, world) as eye:  # nobody is signed in
        page = eye.go(f"/ask/{token}")
        page.reload()
        expect(page.locator("main")).to_contain_text("Résumé")
        assert not world.cases(Wanted(pile=Pile.REQUESTED, search="resume"))
        page.click("main button")
        expect(page.locator("h1")).to_have_text("Votre demande est transmise")
        eye.go(f"/ask/{token}")
        expect(page.locator("h1")).to_have_text("Ce lien a déjà servi")
    with window(chromium, world, "Marie") as eye:
        page = eye.go("/cases?pile=requested")
        page.click("[data-open]")
        expect(page.locator("main")).to_contain_text("Le destinataire a demandé ce courriel")


def test_a_confirmed_fraud_is_reported_by_keys_and_the_receipt_is_shown(world: World, chromium: Chromium) -> None:
    raw = false_mail(1, subject="Signalement")
    append(world.accounts["accueil"], raw)
    (case,) = world.held("signalement")
    with window(chromium, world, "Marie") as eye:
        page = eye.go(f"/cases/{case.id}")
        strike(page, "c")
        expect(page.locator("#reporting .desks")).to_contain_text("Dossier de signalements")
        strike(page, "s")
        expect(page.locator("#source")).to_be_visible()  # it has come by itself, once the service has written it
        preview = page.locator("pre.letter").inner_text()
        assert "toitures-brevanes.example" in page.locator("#reported").inner_text()
        assert list((world.folder / "reports").iterdir()) == []
        strike(page, "s")
        expect(page.locator("#reported")).to_contain_text(".eml")
        (file,) = (world.folder / "reports").glob("*.eml")
        assert file.read_text().replace("\r\n", "\n").split() == preview.split()
        assert "accueil@" not in file.read_text()
        strike(page, "l")
        expect(page.locator("#reporting")).to_contain_text(f"{file.name}")
        eye.go("/reports")
        expect(page.locator("tr[data-row]").first).to_contain_text(file.name)


def tab_to(page: Page, selector: str) -> None:
    """By the tabulator alone."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
    raise AssertionError(f"no key leads to {selector}")


def strike(page: Page, key: str) -> None:
    """Presses a key once the page's script is there to hear it: a page is seen before it is loaded."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def test_the_keyboard_alone_is_enough(world: World, chromium: Chromium) -> None:
    for number, word in enumerate(("clavier alpha", "clavier beta", "clavier gamma")):
        world.arrives(false_mail(number, subject=word, sender=f"x@{number}.example"))
        world.held("clavier", number + 1)
    with window(chromium, world) as eye:
        page = eye.go("/cases?q=clavier&sort=oldest")  # asks to sign in first, then leads back
        keys = page.keyboard
        tab_to(page, "input[name=name]")
        keys.type("Paul")
        tab_to(page, "input[name=password]")
        keys.type(PASSWORD)
        keys.press("Enter")
        chosen = page.locator("tr[aria-current] [data-open]")
        expect(page.locator("tr[data-row]")).to_have_count(3)
        for key, subject in (("j", "alpha"), ("j", "beta"), ("j", "gamma"), ("k", "beta")):
            strike(page, key)
            expect(chosen).to_have_text(f"clavier {subject}")
        strike(page, "?")
        expect(page.locator("dialog")).to_be_visible()
        strike(page, "Escape")
        expect(page.locator("dialog")).to_be_hidden()
        strike(page, "r")  # beta
        expect(page.locator("[role=status]")).to_contain_text("par Paul")
        expect(page.locator("tr[data-row]")).to_have_count(2)
        strike(page, "c")  # no line is chosen: nothing happens
        strike(page, "j")
        strike(page, "Enter")
        expect(page.locator("h1")).to_have_text("clavier alpha")
        strike(page, "c")
        expect(page.locator("#past")).to_contain_text("fraude confirmée, par Paul")
        strike(page, "u")
        expect(page.locator("#past")).to_contain_text("décision retirée, par Paul")
        strike(page, "l")
        expect(page.locator("h1")).to_have_text("Cas")
        strike(page, "/")
        keys.type("clavier gamma")
        strike(page, "Enter")
        expect(page.locator("tr[data-row]")).to_have_count(1)
    found = {case.subject.split()[1]: case.decision for case in world.cases(Wanted(pile=Pile.ALL, search="clavier"))}
    assert found == {"alpha": None, "beta": "released", "gamma": None}


def test_a_reader_decides_nothing(world: World, chromium: Chromium) -> None:
    world.arrives(false_mail(1, subject="Lecture"))
    (case,) = world.held("lecture")
    with window(chromium, world, "Lucie") as eye:
        page = eye.go(f"/cases/{case.id}")
        assert page.locator("button[name=deed], form[action$='/message']").count() == 0
        token = page.locator("input[name=csrf]").first.input_value()
        for path, form in (("decision", {"deed": "release", "seen": "0"}), ("message", {})):
            told = eye.context.request.post(
                f"{world.origin}/cases/{case.id}/{path}",
                form={"csrf": token, **form},
                headers={"Origin": world.origin, "Sec-Fetch-Site": "same-origin"},
            )
            assert told.status == 403
    (now,) = world.held("lecture")
    assert now.decision is None


def test_french_and_english_light_and_dark(world: World, chromium: Chromium) -> None:
    grounds = set()
    for language, title in (("fr", "Se connecter"), ("en", "Sign in")):
        for scheme in ("light", "dark"):
            with window(chromium, world, language=language, scheme=scheme) as eye:
                page = eye.go("/sign-in")
                expect(page.locator("h1")).to_have_text(title)
                assert page.locator("html").get_attribute("lang") == language
                grounds.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert len(grounds) == 2
    with window(chromium, world, "Marie") as eye:
        page = eye.go("/cases?pile=all&q=%26x&sort=oldest")
        page.click("footer button[lang=en]")
        expect(page.locator("h1")).to_have_text("Cases")
        assert page.url == f"{world.origin}/cases?pile=all&q=%26x&sort=oldest"
        page.click("footer button[lang=fr]")
        expect(page.locator("h1")).to_have_text("Cas")


def test_everything_is_decided_without_a_script(world: World, chromium: Chromium) -> None:
    world.arrives(*(false_mail(number, subject="Sans script", sender="x@script.example") for number in range(3)))
    case = world.held("sans script", 3)[-1]
    context = chromium.browser.new_context(java_script_enabled=False, locale="fr-FR")
    context.add_cookies([{"name": "vigie", "value": world.session("Marie"), "url": world.origin}])
    page = context.new_page()

    def decides(deed: str, path: str, done: str) -> None:
        page.goto(f"{world.origin}{path}")
        button(page, deed).click()
        until(lambda: case.id in {one.id for one in world.cases(Wanted(pile=Pile(done), search="sans script"))})

    one, many = f"/cases/{case.id}", f"/campaigns/{case.campaign}"
    for deed, path, done in (
        ("release", one, "released"),
        ("undo", one, "waiting"),
        ("confirm", "/cases?q=sans+script&sort=oldest", "confirmed"),
        ("undo", one, "waiting"),
        ("confirm", many, "confirmed"),
    ):
        if done == "waiting":
            until(lambda: bool(page.goto(f"{world.origin}{one}")) and button(page, "undo").count() == 1)
        decides(deed, path, done)
    page.click("form[action$='/undo'] button")
    until(lambda: len(world.cases(Wanted(pile=Pile.WAITING, search="sans script"))) == 3)
    page.goto(f"{world.origin}{one}")
    page.click("form[action$='/message'] button")
    expect(page.locator("iframe.mail")).to_be_visible()  # the page asks for itself anew
    decides("confirm", one, "confirmed")
    page.goto(f"{world.origin}{one}")
    page.locator("button[name=channel]").first.click()
    expect(page.locator("#source")).to_be_visible()
    button(page, "send").click()
    expect(page.locator("#reported")).to_contain_text(".eml")
    page.goto(f"{world.origin}/cases?q=sans+script&pile=held")
    assert page.locator("tr[data-row]").count() == 3
    context.close()
