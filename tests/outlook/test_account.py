"""People who sign in with their account instead of a token: the real msal-browser, before a bridge of ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from tests.outlook.builder import built
from tests.outlook.pane import CLIENT, TENANT, Office, account, letter, whole

SETS = ["NestedAppAuth 1.1"]
GENUINE = "001"


def by_account(outlook: Office, folder: Path) -> Office:
    """The same add-in, made for accounts."""
    made = built(folder, origin=outlook.served.origin, client=CLIENT, tenant=TENANT)
    return replace(outlook, settings=(made / "settings.js").read_text(encoding="utf-8"))


def test_an_account_instead_of_a_token(outlook: Office, tmp_path: Path) -> None:
    """The real msal-browser before a bridge of ours. Whom the server believes is the server's question: here it takes one of its own."""
    mail, sets = whole(letter(GENUINE)), SETS
    entra = by_account(outlook, tmp_path)
    with entra.pane(mail, token="", sets=sets, account=account(entra.secret)) as pane:
        pane.says("genuine", "Prouvé")
        pane.press("open")
        expect(pane.page.locator("#account")).to_be_visible()
        expect(pane.page.locator("#form")).to_be_hidden()
        (asked,) = pane.page.evaluate("window.asks.filter(({method}) => method !== 'GetInitContext')")
        assert (asked["method"], asked["clientId"]) == ("GetToken", CLIENT)
        assert f"api://{CLIENT}/access_as_user" in asked["scope"]
        assert asked["authority"].rstrip("/") == f"https://login.microsoftonline.com/{TENANT}"
        assert (
            pane.page.evaluate("Object.values(localStorage).concat(Object.values(sessionStorage)).join()").find(
                entra.secret
            )
            < 0
        )
    with entra.pane(
        mail, token="", sets=sets, account=account(entra.secret, GetToken="USER_INTERACTION_REQUIRED")
    ) as pane:
        pane.says("genuine", "Prouvé")
        assert "GetTokenPopup" in pane.page.evaluate("window.asks.map(({method}) => method)")
    refused = account(entra.secret, GetToken="USER_INTERACTION_REQUIRED", GetTokenPopup="USER_CANCEL")
    with entra.pane(mail, token="", sets=sets, account=refused) as pane:
        pane.says("problem", "votre compte professionnel n'a pas abouti")
    with entra.pane(mail, token="", sets=sets, account=account("eyJhbGciOiJub25lIn0.e30.")) as pane:
        pane.says("problem", "ne reconnaît pas votre compte")
        pane.forgive("status of 401")
    with entra.pane(mail) as pane:  # an Outlook without it; a token that was left from before opens nothing
        pane.says("problem", "ne sait pas encore se connecter")


def test_a_sign_in_that_never_ends(outlook: Office, tmp_path: Path) -> None:
    """Neither a host that says nothing nor a window that nobody sees leaves her in front of "checking"."""
    entra, mail = by_account(outlook, tmp_path), whole(letter(GENUINE))
    given = account(entra.secret, GetToken="USER_INTERACTION_REQUIRED")
    with entra.pane(mail, token="", sets=SETS, account=given, clock=True, silent=["GetTokenPopup"]) as pane:
        pane.says("checking", "Connectez-vous dans la fenêtre")
        pane.waits("GetTokenPopup", 181)
        pane.says("problem", "n'a pas eu de réponse")
        pane.page.evaluate("window.outlook.silent.length = 0")
        pane.press("again")
        pane.says("genuine", "Prouvé")
    with entra.pane(mail, token="", sets=SETS, account=given, silent=["GetTokenPopup"]) as pane:
        pane.says("checking", "Connectez-vous dans la fenêtre")
        pane.page.evaluate("window.outlook.silent.length = 0")
        pane.press("again")  # she has closed the window, or never saw one
        pane.says("genuine", "Prouvé")
    with entra.pane(
        mail, token="", sets=SETS, account=account(entra.secret), clock=True, silent=["GetToken"], language="en-GB"
    ) as pane:
        pane.waits("GetToken", 31)
        pane.says("problem", "had no answer")
