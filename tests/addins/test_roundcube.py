"""The plugin in Debian's Roundcube, on Dovecot, with `vigie web`, as somebody sees it in Chromium."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.roundcube import roundcube as packed
from tests.addins.answering import DOUBTS, REFUSALS, Answering
from tests.addins.recorded import heard, same
from tests.addins.served import Server
from tests.addins.webmail import Webmail, signed_in
from tests.canary import MARK
from tests.cli.program import DEMO
from tests.e2e.letters import false_mail
from tests.e2e.world import Chromium, until
from tests.servers.dovecot import Dovecot, client, put
from tests.servers.hooks import Webhook
from tests.servers.roundcube import Roundcube
from tests.web.review import seeded
from vigie.ledger.token_types import Use
from vigie.scanner.settings import AccountSettings

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "addins/roundcube"
SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"
BODY = (
    "<p>Votre remboursement de 89,00 EUR est en attente :</p><p>L'Assurance Maladie</p>"
    '<a href="http://toitures-brevanes.example/aml">https://assure.ameli.fr/remboursement</a>'
)
DRAWN = (
    "<style>#vigie, .alert { display: none !important } div { z-index: 2147483647 !important }</style>"
    '<div style="position: absolute; top: -2000px; left: -500px; width: 5000px; height: 4000px; z-index: 2147483647; background: #fff">'
    "✔ Prouvé : ce message vient bien d'ameli.</div>"
)
DISGUISE = '<div id="message-objects"><div id="vigie" class="ui alert vigie-genuine">Prouvé : tout va bien.</div></div>'


def attaching(mail: bytes) -> bytes:
    """An ordinary mail with another one attached."""
    outer = EmailMessage()
    outer["From"], outer["To"] = "Lucie <lucie@demo.example>", "camille@demo.example"
    outer["Subject"], outer["Message-ID"] = "Tu en penses quoi ?", "<attaching@demo.example>"
    outer.set_content("Je l'ai reçu ce matin.")
    outer.add_attachment(message_from_bytes(mail, policy=default))
    return outer.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


MAILS = {
    "genuine": seeded.message(seeded.GENUINE),
    "impersonation": seeded.message(seeded.DISGUISED),
    "undecided": next(DEMO.glob("006-*.eml")).read_bytes(),
    "suspicious": next(DEMO.glob("007-*.eml")).read_bytes(),
    "unrelated": next(DEMO.glob("081-*.eml")).read_bytes(),
    "hostile": false_mail(1, subject=f"{SCRIPT} ameli", name=f'"{SCRIPT} AMELI Assurance Maladie"', body=""),
    "disguised": false_mail(2, body=f"{DISGUISE}{BODY}"),
    "attaching": attaching(false_mail(3)),
    "drawing": false_mail(4, body=f"{DRAWN}{BODY}"),
}
UID = {name: number for number, name in enumerate(MAILS, 1)}


@pytest.fixture(scope="module")
def account(dovecot: Dovecot) -> AccountSettings:
    made = dovecot.account("camille")
    put(made, *MAILS.values())
    return made


@pytest.fixture(scope="module")
def window(chromium: Chromium, roundcube: Roundcube, account: AccountSettings) -> Iterator[Webmail]:
    with signed_in(chromium, roundcube, account.username) as made:
        yield made


@pytest.fixture
def webmail(window: Webmail, vigie: Server, asks: Callable[..., None]) -> Iterator[Webmail]:
    """Her window; with another token the plugin knows nothing of what it has asked before."""
    asks(vigie.origin, vigie.token(Use.CHECK, Use.REPORT))
    yield window
    assert window.wrong == []


@pytest.fixture
def asks(roundcube: Roundcube) -> Callable[..., None]:
    def configure(server: str, token: str, **more: object) -> None:
        roundcube.configure({"vigie_server": server, "vigie_token": token, **more})

    return configure


SENTENCES = {
    "genuine": "Prouvé : ce message vient bien de l'Assurance Maladie (ameli).",
    "impersonation": "Faux : ce message se fait passer pour l'Assurance Maladie (ameli).",
    "suspicious": "Douteux : quelque chose ne va pas dans ce message",
    "undecided": "Non prouvé : rien ne montre que ce message vient vraiment de l'Assurance Maladie (ameli)",
    "unrelated": "Ce message ne se présente pas comme venant d'ameli",
}


def test_each_message_shows_its_banner_and_the_reasons_on_demand(webmail: Webmail) -> None:
    for kind, sentence in SENTENCES.items():
        with webmail.page.expect_response("**/*plugin.vigie.check*") as told:
            webmail.open(UID[kind])
        assert MARK not in told.value.text()
        banner = webmail.answered(kind)
        expect(banner.locator(".vigie-sentence")).to_contain_text(sentence)
        expect(banner.get_by_role("button", name="Signaler")).to_have_count(0 if kind == "genuine" else 1)
        assert MARK not in webmail.page.content()
        reasons = banner.locator(".vigie-reasons")
        expect(reasons).to_be_hidden()
        banner.get_by_role("button", name="Pourquoi ?").click()
        expect(reasons).to_be_visible()
        expect(reasons.locator("li").first).to_contain_text("Ce message" if kind != "undecided" else "Nous ne pouvons")
        banner.get_by_role("button", name="Masquer").click()
        expect(reasons).to_be_hidden()


def test_beside_the_list_of_messages_it_stands_as_well(webmail: Webmail) -> None:
    webmail.page.goto(f"{webmail.origin}/?_task=mail&_mbox=INBOX")
    webmail.page.locator("#messagelist tr.message", has_text="Vos droits").click()
    frame = webmail.page.frame_locator("#messagecontframe")
    expect(frame.locator("#vigie.vigie-impersonation")).to_contain_text(SENTENCES["impersonation"])


def test_a_report_arrives_byte_for_byte_once_she_has_agreed_and_what_is_sent_is_recorded(
    webmail: Webmail, vigie: Server, account: AccountSettings, asks: Callable[..., None]
) -> None:
    with client(account) as imap:
        imap.select_folder("INBOX", readonly=True)
        (item,) = imap.fetch([UID["impersonation"]], ["BODY.PEEK[]"]).values()
    before = vigie.ledger.handed_in.count()
    webmail.open(UID["impersonation"])
    webmail.answered("impersonation").get_by_role("button", name="Signaler").click()
    consent = webmail.answered("consent")
    expect(consent).to_contain_text("Il sera envoyé en entier")
    consent.get_by_role("button", name="Annuler").click()
    webmail.answered("impersonation").get_by_role("button", name="Signaler").click()
    assert vigie.ledger.handed_in.count() == before
    webmail.answered("consent").get_by_role("button", name="Envoyer le signalement").click()
    note = webmail.answered("impersonation").locator(".vigie-note")
    expect(note).to_contain_text("Merci. Votre signalement est arrivé (numéro ")
    found = re.search(r"numéro ([\w-]+)", note.inner_text())
    assert found is not None
    assert vigie.ledger.handed_in.message(found[1]) == item[b"BODY[]"]
    # The server takes one report an hour of this token: that is said, and what is there stays.
    webmail.open(UID["suspicious"])
    webmail.answered("suspicious").get_by_role("button", name="Signaler").click()
    webmail.answered("consent").get_by_role("button", name="Envoyer le signalement").click()
    banner = webmail.answered("suspicious")
    expect(banner.locator(".vigie-sentence")).to_contain_text(SENTENCES["suspicious"])
    expect(banner.locator(".vigie-note")).to_contain_text(
        "Ce message n'a pas été signalé. Vigie a reçu trop de demandes à la suite : réessayez dans"
    )
    expect(banner.get_by_role("button", name="Signaler")).to_be_enabled()
    assert vigie.ledger.handed_in.count() == before + 1
    what_was_sent_is_what_the_payloads_say(webmail, vigie, asks)


def what_was_sent_is_what_the_payloads_say(webmail: Webmail, vigie: Server, asks: Callable[..., None]) -> None:
    webmail.open(UID["genuine"])
    webmail.answered("genuine")
    found, check, report = heard(vigie.wire), "/api/v1/check", "/api/v1/reports?consent=true"
    for name, path, mail in (
        ("fraud", check, "impersonation"),
        ("genuine", check, "genuine"),
        ("report", report, "impersonation"),
    ):
        asked = [one for one in found if (one.path, one.body) == (path, MAILS[mail])]
        assert asked, f"{name}: was not sent"
        for one in asked:
            same(f"roundcube-{name}", one.method, one.path, one.headers, one.body)
    assert {(one.method, one.path) for one in found} == {("POST", check), ("POST", report)}
    vigie.wire.forget()
    asks(vigie.origin, f"vig_{'A' * 43}")
    webmail.open(UID["impersonation"])
    webmail.answered("problem")
    (one,) = heard(vigie.wire)
    same("roundcube-bad-token", one.method, one.path, one.headers, one.body)


def test_whatever_goes_wrong_is_said_in_plain_words(
    webmail: Webmail,
    roundcube: Roundcube,
    vigie: Server,
    asks: Callable[..., None],
    hook_server: Webhook,
    deaf_port: int,
) -> None:
    good, bad = vigie.token(Use.CHECK), vigie.token(Use.REPORT)
    secure = hook_server.url.removesuffix("/hook")
    hook_server.status = 404
    cases: list[tuple[str, str, dict[str, object], str]] = [
        (vigie.origin, f"{good[:-4]}AAAA", {}, "son jeton est refusé"),
        (vigie.origin, bad, {}, "son jeton n'y donne pas droit"),
        (f"http://127.0.0.1:{deaf_port}", good, {}, "Le serveur Vigie ne répond pas"),
        (vigie.origin, good, {"vigie_max_bytes": 100}, "trop gros"),
        (vigie.origin.replace("127.0.0.1", "vigie.example"), good, {}, "pas encore réglée"),
        (vigie.origin, "", {}, "pas encore réglée"),
        ("", "", {}, "pas encore réglée"),
        (secure, good, {}, "n'a pas pu prouver qu'il est bien celui de Vigie"),
        (secure, good, {"vigie_ca_file": "/nowhere/ca.pem"}, "pas encore réglée"),
        (secure, good, {"vigie_ca_file": roundcube.lend(hook_server.ca)}, "n'est pas un serveur Vigie"),
    ]
    webmail.open(UID["impersonation"])
    webmail.answered("impersonation")
    for server, token, more, said in cases:
        asks(server, token, **more)
        again(webmail.page)
        expect(webmail.answered("problem")).to_contain_text(said)
    expect(webmail.banner).to_contain_text("Ce message n'a pas été vérifié.")
    expect(webmail.banner).to_contain_text("allez sur www.ameli.fr en tapant l'adresse vous-même")
    asks(vigie.origin, good)
    webmail.banner.get_by_role("button", name="Réessayer").click()
    webmail.answered("impersonation")
    webmail.page.route("**/*plugin.vigie.report*", lambda route: route.fulfill(status=500))
    webmail.banner.get_by_role("button", name="Signaler").click()
    webmail.answered("consent").get_by_role("button", name="Envoyer le signalement").click()
    note = webmail.answered("impersonation").locator(".vigie-note")
    expect(note).to_contain_text("Il n'est pas sûr que votre signalement soit arrivé ; renvoyé, il n'est compté qu'une")
    expect(note).to_contain_text("La messagerie ne répond pas.")
    webmail.page.unroute("**/*plugin.vigie.report*")
    webmail.forgive(500)
    webmail.banner.get_by_role("button", name="Signaler").click()
    webmail.answered("consent").get_by_role("button", name="Envoyer le signalement").click()
    expect(webmail.banner).to_contain_text("Ce message n'a pas été signalé. Vigie ne permet pas cela")
    expect(webmail.answered("impersonation").locator(".vigie-sentence")).to_contain_text(SENTENCES["impersonation"])
    assert "vigie: check: token" in roundcube.log()
    assert "vigie: check: unset (nothing is set: vigie.inc.php was not found" in roundcube.log()
    assert MARK not in roundcube.log()


def reported(server: str) -> str:
    """What she is told of a report to it."""
    run = ("php", "-d", "include_path=.:/usr/share/php", Path(__file__).with_name("reported.php"), server)
    return subprocess.check_output(run, text=True)


def test_a_report_was_not_sent_only_where_that_is_known(
    impostor: Answering, hook_server: Webhook, deaf_port: int
) -> None:
    """Behind a proxy that gives up, a connection that ends, an answer that nobody understands it may have arrived."""
    for status, kind in REFUSALS:
        impostor.says(status, b"{}", Content_Type=kind)
        assert reported(impostor.origin).startswith("Ce message n'a pas été signalé. "), (status, kind)
    for status, kind in DOUBTS:
        impostor.says(status, b"{}", Content_Type=kind)
        assert reported(impostor.origin).startswith("Il n'est pas sûr que votre signalement soit arrivé"), (
            status,
            kind,
        )
    impostor.says(201, b"{", Content_Length="900")  # the connection ends within it
    assert reported(impostor.origin).startswith("Il n'est pas sûr")
    impostor.holds()
    said = reported(impostor.origin)
    assert said.startswith("Il n'est pas sûr")
    assert "met trop de temps à répondre" in said
    assert reported(f"http://127.0.0.1:{deaf_port}").startswith("Ce message n'a pas été signalé. Le serveur Vigie ne")
    assert "rien ne lui a été envoyé" in reported(hook_server.url.removesuffix("/hook"))


def again(page: Page) -> None:
    """Asks as the banner's button does."""
    page.evaluate("""() => {
        document.getElementById('vigie').replaceChildren();
        document.getElementById('vigie').className = '';
        const {uid, mbox} = rcmail.env.vigie;
        rcmail.http_post('plugin.vigie.check', {_uid: uid, _mbox: mbox, _again: '1'});
    }""")


