"""What a person is told beside her message in Outlook, and what reaches the server when she reports it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route, expect

from tests.addins.answering import DOUBTS, REFUSALS
from tests.outlook.pane import Office, in_parts, letter, whole
from vigie.ledger.token_types import Use

GENUINE, FALSE, DOUBTFUL, UNPROVEN, UNRELATED = "001", "010", "007", "006", "081"
FORGED = "024"
"""The official address, nothing signed, and a link that leads elsewhere."""
KINDS = {
    GENUINE: ("genuine", "Prouvé", "Proven"),
    FALSE: ("impersonation", "Faux", "False"),
    DOUBTFUL: ("suspicious", "Douteux", "Doubtful"),
    UNPROVEN: ("undecided", "Non prouvé", "Unproven"),
    FORGED: ("suspicious", "Douteux", "Doubtful"),  # in parts; as it was sent it is false
    UNRELATED: ("unrelated", "ne se présente pas comme venant d'ameli", "does not present itself as coming from ameli"),
}


@pytest.mark.parametrize("number", [number for number in KINDS if number != FORGED])
def test_the_answer_and_why(outlook: Office, number: str) -> None:
    kind, french, _ = KINDS[number]
    before = outlook.served.ledger.handed_in.count()
    with outlook.pane(whole(letter(number))) as pane:
        pane.says(kind, french)
        expect(pane.page.locator("#note")).to_be_empty()
        expect(pane.page.locator("#details")).to_be_hidden()
        pane.press("why")
        expect(pane.page.locator("#details li").first).not_to_be_empty()
        assert (pane.page.locator("#press-report").count() == 0) == (kind == "genuine")
    assert outlook.served.ledger.handed_in.count() == before


def test_in_english_in_the_dark_and_for_everybody(outlook: Office) -> None:
    """WCAG by axe, in both schemes, with everything open."""
    with outlook.pane(whole(letter(FALSE)), language="en-GB") as pane:
        pane.says("impersonation", KINDS[FALSE][2])
        expect(pane.page.locator("html")).to_have_attribute("lang", "en")
        pane.press("why")
        pane.press("open")
        for scheme in ("light", "dark"):
            pane.page.emulate_media(color_scheme=scheme)
            assert Axe().run(pane.page).violations_count == 0


@pytest.mark.parametrize(
    ("number", "how"),
    [
        (GENUINE, "old"),
        (GENUINE, "refused"),
        (GENUINE, "no header"),
        (FALSE, "no header"),
        (DOUBTFUL, "old"),
        (FORGED, "old"),
        (FORGED, "no header"),
        (UNRELATED, "old"),
    ],
)
def test_an_outlook_that_does_not_give_the_message(outlook: Office, number: str, how: str) -> None:
    """Never proven, and no reproach to the official author whose signature we do not have; what leads elsewhere is one."""
    mail = in_parts(letter(number)) | ({"headers": ""} if how == "no header" else {})
    if how == "no header":
        mail |= whole(b"\r\nBonjour")
    kind, said = (KINDS[UNPROVEN] if number == GENUINE else KINDS[number])[:2]
    with outlook.pane(
        mail, version="1.8" if how == "old" else "1.14", refuses=["file"] if how == "refused" else []
    ) as pane:
        pane.says(kind, said)
        pane.notes("n'a pas donné le message en entier")
        if kind == "suspicious":
            pane.press("why")
            told = pane.page.locator("#details")
            expect(told).to_contain_text("n'importe qui peut la recopier")
            expect(told).to_contain_text("listes.quartier-libre.example" if number == DOUBTFUL else "https://")
            expect(told).not_to_contain_text("signature")


def test_nothing_of_a_mail_is_markup(outlook: Office) -> None:
    raw = letter(FALSE).replace(b"Subject: ", b"Subject: <img src=x onerror=alert(1)> ")
    with outlook.pane(whole(raw)) as pane:
        pane.says("impersonation", "Faux")
        pane.press("why")
        assert pane.page.locator("#answer :is(img, a, script)").count() == 0


def test_a_report_is_sent_once_she_agrees(outlook: Office) -> None:
    before = outlook.served.ledger.handed_in.count()
    with outlook.pane(whole(letter(FALSE))) as pane:
        pane.says("impersonation", "Faux")
        pane.press("report")
        pane.says("consent", "Signaler ce message ?")
        pane.press("back")
        pane.says("impersonation", "Faux")
        assert outlook.served.ledger.handed_in.count() == before
        pane.press("report")
        pane.press("send")
        expect(pane.page.locator("#note")).to_contain_text("Votre signalement est arrivé")
        assert outlook.served.ledger.handed_in.count() == before + 1
        assert pane.page.locator("#press-report").count() == 0


def test_a_pane_that_stays_open_asks_nothing_by_itself(outlook: Office) -> None:
    with outlook.pane(whole(letter(FALSE))) as pane:
        pane.says("impersonation", "Faux")
        asked: list[str] = []
        pane.page.on("request", lambda request: asked.append(request.url))
        pane.page.evaluate("mail => window.chooses(mail)", whole(letter(GENUINE)))
        pane.says("unasked", "n'a pas vérifié")
        pane.page.evaluate("window.chooses(null)")
        pane.says("unasked", "Ouvrez un message")
        pane.page.evaluate("mail => window.chooses(mail)", whole(letter(GENUINE)))
        assert asked == []
        pane.press("check")
        pane.says("genuine", "Prouvé")


def test_a_token_is_asked_for_kept_and_forgotten(outlook: Office) -> None:
    with outlook.pane(whole(letter(GENUINE)), token="", partition="p1-") as pane:
        pane.says("problem", "indiquez votre jeton")
        expect(pane.page.locator("#note")).to_contain_text("www.ameli.fr")
        pane.enter("vig_short")
        expect(pane.page.locator("#said")).to_contain_text("incomplet")
        pane.enter(outlook.secret)
        pane.says("genuine", "Prouvé")
        assert pane.page.evaluate("localStorage.getItem('p1-vigie-token')") == outlook.secret
        pane.page.reload()
        pane.says("genuine", "Prouvé")
        pane.press("open")
        pane.press("forget")
        pane.says("problem", "indiquez votre jeton")
        assert pane.page.evaluate("localStorage.length") == 0


ANSWERS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"status": 429, "headers": {"Retry-After": "20"}}, "éessayez dans 20 secondes"),
    ({"status": 503, "headers": {"Retry-After": "200"}}, "éessayez dans 4 minutes"),
    ({"status": 413}, "trop gros"),
    ({"status": 500}, "a un problème"),
    ({"status": 200, "body": "<html>Bienvenue au Grand Hôtel</html>"}, "n'est pas un serveur Vigie"),
    ({"status": 422}, "le serveur Vigie n'a pas pu le lire"),
    ({"status": 200, "body": '{"verdict": "fine"}'}, "n'est pas un serveur Vigie"),
)


def _gives(answer: dict[str, Any]) -> Callable[[Route], None]:
    return lambda route: route.fulfill(**answer)


def test_what_goes_wrong_is_said(outlook: Office) -> None:
    mail = whole(letter(FALSE))
    with outlook.pane(mail, token=f"vig_{'x' * 43}") as pane:
        pane.says("problem", "votre jeton n'est plus valable")
        expect(pane.page.locator("#form")).to_be_visible()
        pane.forgive("status of 401")
    with outlook.pane(None) as pane:
        page = pane.page
        page.route("**/api/**", lambda route: route.abort("connectionrefused"))
        page.evaluate("mail => window.chooses(mail)", mail)
        pane.press("check")
        pane.says("problem", "ne répond pas")
        for answer, text in ANSWERS:
            page.unroute_all()
            page.route("**/api/**", _gives(answer))
            pane.press("again")
            pane.says("problem", text)
        page.unroute_all()
        page.context.set_offline(True)
        pane.press("again")
        pane.says("problem", "hors connexion")
        page.context.set_offline(False)
        pane.press("again")
        pane.says("impersonation", "Faux")
        for text in ("ERR_CONNECTION_REFUSED", "ERR_INTERNET_DISCONNECTED", "status of"):
            pane.forgive(text)
    with outlook.pane(in_parts(letter(FALSE)), version="1.5", refuses=["body"]) as pane:
        pane.says("problem", "ne donne pas les messages")
    with outlook.pane(in_parts(letter(FALSE)), refuses=["file", "body"]) as pane:
        pane.says("problem", "Outlook n'a pas pu le lire")
    with outlook.pane(None, host=None) as pane:
        pane.says(
            "problem",
            "s'ouvre dans Outlook" if pane.page.evaluate("navigator.language").startswith("fr") else "opens in Outlook",
        )


def test_a_report_that_does_not_go_takes_nothing_away(outlook: Office) -> None:
    """What was known of the message stays, with why the report has not gone and a button to send it."""
    before = outlook.served.ledger.handed_in.count()
    with outlook.pane(whole(letter("012"))) as pane:
        pane.says("impersonation", "Faux")
        pane.page.route("**/api/v1/reports**", lambda route: route.abort("connectionrefused"))
        pane.press("report")
        pane.press("send")
        pane.notes("Il n'est pas sûr que votre signalement soit arrivé : le serveur Vigie ne répond pas")
        pane.says("impersonation", "Faux")
        pane.press("why")
        expect(pane.page.locator("#details li").first).not_to_be_empty()
        pane.press("resend")
        pane.notes("Renvoyé, il n'est compté qu'une fois")
        pane.page.unroute_all()
        pane.press("resend")
        pane.notes("Votre signalement est arrivé")
        pane.says("impersonation", "Faux")
        assert outlook.served.ledger.handed_in.count() == before + 1
        pane.forgive("ERR_CONNECTION_REFUSED")
    with outlook.pane(whole(letter(FALSE)), token=outlook.token(Use.CHECK), language="en-GB") as pane:
        pane.says("impersonation", "False")
        pane.press("report")
        pane.press("send")
        pane.notes("Your report has not been sent: your token is not good for this")
        pane.says("impersonation", "False")
        expect(pane.page.locator("#form")).to_be_visible()
        pane.page.click("#press-settings")
        expect(pane.page.locator("#press-resend")).to_be_enabled()
        pane.forgive("status of 403")
    with outlook.pane(None) as pane:  # nothing was known
        pane.page.route(
            "**/api/v1/reports**",
            lambda route: route.fulfill(
                status=503, headers={"Retry-After": "20"}, content_type="application/problem+json"
            ),
        )
        pane.page.evaluate("mail => window.chooses(mail)", whole(letter(FALSE)))
        pane.press("report")
        pane.press("back")
        pane.press("report")
        pane.press("send")
        pane.notes("Votre signalement n'est pas parti : le serveur Vigie est très occupé. Réessayez dans 20 secondes")
        pane.says("unasked", "n'a pas vérifié")
        expect(pane.page.locator("#press-resend")).to_be_visible()
        pane.press("check")
        pane.says("impersonation", "Faux")
        pane.forgive("status of 503")


TOLD = """async () => {
  const told = await vigie.server.report("x", new Uint8Array([10]));
  return vigie.words.problem(vigie.words.said("fr"), told, "report");
}"""


def test_a_report_was_not_sent_only_where_that_is_known(outlook: Office) -> None:
    """Behind a proxy that gives up, a connection that ends, an answer that nobody understands it may have arrived."""
    with outlook.pane(None) as pane:
        pane.says("unasked", "Ouvrez un message")
        for cases, begins in (
            (REFUSALS, "Votre signalement n'est pas parti : "),
            (DOUBTS, "Il n'est pas sûr que votre signalement soit arrivé : "),
        ):
            for status, kind in cases:
                answer = {"status": status, "body": "{}", "headers": {"Content-Type": kind}}
                pane.page.route("**/api/v1/reports**", _gives(answer))
                assert pane.page.evaluate(TOLD).startswith(begins), (status, kind)
                pane.page.unroute_all()
        pane.page.route("**/api/v1/reports**", lambda route: route.abort("connectionreset"))
        assert pane.page.evaluate(TOLD).startswith("Il n'est pas sûr")
        pane.page.unroute_all()
        pane.page.context.set_offline(True)
        assert pane.page.evaluate(TOLD) == "Votre signalement n'est pas parti : vous êtes hors connexion."
        for text in ("ERR_", "status of"):
            pane.forgive(text)


def test_outlooks_own_button_reports_and_moves_nothing(outlook: Office) -> None:
    before = outlook.served.ledger.handed_in.count()
    mail = whole(letter("013"))
    with outlook.pane(mail, file="report.html") as pane:
        done = pane.page.evaluate("window.presses('onSpamReport')")
        assert (done["moveItemTo"], done["onErrorDeleteItem"]) == ("noMove", False)
        assert done["showPostProcessingDialog"]["title"] == "Signalement envoyé"
        assert outlook.served.ledger.handed_in.count() == before + 1
    with outlook.pane(mail, file="report.html", token="", language="en-US") as pane:
        done = pane.page.evaluate("window.presses('onSpamReport')")
        assert (done["moveItemTo"], done["onErrorDeleteItem"]) == ("noMove", False)
        assert done["showPostProcessingDialog"]["title"] == "Report not sent"
        assert "could not be checked" not in done["showPostProcessingDialog"]["description"]
        assert "enter your token" in done["showPostProcessingDialog"]["description"]
    assert outlook.served.ledger.handed_in.count() == before + 1
