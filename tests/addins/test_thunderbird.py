"""What a person sees in Thunderbird above a message, real servers behind it (W-10, W-32). One start for everything."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.addins.world import Server, answering, served, thunderbird
from tests.cli.program import DEMO, FALSE, GENUINE, ORDINARY
from tests.e2e.letters import false_mail
from tests.e2e.world import until
from tests.servers.dovecot import Dovecot, contents
from tests.servers.thunderbird import Thunderbird
from tests.web.served import ROOT
from vigie.ledger.people_types import Told
from vigie.ledger.token_types import Token, Use

UNPROVEN = next(DEMO.glob("006-*.eml"))
ABOUT = next(DEMO.glob("040-*.eml"))
"""A mutuelle's letter: it names ameli, and does not claim to be it."""
OTHER = tuple(next(DEMO.glob(f"{number}-*.eml")) for number in ("003", "012", "024"))
"""What lies in a folder is not asked about: only the first of them is ever shown."""
HIDING = (
    "<style>* { display: none !important; visibility: hidden !important; transition: all 9s } html { zoom: .01; opacity: 0 }"
    "[data-vigie] { transform: translateY(-999px) !important; inset: auto !important; height: 0 !important }"
    '[data-vigie]::before { content: "Prouvé"; display: block !important; position: absolute; inset: 0; z-index: 9 }</style>'
    '<div style="display:block!important;visibility:visible!important;position:fixed;top:0;left:0;right:0;z-index:2147483647">'
    '✔ Prouvé : ce message vient bien d\'ameli.</div><p><a href="https://faux.example/carte">Votre remboursement ameli</a></p>'
)
HOSTILE = false_mail(
    1, subject="<img src=x onerror=alert(1)>", body=HIDING, name='"AMELI <b id=x>Assurance Maladie</b>"'
)
OURS = {"b", "button", "div", "li", "p", "span", "style", "ul"} - {"b"}
"""Elements of the banner's own; a mail's words are text."""
BUSY = {"fr": "Essai en cours…", "en": "Trying…"}
UNKNOWN = "vig_" + "a" * 43


def id_of(raw: bytes) -> str:
    """Its Message-ID, as Thunderbird keeps it."""
    found = re.search(rb"^Message-ID:\s*<([^>]+)>", raw, re.MULTILINE | re.IGNORECASE)
    assert found is not None
    return found[1].decode()


def id_in(path: Path) -> str:
    return id_of(path.read_bytes())


def settings_are_tried(tb: Thunderbird, server: Server, secret: str) -> None:
    def saved(address: str, token: str) -> str:
        return tb.save(address, token, busy=BUSY["fr"])

    _, checks = server.token(Use.CHECK)
    for address in (
        "http://vigie.example.org",
        "https://ameli.fr@vigie.example.org",
        "ftp://127.0.0.1",
        "https://",
        "",
    ):
        assert "https://" in saved(address or "x y", secret), address
    assert "incomplet" in saved(server.origin, secret[:-1])
    assert "jeton n'est plus valable" in saved(server.origin, UNKNOWN)
    with answering(200, b"<p>Wi-Fi de la gare : connectez-vous</p>") as (page, _):
        assert "n'est pas un serveur Vigie" in saved(page, secret)
    with answering(307, b"", Location=f"{server.origin}/api/v1/check") as (astray, asked):
        assert "ne répond pas" in saved(astray, secret)
        assert asked
    assert secret.encode() not in server.sent()
    with answering(503, b"{}", Retry_After="240") as (busy, _):
        assert "très occupé. Réessayez dans 4 minutes" in saved(busy, secret)
    assert "mais pas de signaler" in saved(server.origin, checks)
    assert "Tout fonctionne" in saved(f"{server.origin}/cases?x=1", secret)
    assert server.asked() == 0


def verdicts_stand_above(tb: Thunderbird, server: Server) -> None:
    told = {}
    for path, kind, begins in (
        (GENUINE, "genuine", "Prouvé : ce message vient bien de l'Assurance Maladie (ameli)."),
        (FALSE, "impersonation", "Faux : ce message se fait passer pour l'Assurance Maladie (ameli)."),
        (UNPROVEN, "undecided", "Non prouvé : "),
        (ABOUT, "unrelated", "Ce message ne se présente pas comme venant d'ameli"),
    ):
        told[kind] = seen = tb.show(id_in(path))
        assert (seen["kind"], seen["lang"]) == (kind, "fr")
        assert seen["sentence"].startswith(begins)
        assert begins in seen["title"]
        assert seen["on_top"]
        assert seen["covers"] <= 0
        assert set(seen["elements"]) <= OURS
    assert server.asked() == 4
    assert tb.show(id_in(GENUINE)) == told["genuine"]
    assert server.asked() == 4, "what is known is not asked again"
    assert "report" not in told["genuine"]["buttons"]


def reasons_are_shown_on_demand(tb: Thunderbird) -> None:
    seen = tb.show(id_in(FALSE))
    assert not seen["open"]
    opened = tb.press("why")
    assert opened["open"]
    assert "Un lien affiche une adresse officielle, mais mène ailleurs" in opened["reasons"][0]
    assert any("appelez tout de suite votre banque" in line for line in opened["reasons"])
    assert not tb.press("why")["open"]