def is_asked(impostor: Answering, count: int) -> bool:
    return len(impostor.asked) == count


def test_no_mail_and_no_page_waits_for_the_answer_and_it_is_asked_for_once(
    webmail: Webmail, asks: Callable[..., None], impostor: Answering, vigie: Server
) -> None:
    """W-32: nothing is called safe before it was judged."""
    asks(impostor.origin, vigie.token(Use.CHECK), vigie_timeout=600)
    # The second is opened while the first still waits: they share a session.
    texts = (("impersonation", "Vos droits se renouvellent ici"), ("unrelated", "apporter le dessert"))
    for count, (name, text) in enumerate(texts, 1):
        expect(webmail.open(UID[name])).to_contain_text("Vigie vérifie ce message…")
        expect(webmail.page.locator("#messagebody")).to_contain_text(text)
        until(partial(is_asked, impostor, count))  # a page that is left before asks nothing
    impostor.judges(verdict="unrelated")
    webmail.answered("unrelated")
    webmail.open(UID["unrelated"])
    webmail.answered("unrelated")
    assert is_asked(impostor, 2)
    impostor.says(200, b"<html>Wifi de la gare</html>")
    again(webmail.page)  # known
    webmail.answered("unrelated")
    webmail.open(UID["genuine"])
    expect(webmail.answered("problem")).to_contain_text("n'est pas un serveur Vigie")
    assert is_asked(impostor, 3)
    impostor.says(503, b"", Retry_After="120")
    webmail.banner.get_by_role("button", name="Réessayer").click()
    expect(webmail.banner).to_contain_text("très occupé : réessayez dans 2 minutes")
    assert is_asked(impostor, 4)
    again(webmail.page)
    expect(webmail.answered("problem")).to_contain_text("très occupé")
    assert is_asked(impostor, 4)  # it was told when


