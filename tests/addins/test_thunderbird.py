"""What a person sees in Thunderbird above a message, real servers behind it (W-10, W-32). One start for everything."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.addins.answering import DOUBTS, REFUSALS, Answering
from tests.addins.recorded import heard, same
from tests.addins.served import Server, served
from tests.addins.world import thunderbird
from tests.cli.program import DEMO, ORDINARY
from tests.e2e.letters import false_mail
from tests.e2e.world import until
from tests.servers.cutter import Cutter
from tests.servers.dovecot import Dovecot, contents
from tests.servers.thunderbird import Thunderbird
from tests.web.review.seeded import SAMPLES
from vigie.ledger.token_types import Use

GENUINE, FALSE, UNPROVEN, BIG, LOCAL = (
    SAMPLES[number] / "message.eml" for number in ("110", "132", "161", "505", "111")
)
ABOUT = SAMPLES["103"] / "message.eml"
"""A friend's mail: it names ameli, and does not claim to be it."""
OTHER = tuple(next(DEMO.glob(f"{number}-*.eml")) for number in ("003", "012"))
"""What lies in a folder is not asked about: only the first of them is ever shown."""
HIDING = (
    '<html inert aria-hidden="true"><style>'
    "* { display: none !important; visibility: hidden !important; transition: all 9s 9s } html { zoom: .01; opacity: 0 }"
    "[data-vigie] { transform: translateY(-999px) !important; inset: auto !important; height: 0 !important }"
    '[data-vigie]::before, [data-vigie]::after, [data-vigie]::backdrop { content: "Prouvé"; display: block !important;'
    " visibility: visible !important; position: fixed; inset: 0; z-index: 9; background: #fff }</style>"
    '<div style="display:block!important;visibility:visible!important;position:fixed;top:0;left:0;right:0;z-index:2147483647">'
    '✔ Prouvé : ce message vient bien d\'ameli.</div><p><a href="https://faux.example/carte">Votre remboursement ameli</a></p>'
)
HOSTILE = false_mail(
    1, subject="<img src=x onerror=alert(1)>", body=HIDING, name='"AMELI <b id=x>Assurance Maladie</b>"'
)
OURS = {"b", "button", "div", "li", "p", "span", "style", "ul"} - {"b"}
"""Elements of the banner's own; a mail's words are text."""
BUSY = {"fr": "Essai en cours…", "en": "Trying…"}
CHECKING = "Vigie vérifie ce message… En attendant, ne cliquez sur rien."
UNKNOWN = "vig_" + "a" * 43


def id_of(raw: bytes) -> str:
    """Its Message-ID, as Thunderbird keeps it."""
    found = re.search(rb"^Message-ID:\s*<([^>]+)>", raw, re.MULTILINE | re.IGNORECASE)
    assert found is not None
    return found[1].decode()


def id_in(path: Path) -> str:
    return id_of(path.read_bytes())


def settings_are_tried(tb: Thunderbird, server: Server, other: Answering, secret: str) -> None:
    def saved(address: str, token: str) -> str:
        return tb.save(address, token, busy=BUSY["fr"])

    checks = server.token(Use.CHECK)
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
    other.says(200, b"<p>Wi-Fi de la gare : connectez-vous</p>")
    assert "n'est pas un serveur Vigie" in saved(other.origin, secret)
    other.says(307, b"", Location=f"{server.origin}/api/v1/check")
    assert "ne répond pas" in saved(other.origin, secret)
    assert other.asked
    assert secret.encode() not in server.sent()
    other.says(503, b"{}", Retry_After="240")
    assert "très occupé. Réessayez dans 4 minutes" in saved(other.origin, secret)
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
    assert (seen["kind"], seen["on_top"], seen["drawn"]) == ("impersonation", True, [])
    assert seen["covers"] <= 0
    assert seen["wide"] == 0
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


def what_is_wrong_is_said(tb: Thunderbird, server: Server, secret: str, unseen: bytes) -> None:
    server.revoke(secret)
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


def it_says_so_at_once_while_a_large_message_is_fetched(
    tb: Thunderbird, server: Server, mails: Cutter, secret: str
) -> None:
    assert "Tout fonctionne" in tb.save(server.origin, secret, "asked", busy=BUSY["fr"])
    assert tb.show(id_in(FALSE))["kind"] == "unchecked"
    mails.hold()
    tb.save(server.origin, secret, "named", busy=BUSY["fr"])
    assert tb.checking() == CHECKING
    mails.go_on()
    assert tb.seen()["kind"] == "impersonation"


def an_answer_holds_as_long_as_the_settings(tb: Thunderbird, server: Server, other: Answering, secret: str) -> None:
    """Whatever a server said comes too late once another one, another token, or another mode is set."""

    def saved(address: str, token: str, mode: str) -> None:
        tb.save(address, token, mode, busy=BUSY["fr"])
        if mode == "asked":
            until(lambda: tb.seen()["kind"] == "unchecked")

    def says_too_late() -> None:
        told = other.told
        other.judges(verdict="genuine")
        until(lambda: other.told > told)
        other.judges(verdict="suspicious")

    other.judges(verdict="genuine")
    tb.show(id_in(FALSE))
    saved(other.origin, UNKNOWN, "asked")
    other.holds()
    tb.click("check")
    assert tb.checking() == CHECKING
    until(lambda: other.mails == 1)
    saved(other.origin, secret, "asked")  # another token
    says_too_late()
    assert tb.press("check")["kind"] == "suspicious"
    other.holds()
    saved(other.origin, secret, "named")
    until(lambda: other.mails == 3)
    saved(other.origin, secret, "asked")  # another mode
    says_too_late()
    assert tb.press("check")["kind"] == "suspicious"
    tb.press("report")
    other.holds()
    tb.click("send")
    until(lambda: other.mails == 5)
    saved(server.origin, secret, "asked")  # another server
    says_too_late()
    until(lambda: "Il n'est pas sûr que votre signalement soit arrivé" in tb.seen()["note"])
    assert tb.press("check")["kind"] == "impersonation"