def a_mail_cannot_speak_for_the_banner(tb: Thunderbird) -> None:
    seen = tb.show(id_of(HOSTILE))
    assert (seen["kind"], seen["on_top"]) == ("impersonation", True)
    assert set(seen["elements"]) <= OURS
    assert "<b id=x>" in " ".join(seen["reasons"])


def what_names_nobody_stays_here(tb: Thunderbird, server: Server) -> None:
    before = server.asked()
    seen = tb.show(id_in(ORDINARY))
    assert (seen["kind"], seen["sentence"]) == (
        "unchecked",
        "Vigie n'a pas vérifié ce message : il ne semble pas parler d'ameli.",
    )
    assert server.asked() == before
    assert tb.press("check")["kind"] == "unrelated"
    assert server.asked() == before + 1


def a_report_arrives_with_consent(tb: Thunderbird, server: Server) -> None:
    tb.show(id_in(FALSE))
    asked = tb.press("report")
    assert (asked["kind"], asked["buttons"]) == ("consent", ["send", "back"])
    assert "sera envoyé en entier" in asked["sentence"]
    assert tb.press("back")["kind"] == "impersonation"
    assert server.ledger.handed_in.count() == 0
    tb.press("report")
    done = tb.press("send")
    assert done["kind"] == "impersonation"
    (number,) = re.findall(r"\(numéro (\w+)\)", done["note"])
    mails = {hashlib.sha256(raw).digest(): raw for raw in contents(tb.account)["INBOX"]}
    kept = server.ledger.handed_in.message(number)
    assert kept is not None
    assert id_of(kept) == id_of(mails[hashlib.sha256(kept).digest()]) == id_in(FALSE)
    assert "report" not in tb.show(id_in(FALSE))["buttons"]


def too_many_reports_are_said(tb: Thunderbird) -> None:
    tb.show(id_in(UNPROVEN))
    tb.press("report")
    seen = tb.press("send")
    assert seen["kind"] == "undecided"
    assert re.search(r"pas parti : .*trop de demandes à la suite.* réessayez dans \d+ minutes", seen["note"])


def thunderbirds_own_lines_are_left_out(tb: Thunderbird, server: Server, local: bytes) -> None:
    assert tb.show(id_of(local), "Essai")["kind"] == "genuine"
    assert b"X-Mozilla-Status" not in server.sent()
    assert local in server.sent()


def english_is_spoken(tb: Thunderbird) -> None:
    tb.speak("en-US")
    seen = tb.show(id_in(GENUINE))
    assert (seen["lang"], seen["sentence"]) == (
        "en",
        "Proven: this message does come from ameli (the French health insurance).",
    )
    assert tb.show(id_in(FALSE))["sentence"].startswith("False: this message pretends to come from ameli")
    assert "A link shows an official address and leads elsewhere" in tb.press("why")["reasons"][0]


def what_is_wrong_is_said(tb: Thunderbird, server: Server, token: Token, unseen: bytes) -> None:
    assert server.ledger.tokens.revoke(token.id, ROOT, at=token.created_at) is Told.DONE
    refused = tb.show(id_in(OTHER[0]))
    assert (refused["kind"], refused["buttons"]) == ("problem", ["settings", "again_check"])
    assert "your token is no longer good" in refused["sentence"]
    server.end.close()
    down = tb.press("again_check")
    assert "the Vigie server does not answer" in down["sentence"]
    assert "www.ameli.fr" in down["note"]
    assert tb.show(id_in(FALSE))["kind"] == "impersonation", "what is known is still told"
    tb.script("Services.io.offline = true;")  # which the extension's process hears of a little later
    tb.show(id_of(unseen), "Essai")
    until(lambda: "you are offline" in tb.press("again_check")["sentence"])


@pytest.fixture
def server(tmp_path: Path):
    with served(tmp_path) as made:
        yield made


def test_what_a_person_sees_in_thunderbird(dovecot: Dovecot, server: Server) -> None:
    local, unseen = (
        b"\r\n".join(next(DEMO.glob(f"{number}-*.eml")).read_bytes().splitlines()) for number in ("004", "008")
    )
    mails = [path.read_bytes() for path in (GENUINE, FALSE, UNPROVEN, ABOUT, ORDINARY, *OTHER)]
    token, secret = server.token(Use.CHECK, Use.REPORT)
    with thunderbird(dovecot, *mails, HOSTILE, local=(local, unseen)) as tb:
        tb.speak("fr")
        assert "n'est pas encore réglée" in tb.show(id_in(ORDINARY))["sentence"]
        settings_are_tried(tb, server, secret)
        until(lambda: tb.seen()["kind"] == "unchecked")
        verdicts_stand_above(tb, server)
        reasons_are_shown_on_demand(tb)
        a_mail_cannot_speak_for_the_banner(tb)
        what_names_nobody_stays_here(tb, server)
        a_report_arrives_with_consent(tb, server)
        too_many_reports_are_said(tb)
        thunderbirds_own_lines_are_left_out(tb, server, local)
        assert server.asked() == 7, (
            "one for each message that was shown and names ameli, and the one that was asked for"
        )
        english_is_spoken(tb)
        what_is_wrong_is_said(tb, server, token, unseen)