def test_what_a_mail_or_an_answer_brings_along_stays_text(
    webmail: Webmail, asks: Callable[..., None], impostor: Answering, vigie: Server
) -> None:
    webmail.open(UID["hostile"])
    banner = webmail.answered("impersonation")
    banner.get_by_role("button", name="Pourquoi ?").click()
    expect(banner.locator(".vigie-reasons")).to_contain_text("onerror=alert(1)")
    webmail.open(UID["disguised"])
    expect(webmail.answered("impersonation")).to_have_count(1)
    expect(webmail.page.locator("#vigie")).to_have_count(1)  # the mail's own was given another name
    asks(impostor.origin, vigie.token(Use.CHECK))
    half = json_with_half_a_pair(SCRIPT)
    impostor.says(200, half)
    webmail.open(UID["hostile"])
    banner = webmail.answered("suspicious")
    expect(banner.locator(".vigie-sentence")).to_contain_text("l'organisme qu'il nomme")
    banner.get_by_role("button", name="Pourquoi ?").click()
    expect(banner.locator("li")).to_have_text([f"{SCRIPT} � 😀 \\ud800", SCRIPT])
    assert banner.locator("img, script").count() == 0


def json_with_half_a_pair(text: str) -> bytes:
    """A case that PHP's json_decode does not take as it is."""
    quoted = text.replace('"', '\\"')
    return (
        f'{{"verdict": "suspicious", "brand": "{quoted}", "explanation": {{"fr": "{quoted} \\ud800 \\ud83d\\ude00 \\\\ud800"}},'
        f' "advice": {{"fr": ["{quoted}", 7, null]}}}}'
    ).encode()


