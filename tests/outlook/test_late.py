"""What comes late, or never: no answer stands beside another message than its own, and nobody is left in front of "checking"."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.e2e.world import until
from tests.outlook.pane import Office, Pane, in_parts, letter, whole

GENUINE, FALSE = "001", "010"
SEEN = """() => {
  window.seen = [];
  const answer = document.getElementById("answer");
  new MutationObserver(() => window.seen.push(answer.className)).observe(answer, { attributes: true });
}"""


def _chooses(pane: Pane, number: str) -> None:
    """Another message; from now on it is written down what the pane says."""
    pane.page.evaluate("mail => window.chooses(mail)", whole(letter(number)))
    pane.says("unasked", "n'a pas vérifié")
    pane.page.evaluate(SEEN)


def _holds(held: list[Route], route: Route) -> None:
    held.append(route)


@pytest.mark.parametrize("act", ["check", "report"])
def test_a_message_that_outlook_gives_late_stands_for_no_other(outlook: Office, act: str) -> None:
    """The first one's bytes come when the second is open: neither is it asked about, nor is it taken for the second one."""
    before = outlook.served.ledger.handed_in.count()
    with outlook.pane(None, slow=["file"]) as pane:
        asked: list[str] = []
        pane.page.on("request", lambda request: asked.append(request.url))
        pane.page.evaluate("mail => window.chooses(mail)", whole(letter(GENUINE)))
        pane.press(act)
        if act == "report":
            pane.press("send")
        until(lambda: bool(pane.page.evaluate("window.called.includes('file')")))
        _chooses(pane, FALSE)
        pane.page.evaluate("window.releases()")
        pane.press("check")
        until(lambda: pane.page.evaluate("window.called.filter((name) => name === 'file').length") == 2)
        pane.page.evaluate("window.releases()")
        pane.says("impersonation", "Faux")
        assert pane.page.evaluate("window.seen") == ["checking", "impersonation"]
        assert [url.rpartition("/")[2] for url in asked] == ["check"]
    assert outlook.served.ledger.handed_in.count() == before


def test_an_answer_that_comes_late_is_about_another_message(outlook: Office) -> None:
    with outlook.pane(None) as pane:
        pane.says("unasked", "Ouvrez un message")
        held: list[Route] = []
        pane.page.route("**/api/v1/check", lambda route: _holds(held, route))
        pane.page.evaluate("mail => window.chooses(mail)", whole(letter(GENUINE)))
        with pane.page.expect_request("**/api/v1/check"):
            pane.press("check")
        _chooses(pane, FALSE)
        until(lambda: bool(pane.page.evaluate("1")) and bool(held))
        with pane.page.expect_response("**/api/v1/check") as first:
            held[0].continue_()
        first.value.finished()
        pane.page.unroute_all()
        pane.press("check")
        pane.says("impersonation", "Faux")
        assert pane.page.evaluate("window.seen") == ["checking", "impersonation"]


def test_an_outlook_that_never_answers(outlook: Office) -> None:
    mail = in_parts(letter(FALSE)) | whole(letter(FALSE))
    with outlook.pane(mail, clock=True, silent=["file", "body"]) as pane:
        pane.says("checking", "vérifie ce message")
        pane.waits("file", 31)
        pane.waits("body", 31)
        pane.says("problem", "Outlook n'a pas donné le message à temps")
        pane.notes("www.ameli.fr")
        pane.page.evaluate("window.outlook.silent.length = 0")
        pane.press("again")
        pane.says("impersonation", "Faux")
    attached = {"attachments": [{"id": name, "name": name, "contentType": "text/plain"} for name in "ab"]}
    with outlook.pane(mail | attached, clock=True, silent=["file", "headers", "attachment"], language="en-GB") as pane:
        for call in ("file", "headers", "attachment"):
            pane.waits(call, 31)
        pane.says("impersonation", "False")
        pane.notes("Attachments that Vigie could not see: 2.")
        assert pane.page.evaluate("window.called.filter((name) => name === 'attachment').length") == 1


def test_outlooks_own_button_ends_whatever_does_not_answer(outlook: Office) -> None:
    """Outlook waits for `completed`, and shows nothing before."""

    def told(pane: Pane, title: str) -> str:
        done: dict[str, Any] = pane.page.evaluate("window.done")
        assert (done["moveItemTo"], done["onErrorDeleteItem"]) == ("noMove", False)
        dialog: dict[str, Any] = done["showPostProcessingDialog"]
        assert dialog["title"] == title
        return str(dialog["description"])

    mail = in_parts(letter(FALSE)) | whole(letter(FALSE))
    with outlook.pane(mail, file="report.html", clock=True, silent=["file", "body"]) as pane:
        pane.page.evaluate("void (window.done = window.presses('onSpamReport'))")
        pane.waits("file", 31)
        pane.waits("body", 31)
        assert "Outlook n'a pas donné le message à temps" in told(pane, "Signalement non envoyé")
    with outlook.pane(mail, file="report.html", clock=True) as pane:
        held: list[Route] = []
        pane.page.route("**/api/v1/reports**", lambda route: _holds(held, route))
        pane.page.evaluate("delete window.AbortController")  # as in Outlook for Windows
        pane.page.evaluate("void (window.done = window.presses('onSpamReport'))")
        until(lambda: bool(pane.page.evaluate("1")) and bool(held))
        pane.page.clock.fast_forward(61_000)
        # The server may have it all the same.
        assert "Il n'est pas sûr que votre signalement soit arrivé" in told(pane, "Signalement incertain")
        held[0].abort()
        pane.forgive("ERR_FAILED")


@pytest.mark.parametrize(
    ("attachments", "sent", "title", "said"),
    [
        (14, 0, "Signalement non envoyé", "Outlook n'a pas donné le message à temps"),
        (12, 1, "Signalement incertain", "Il n'est pas sûr que votre signalement soit arrivé"),
    ],
)
def test_outlooks_own_button_says_what_is_known_before_outlook_ends_it(
    outlook: Office, attachments: int, sent: int, title: str, said: str
) -> None:
    """Each wait is short, together they are not; and what was said not to be sent is not sent afterwards."""
    alike = {"name": "a", "contentType": "text/plain", "content": "", "format": "base64"}
    some = [alike | {"id": str(number)} for number in range(attachments)]
    mail = in_parts(letter(FALSE)) | {"attachments": some}
    with outlook.pane(mail, file="report.html", clock=True, version="1.8", slow=["attachment"]) as pane:
        held: list[Route] = []
        pane.page.route("**/api/v1/reports**", lambda route: _holds(held, route))
        pane.page.evaluate("void (window.done = window.presses('onSpamReport'))")
        for count in range(1, attachments + 1):
            asked = "count => window.called.filter((name) => name === 'attachment').length === count"
            until(partial(pane.page.evaluate, asked, count))
            pane.page.clock.fast_forward(20_000)
            pane.page.evaluate("window.releases()")
        until(lambda: bool(pane.page.evaluate("1")) and len(held) >= sent)
        pane.page.clock.fast_forward(31_000)
        dialog = pane.page.evaluate("window.done")["showPostProcessingDialog"]
        assert dialog["title"] == title
        assert said in dialog["description"]
        assert len(held) == sent
        for one in held:
            one.abort()
        pane.forgive("ERR_FAILED")