def a_report_was_not_sent_only_where_that_is_known(
    tb: Thunderbird, server: Server, other: Answering, secret: str
) -> None:
    """Behind a proxy that gives up, or an answer that nobody understands, it may have arrived; sent again, it is sent."""
    other.judges(verdict="suspicious")
    tb.save(other.origin, secret, "asked", busy=BUSY["fr"])
    until(lambda: tb.seen()["kind"] == "unchecked")
    assert tb.press("check")["kind"] == "suspicious"
    for cases, begins in (
        (DOUBTS, "Il n'est pas sûr que votre signalement soit arrivé : "),
        (REFUSALS, "Votre signalement n'est pas parti : "),
    ):
        for status, kind in cases:
            other.says(status, b"{}", Content_Type=kind, Retry_After="0")
            tb.press("report")
            mails = other.mails
            seen = tb.press("send")
            assert (seen["kind"], other.mails) == ("suspicious", mails + 1), (status, kind)
            assert seen["note"].startswith(begins), (status, kind, seen["note"])
    tb.save(server.origin, secret, "asked", busy=BUSY["fr"])
    until(lambda: tb.seen()["kind"] == "unchecked")


def no_wait_ends_in_silence(tb: Thunderbird) -> None:
    tb.show(id_in(BIG))
    tb.script("pane().threadTree._selection.selectEventsSuppressed = true;")  # Thunderbird is busy with its list
    lost = tb.press("check")
    assert (lost["kind"], lost["buttons"]) == ("problem", ["again_check"])
    assert lost["sentence"].startswith("Ce message n'a pas été vérifié : Vigie a été interrompue. Réessayez")
    tb.script("pane().threadTree._selection.selectEventsSuppressed = false;")
    assert tb.press("again_check")["kind"] == "impersonation"


SENT = {
    "genuine": ("/api/v1/check", GENUINE.read_bytes()),
    "fraud": ("/api/v1/check", FALSE.read_bytes()),
    "unproven": ("/api/v1/check", UNPROVEN.read_bytes()),
    "unrelated": ("/api/v1/check", ABOUT.read_bytes()),
    "too-big": ("/api/v1/check", BIG.read_bytes() + b"\r\n"),  # it ends within a line
    "report": ("/api/v1/reports?consent=true", FALSE.read_bytes()),
    "test": ("/api/v1/check", b'{"text":"Bonjour","medium":"sms"}'),
    "bad-token": ("/api/v1/check", b'{"text":"Bonjour","medium":"sms"}'),
    "test-report": ("/api/v1/reports", b""),
    "test-report-other-scope": ("/api/v1/reports", b""),
}
"""What goes out, by the payload that says so."""


def what_was_sent_is_what_the_payloads_say(server: Server) -> None:
    found = heard(server.wire)
    for name, (path, body) in SENT.items():
        asked = [one for one in found if (one.path, one.body) == (path, body)]
        assert asked, f"{name}: was not sent"
        for one in asked:
            same(f"thunderbird-{name}", one.method, one.path, one.headers, one.body)
    assert {(one.method, one.path) for one in found} == {("POST", path) for path, _ in SENT.values()}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with served(tmp_path) as made:
        yield made


def test_what_a_person_sees_in_thunderbird_and_what_is_sent_is_recorded(
    dovecot: Dovecot, server: Server, impostor: Answering
) -> None:
    local, unseen = LOCAL.read_bytes(), b"\r\n".join(next(DEMO.glob("008-*.eml")).read_bytes().splitlines())
    mails = [path.read_bytes() for path in (GENUINE, FALSE, UNPROVEN, ABOUT, ORDINARY, BIG, *OTHER)]
    secret = server.token(Use.CHECK, Use.REPORT)
    with (
        Cutter(dovecot.port) as wire,
        thunderbird(dovecot, *mails, HOSTILE, local=(local, unseen), port=wire.port) as tb,
    ):
        tb.speak("fr")
        assert "n'est pas encore réglée" in tb.show(id_in(ORDINARY))["sentence"]
        settings_are_tried(tb, server, impostor, secret)
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
        it_says_so_at_once_while_a_large_message_is_fetched(tb, server, wire, secret)
        an_answer_holds_as_long_as_the_settings(tb, server, impostor, secret)
        a_report_was_not_sent_only_where_that_is_known(tb, server, impostor, secret)
        no_wait_ends_in_silence(tb)
        tb.save(server.origin, secret, busy=BUSY["fr"])
        english_is_spoken(tb)
        what_is_wrong_is_said(tb, server, secret, unseen)
        what_was_sent_is_what_the_payloads_say(server)