def test_no_mail_draws_above_or_over_the_banner(webmail: Webmail) -> None:
    webmail.open(UID["drawing"])
    banner = webmail.answered("impersonation")
    drawn = webmail.page.locator("#messagebody").get_by_text("✔ Prouvé")
    assert drawn.evaluate("one => getComputedStyle(one).position") == "absolute"  # or this shows nothing
    assert banner.evaluate(
        """banner => {
            const {left, right, top, bottom} = banner.getBoundingClientRect();
            return [.05, .5, .95].every(part => banner.contains(document.elementFromPoint(
                left + part * (right - left), top + part * (bottom - top))));
        }"""
    )


def test_what_she_has_written_herself_gets_no_sentence_but_the_inbox_does(
    webmail: Webmail, vigie: Server, account: AccountSettings, asks: Callable[..., None]
) -> None:
    """Some people have Roundcube keep what they send in the inbox: frauds arrive there all the same."""
    with client(account) as imap:
        imap.create_folder("Envoyes")
        imap.append("Envoyes", MAILS["impersonation"])
    token = vigie.token(Use.CHECK)
    for own in ("sent_mbox", "drafts_mbox"):
        asks(vigie.origin, token, **{own: "Envoyes"})
        expect(webmail.open(1, "Envoyes")).to_have_count(0)
        expect(webmail.page.locator("#messagebody")).to_contain_text("Vos droits se renouvellent ici")
        asks(vigie.origin, token, **{own: "INBOX"})
        webmail.open(UID["impersonation"])
        webmail.answered("impersonation")


def test_a_message_that_is_attached_is_judged_by_itself(webmail: Webmail) -> None:
    webmail.open(UID["attaching"])
    webmail.answered("unrelated")
    webmail.open(f"{UID['attaching']}.2")
    expect(webmail.page.locator("#messagebody")).to_contain_text("89,00 EUR")
    webmail.answered("impersonation")


def test_no_other_site_can_ask_in_her_name(webmail: Webmail, vigie: Server) -> None:
    asked, before = (
        f"{webmail.origin}/?_task=mail&_action=plugin.vigie.report",
        vigie.ledger.handed_in.count(),
    )
    form: dict[str, str | float | bool] = {"_uid": str(UID["genuine"]), "_mbox": "INBOX", "_remote": "1"}
    request = webmail.context.request  # with her cookies
    assert request.post(asked, form=form).status == 403
    token = webmail.page.evaluate("rcmail.env.request_token")
    told = request.get(asked, params=form, headers={"X-Roundcube-Request": token})
    assert told.status == 403, told.text()
    assert vigie.ledger.handed_in.count() == before


def test_in_english_on_a_telephone_and_only_when_asked(
    chromium: Chromium, roundcube: Roundcube, dovecot: Dovecot, vigie: Server, asks: Callable[..., None]
) -> None:
    account = dovecot.account("ann")
    dovecot.deliver(account, MAILS["impersonation"])
    asks(vigie.origin, vigie.token(Use.CHECK), vigie_when="asked", vigie_report=False)
    with signed_in(chromium, roundcube, account.username, language="en-GB", width=390) as webmail:
        banner = webmail.open(1)
        expect(banner).to_contain_text("Vigie has not checked this message yet.")
        expect(banner.get_by_role("button", name="Report")).to_have_count(0)
        banner.get_by_role("button", name="Check").click()
        banner = webmail.answered("impersonation")
        expect(banner).to_contain_text("False: this message pretends to come from ameli")
        banner.get_by_role("button", name="Why?").click()
        expect(banner.locator("li").first).to_contain_text("This message is false")
        box = banner.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert webmail.page.evaluate(
            "document.getElementById('vigie').scrollWidth <= document.getElementById('vigie').offsetWidth"
        )


def test_the_archive_is_the_same_every_time_and_holds_no_configuration(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        packed(folder)
    assert (one / "vigie-roundcube.tar").read_bytes() == (two / "vigie-roundcube.tar").read_bytes()
    names = subprocess.check_output(("tar", "-tf", one / "vigie-roundcube.tar"), text=True).split()
    assert {"vigie/vigie.php", "vigie/vigie.js", "vigie/config.inc.php.dist"} <= set(names)
    assert "vigie/config.inc.php" not in names


@pytest.mark.parametrize("path", sorted(PLUGIN.rglob("*.php")), ids=lambda path: str(path.name))
def test_every_file_of_php_is_strict(path: Path) -> None:
    assert "declare(strict_types=1);" in path.read_text()


def test_php_takes_every_file_and_both_languages_say_the_same_things() -> None:
    files = [*PLUGIN.rglob("*.php"), *PLUGIN.rglob("*.inc"), PLUGIN / "config.inc.php.dist"]
    for path in files:
        subprocess.run(("php", "-l", path), check=True, capture_output=True)
    told = [
        dict(re.findall(r"^\$labels\['(\w+)'\] = '(.*)';$", path.read_text(), re.MULTILINE))
        for path in (PLUGIN / "localization/fr_FR.inc", PLUGIN / "localization/en_US.inc")
    ]
    assert told[0].keys() == told[1].keys()
    for key, text in told[0].items():
        assert set(re.findall(r"\$\w+", text)) == set(re.findall(r"\$\w+", told[1][key])), key
