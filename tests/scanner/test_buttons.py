"""Folders that are buttons: what is moved there is judged, answered once, and lies where it came from again."""

from __future__ import annotations

import contextlib
import email
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest

from tests.scanner.test_supervisor import until
from tests.scanner.world import (
    CHECK,
    NOW,
    QUARANTINE,
    REPORT,
    ScriptedPool,
    bench,
    flags,
    hands,
    is_reply,
    look,
    mail,
    places,
    scan,
    sha,
)
from tests.servers.dovecot import Dovecot, append, client, contents, hashes
from tests.servers.fakeimap import CLOSE, FakeImap, Reply
from tests.servers.pymap import Pymap
from tests.servers.scripted_store import ALL_MAIL, Gmail, Store, exchange
from vigie.cli import words
from vigie.ledger.handed_in_types import HandedState
from vigie.ledger.review import Standing, plan_release, standing
from vigie.ledger.review_types import Pending
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Intent, Record, State
from vigie.message.parse import parse
from vigie.rules.types import Case, ExaminationError, Label, Verdict
from vigie.scanner import cycle, journal, recover, undoing
from vigie.scanner.actions import answer, quarantine
from vigie.scanner.attended import Attended
from vigie.scanner.buttons import copies, instead, plan
from vigie.scanner.hands import Arrival, Hands, transfer
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError, Summary
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import Supervisor
from vigie.web.review.said import deeds
from vigie.web.words import said

FALSE, BILL = mail("faux", "impersonation"), mail("facture")
DATE = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
BUTTONS = {"check_folder": CHECK, "report_folder": REPORT}


def drop(account: AccountSettings, *messages: bytes, folder: str = CHECK) -> None:
    """Somebody moves mail from elsewhere into the folder, which the service has made."""
    with client(account) as connection, contextlib.suppress(connection.Error):
        connection.create_folder(folder)
    append(account, *messages, folder=folder, flags=("\\Seen", "perso"), when=DATE)


def move(account: AccountSettings, source: str, folder: str) -> None:
    """Somebody moves all that lies in a folder into another one."""
    with client(account) as connection:
        if not connection.folder_exists(folder):
            connection.create_folder(folder)
        connection.select_folder(source)
        connection.move(connection.search(), folder)


def replies(account: AccountSettings, folder: str = "INBOX") -> list[EmailMessage]:
    """The replies of ours, in order."""
    found = [email.message_from_bytes(raw, policy=default) for raw in contents(account).get(folder, [])]
    return [message for message in found if str(message["Subject"]).startswith("[Vigie]")]


def only(ledger: Ledger) -> Record:
    """The one case."""
    (record,) = ledger.records()
    return record


def test_the_five_answers(dovecot: Dovecot, ledger: Ledger) -> None:
    """In `observe`: a keyword where one says it, else a reply. Flags and date stay, and the next pass has nothing to do with it."""
    account = dovecot.account(**BUTTONS)
    kinds = ["impersonation", "suspicious", "genuine proven", "undecided", "unrelated"]
    drop(account, *(mail(kind.split()[0], kind) for kind in kinds))
    before = hashes(account)
    summary = scan(account, ledger, folder=CHECK, mode="observe")
    assert (summary.judged, summary.answered, summary.waiting) == (5, 5, 0)
    there = {seen.subject: seen for seen in look(account) if not is_reply(seen)}
    own = {name: set(seen.flags) - {"\\Seen", "perso"} for name, seen in there.items()}
    assert own == {
        "impersonation": {"$Phishing", "$Junk"},
        "suspicious": {"VigieSuspect"},
        "genuine": {"VigieAuthentique"},
        "undecided": set(),
        "unrelated": set(),
    }
    assert all((seen.folder, seen.date) == ("INBOX", DATE) for seen in there.values())
    assert all({"\\Seen", "perso"} <= set(seen.flags) for seen in there.values())
    told = replies(account)
    assert [reply["In-Reply-To"] for reply in told] == ["<undecided@example.org>", "<unrelated@example.org>"]
    assert hashes(account) - before == Counter({seen.sha256: 1 for seen in look(account) if is_reply(seen)})
    for folder in ("INBOX", CHECK):
        again = scan(account, ledger, folder=folder)
        assert (again.judged, again.quarantined, again.tagged, again.answered) == (0, 0, 0, 0)
    scan(account, ledger, since=datetime(2025, 1, 1, tzinfo=UTC))
    assert places(account)["impersonation"] == ["INBOX"]
    assert {record.place.folder for record in ledger.records()} == {"INBOX"}


def test_where_no_keyword_is_kept_there_is_a_reply(pymap: Pymap, ledger: Ledger) -> None:
    account = pymap.account(**BUTTONS)
    scan(account, ledger, folder=CHECK)  # which makes the folder
    append(account, FALSE, folder=CHECK)
    assert scan(account, ledger, folder=CHECK, mode="observe").answered == 1
    (reply,) = replies(account)
    assert "C'est un faux" in reply["Subject"]
    assert reply["To"] is None  # the account names no address
    assert places(account)["faux"] == ["INBOX"]
    assert scan(account, ledger).judged == 0


def test_a_reply_each_time_where_that_is_wanted(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS, answers="reply", language="en", addresses=("accueil@example.org",))
    drop(account, FALSE)
    scan(account, ledger, folder=CHECK, mode="observe")
    (reply,) = replies(account)
    assert (reply["To"], reply["Auto-Submitted"]) == ("accueil@example.org", "auto-replied")
    assert "This message is false." in reply.get_content()


def test_back_to_the_folder_that_it_came_from_and_to_its_one_case(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS, folders=("INBOX", "Famille"))
    drop(account, mail("douteux", "suspicious"), folder="Famille")
    scan(account, ledger, folder="Famille", mode="observe")
    first = only(ledger)
    for _ in range(2):
        move(account, "Famille", CHECK)
        assert scan(account, ledger, folder=CHECK, mode="observe").answered == 1
        assert places(account)["douteux"] == ["Famille"]
        assert (only(ledger).id, only(ledger).place.folder) == (first.id, "Famille")
    with client(account) as connection:
        connection.select_folder("Famille")
        connection.move(connection.search(), CHECK)
        connection.unselect_folder()
        connection.delete_folder("Famille")
    scan(account, ledger, folder=CHECK, mode="observe")
    assert places(account)["douteux"] == ["INBOX"]


def test_what_lay_in_quarantine_goes_back_there_and_stays_its_case(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS)
    append(account, FALSE, when=DATE)
    scan(account, ledger)
    move(account, QUARANTINE, CHECK)
    assert scan(account, ledger, folder=CHECK).answered == 1
    record = only(ledger)
    assert standing(ledger.outcomes(record.id)) is Standing.HELD
    assert places(account)["faux"] == [QUARANTINE]
    (reply,) = replies(account)
    assert QUARANTINE in reply.get_content()
    append(account, FALSE, folder=CHECK, when=DATE)  # a copy of what lies there is another message
    scan(account, ledger, folder=CHECK)
    assert places(account)["faux"] == ["INBOX", QUARANTINE]
    release(account, ledger, record)
    assert places(account)["faux"] == ["INBOX", "INBOX"]


def release(account: AccountSettings, ledger: Ledger, record: Record) -> None:
    """A person puts it back."""
    intent = plan_release(record, ledger.outcomes(record.id), at=NOW)
    assert isinstance(intent, Intent)
    ledger.release(intent, NOW)
    work = hands(account, ledger)
    with contextlib.closing(work.session):
        recover.recover(work, "enforce")


def test_a_release_after_a_check_takes_our_keywords_along(dovecot: Dovecot, ledger: Ledger) -> None:
    """What the message had before quarantine counts, not what it had when somebody asked about it there."""
    account = dovecot.account(**BUTTONS)
    append(account, FALSE, flags=("\\Seen", "perso"), when=DATE)
    scan(account, ledger)
    with client(account) as connection:
        connection.select_folder(QUARANTINE)
        connection.remove_flags(connection.search(), ["perso"])
    move(account, QUARANTINE, CHECK)
    scan(account, ledger, folder=CHECK)
    assert {"$Phishing", "$Junk"} <= flags(account, "faux")
    release(account, ledger, only(ledger))
    (back,) = [seen for seen in look(account) if seen.subject == "faux"]
    assert (back.folder, back.date, set(back.flags)) == ("INBOX", DATE, {"\\Seen", "perso", "$NotJunk"})


class Wiser(ScriptedPool):
    """Judges a mail the second time by its X-Second, if it has one; "crash": not at all."""

    def submit(self, raw: bytes, *, key: str, **more: object) -> Future[Case]:
        told = str(email.message_from_bytes(raw).get("X-Second", ""))
        if not told or all(sha(raw)[:12] not in one for one in self.seen):
            return super().submit(raw, key=key, **more)
        verdict = "undecided" if told == "crash" else told
        raw = re.sub(rb"X-Verdict: .*\r\n", f"X-Verdict: {verdict}\r\n".encode(), raw)
        future = super().submit(raw, key=key, **more)
        if told != "crash":
            return future
        crashed: Future[Case] = Future()
        nothing = Verdict(label=Label.UNDECIDED, brand=None, decided_by=0, findings=())
        crashed.set_result(replace(future.result(), verdict=nothing, error=ExaminationError("crash", "")))
        return crashed


def twice(name: str, first: str, second: str) -> bytes:
    """A mail that is judged otherwise the second time."""
    return mail(name, first).replace(b"X-Verdict", f"X-Second: {second}\r\nX-Verdict".encode(), 1)


def test_what_could_not_be_decided_yet_is_judged_again_where_it_came_back(dovecot: Dovecot, ledger: Ledger) -> None:
    """Row 7: the case that waits has followed the message, which our own answer has put there."""
    account = dovecot.account(**BUTTONS)
    pool = Wiser()
    drop(account, twice("dns-en-panne", "undecided retry", "suspicious"))
    assert scan(account, ledger, pool, folder=CHECK).answered == 1
    ledger.add_records((replace(only(ledger), retry_at=datetime.now(UTC)),), None)
    summary = scan(account, ledger, pool)
    assert (summary.retried, summary.judged, summary.tagged) == (1, 1, 1)
    assert (only(ledger).verdict, only(ledger).attempts) == ("suspicious", 2)
    assert places(account)["dns-en-panne"] == ["INBOX"]


def test_a_later_answer_takes_the_keywords_of_an_earlier_one_back(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS)
    pool = Wiser()
    later = {
        "genuine proven": {"VigieAuthentique"},
        "suspicious": {"VigieSuspect"},
        "undecided": set(),
        "crash": {"$Phishing", "$Junk"},  # no new answer: the old one stands
    }
    drop(account, *(twice(second.split()[0], "impersonation", second) for second in later))
    scan(account, ledger, pool, folder=CHECK, mode="observe")
    assert all(flags(account, name.split()[0]) == {"\\Seen", "perso", "$Phishing", "$Junk"} for name in later)
    move(account, "INBOX", CHECK)
    assert scan(account, ledger, pool, folder=CHECK, mode="observe").answered == 4
    for second, keywords in later.items():
        assert flags(account, second.split()[0]) == {"\\Seen", "perso", *keywords}
    assert [reply["In-Reply-To"] for reply in replies(account)] == ["<undecided@example.org>", "<crash@example.org>"]


def test_a_keyword_that_a_person_has_set_stays(dovecot: Dovecot, ledger: Ledger) -> None:
    """Set before us, or once more after we took it back."""
    account = dovecot.account(**BUTTONS)
    append(account, twice("faux", "impersonation", "genuine proven"), flags=("$Junk",))
    pool = Wiser()
    move(account, "INBOX", CHECK)
    scan(account, ledger, pool, folder=CHECK, mode="observe")
    assert flags(account, "faux") == {"$Phishing", "$Junk"}
    move(account, "INBOX", CHECK)
    scan(account, ledger, pool, folder=CHECK, mode="observe")
    assert flags(account, "faux") == {"$Junk", "VigieAuthentique"}
    with client(account) as connection:
        connection.select_folder("INBOX")
        connection.add_flags(connection.search(), ["$Phishing"])
        connection.move(connection.search(), CHECK)
    scan(account, ledger, pool, folder=CHECK, mode="observe")
    assert flags(account, "faux") == {"$Phishing", "$Junk", "VigieAuthentique"}


def test_a_later_pass_takes_an_answer_back_that_it_contradicts(dovecot: Dovecot, ledger: Ledger) -> None:
    """Over another folder, to which somebody has moved the message: there it is another case."""
    account = dovecot.account(**BUTTONS, folders=("INBOX", "Famille"))
    pool = Wiser()
    drop(account, *(twice(second, "genuine proven", second) for second in ("suspicious", "impersonation")))
    scan(account, ledger, pool, folder=CHECK, mode="observe")
    assert flags(account, "suspicious") == {"\\Seen", "perso", "VigieAuthentique"}
    move(account, "INBOX", "Famille")
    scan(account, ledger, pool, folder="Famille")
    assert places(account) == {"suspicious": ["Famille"], "impersonation": [QUARANTINE]}
    assert flags(account, "suspicious") == {"\\Seen", "perso", "VigieSuspect"}
    assert flags(account, "impersonation") == {"\\Seen", "perso", "$Phishing", "$Junk"}


def test_a_release_takes_off_what_an_answer_had_set_before_quarantine(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS)
    drop(account, FALSE)
    scan(account, ledger, folder=CHECK)
    assert flags(account, "faux") == {"\\Seen", "perso", "$Phishing", "$Junk"}
    move(account, "INBOX", REPORT)
    scan(account, ledger, folder=REPORT)
    assert places(account)["faux"] == [QUARANTINE]
    release(account, ledger, only(ledger))
    assert places(account)["faux"] == ["INBOX"]
    assert flags(account, "faux") == {"\\Seen", "perso", "$NotJunk"}


@pytest.mark.parametrize(
    ("verdict", "mode", "folder"),
    [
        ("impersonation", "enforce", QUARANTINE),
        ("impersonation", "observe", "INBOX"),
        ("impersonation proven", "enforce", "INBOX"),
        ("unrelated", "enforce", "INBOX"),
    ],
)
def test_what_is_reported(dovecot: Dovecot, ledger: Ledger, verdict: str, mode: str, folder: str) -> None:
    account = dovecot.account(**BUTTONS)
    drop(account, mail("rapport", verdict), folder=REPORT)
    assert scan(account, ledger, folder=REPORT, mode=mode).answered == 1
    assert places(account)["rapport"] == [folder]
    ((line,), count) = ledger.desk("marie").handed_in.page(HandedState.OPEN)
    assert (count, line.source, line.kept, line.case.subject) == (1, REPORT, True, "rapport")
    assert line.case.id == only(ledger).id
    assert ledger.decisions(line.case.id) == []
    if folder == QUARANTINE:
        release(account, ledger, only(ledger))  # not into the folder by which it was reported
        assert places(account)["rapport"] == ["INBOX"]


@pytest.mark.parametrize("temporary", [True, False])
def test_what_cannot_be_quarantined_comes_back_with_a_word(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, *, temporary: bool
) -> None:
    """Its reply had said that it goes there. For good, or so often that nobody would wait any more."""
    account = dovecot.account(**BUTTONS)
    drop(account, FALSE, folder=REPORT)
    if temporary:
        monkeypatch.setattr(instead, "PATIENCE", 0)
    with closed_to_all(dovecot, account) if temporary else pytest.MonkeyPatch.context() as patch:
        if patch is not None:
            patch.setattr(quarantine, "transfer", refused)
        summary = scan(account, ledger, folder=REPORT)
    assert (summary.failed, summary.waiting) == (1, 0)
    assert places(account)["faux"] == ["INBOX"]
    first, second = told(account)
    assert "le met dans le dossier de quarantaine" in first
    assert "n'a pas été mis en quarantaine" in second
    assert "le remet dans votre boîte de réception" in second
    assert replies(account)[1]["In-Reply-To"] == "<faux@example.org>"
    before = look(account)
    for name in ("INBOX", REPORT):
        assert scan(account, ledger, folder=name).judged == 0
    assert look(account) == before
    assert ledger.open_intents(account.name) == []


@contextlib.contextmanager
def closed_to_all(dovecot: Dovecot, account: AccountSettings) -> Iterator[None]:
    """The server cannot write into quarantine, and says that it might some day."""
    with client(account) as connection:
        connection.create_folder(QUARANTINE)
    folder = dovecot.base / "mail" / account.username / "Maildir" / f".{QUARANTINE}"
    for part in ("tmp", "new", "cur"):
        (folder / part).chmod(0o500)
    yield
    for part in ("tmp", "new", "cur"):
        (folder / part).chmod(0o700)


def test_a_quarantine_that_an_undo_withdraws_gives_the_message_back(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS)
    drop(account, FALSE, folder=REPORT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quarantine, "transfer", busy)
        scan(account, ledger, folder=REPORT)
    with contextlib.closing((work := hands(account, ledger)).session):
        undoing.settle_open(work, DATE)
    scan(account, ledger)
    assert places(account)["faux"] == ["INBOX"]
    assert "n'a pas été mis en quarantaine" in told(account)[1]


def busy(*_: object) -> None:
    """A server that refuses for a while."""
    raise MailboxError("refused", "busy", temporary=True)


def refused(*_: object) -> None:
    """A server that refuses for good."""
    raise MailboxError("refused", "never", temporary=False)


def test_what_is_reported_is_kept_once_and_goes_with_its_case(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS)
    for _ in range(2):
        drop(account, BILL, folder=REPORT)
        scan(account, ledger, folder=REPORT)
    assert ledger.handed_in.count() == 1
    (told,) = [entry for entry in ledger.audit_entries() if entry.what == "handed-in"]
    assert told.who == f"mailbox:{account.name}"
    assert ledger.handed_in.message(only(ledger).id) == BILL
    ledger.expire(RetentionSettings(), datetime.now(UTC) + timedelta(days=400))
    assert ledger.handed_in.count() == 0


def told(account: AccountSettings) -> list[str]:
    """What the replies say, in order, without line ends."""
    return [" ".join(str(reply.get_content()).split()) for reply in replies(account)]


def test_an_hour_of_reports_has_its_bound_and_the_reply_says_so(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond it a report is noted without a copy; what is reported once more when there is room is kept."""
    account = dovecot.account(**BUTTONS, reports_per_hour=2)
    drop(account, *(mail(f"m{number}") for number in range(2)), folder=REPORT)
    scan(account, ledger, folder=REPORT)
    drop(account, mail("m1"), mail("m2"), folder=REPORT)
    scan(account, ledger, folder=REPORT)
    lines, count = ledger.desk("marie").handed_in.page(HandedState.OPEN)
    assert count == 3
    assert {line.case.subject: line.kept for line in lines} == {"m0": True, "m1": True, "m2": False}
    assert ["une copie du message est gardée" in text for text in told(account)] == [True, True, True, False]
    assert "Aucune copie du message n'est gardée" in told(account)[-1]
    assert all("signalement est enregistré" in text for text in told(account))

    monkeypatch.setattr(copies, "HOUR", timedelta())
    drop(account, mail("m2"), folder=REPORT)
    scan(account, ledger, folder=REPORT)
    assert "une copie du message est gardée" in told(account)[-1]
    (late,) = [record for record in ledger.records() if record.subject == "m2"]
    assert ledger.handed_in.message(late.id) == mail("m2")
    assert (ledger.handed_in.count(), len(contents(account)["INBOX"])) == (3, 5 + len(replies(account)))


def test_no_copy_is_promised_of_what_is_too_big_for_one(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "REPORT_BYTES", 1000)
    account = dovecot.account(**BUTTONS)
    drop(account, mail("lourd", body="x" * 1000), folder=REPORT)
    assert scan(account, ledger, folder=REPORT).answered == 1
    ((line,), _) = ledger.desk("marie").handed_in.page(None)
    assert not line.kept
    (text,) = told(account)
    assert "une copie du message est gardée" not in text
    assert "trop volumineux pour qu'une copie en soit gardée" in text


def test_a_reply_of_ours_is_never_judged_and_no_other_mail_passes_for_one(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS)
    drop(account, BILL)
    scan(account, ledger, folder=CHECK)
    scan(account, ledger)
    (raw,) = [raw for raw in contents(account)["INBOX"] if raw != BILL]
    forged = raw.replace(b"Auto-Submitted", b"X-Verdict: impersonation\r\nAuto-Submitted", 1)
    append(account, forged)
    summary = scan(account, ledger)
    assert (summary.judged, summary.quarantined) == (1, 1)
    append(account, raw, raw, folder=CHECK)  # a filter that moves everything there would go on for ever
    again = scan(account, ledger, folder=CHECK)
    assert (again.judged, again.answered) == (0, 0)
    assert len(contents(account)[CHECK]) == 2


def test_many_at_once_share_a_reply(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS)
    drop(account, *(mail(f"m{number}") for number in range(plan.EACH + 3)), FALSE)
    before = hashes(account)
    assert scan(account, ledger, folder=CHECK).answered == plan.EACH + 4
    (reply,) = replies(account)
    told = reply.get_content().splitlines()
    assert all(f"> m{number}" in told for number in range(plan.EACH + 3))
    assert "> faux" not in told  # a keyword says it
    assert sum((hashes(account) - before).values()) == 1
    assert not contents(account)[CHECK]


def test_an_hour_has_its_bound(dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "HOURLY", 2)
    account = dovecot.account(**BUTTONS)
    for number in range(3):
        drop(account, mail(f"m{number}"), mail(f"n{number}") if number else mail("n0", "genuine"))
        scan(account, ledger, folder=CHECK)
    first, second = replies(account)  # the second for two, for which there is not room enough apart
    assert (first["In-Reply-To"], second["In-Reply-To"]) == ("<m0@example.org>", None)
    assert "Vos 2 messages" in second["Subject"]
    assert not contents(account)[CHECK]


def test_what_a_rule_moves_there_again_and_again_stays_with_a_word(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "TURNS", 1)
    account = dovecot.account(**BUTTONS)
    append(account, FALSE, BILL)
    for turn in range(3):
        for name in ("faux", "facture"):
            by_rule(account, name)
        assert scan(account, ledger, folder=CHECK).answered == 2
        assert places(account)["facture"] == places(account)["faux"] == [CHECK if turn else "INBOX"]
        if turn == 1:
            words = told(account)[-2:]
            assert all(f"Il est revenu plus de 1 fois en un jour dans le dossier « {CHECK} »" in text for text in words)
            assert "C'est un faux" in replies(account)[-2]["Subject"]
    assert len(replies(account)) == 1 + 2  # one by a keyword alone; then one word about each
    assert len(list(ledger.records())) == 2

    monkeypatch.setattr(plan, "DAY", timedelta())
    by_rule(account, "facture")
    scan(account, ledger, folder=CHECK)
    assert places(account)["facture"] == ["INBOX"]


def by_rule(account: AccountSettings, name: str) -> None:
    """A rule, or somebody, moves the message into the folder, from wherever it is."""
    with client(account) as connection:
        if not connection.folder_exists(CHECK):
            connection.create_folder(CHECK)
        for source in (CHECK, "INBOX"):
            connection.select_folder(source)
            found = connection.search(["HEADER", "Message-ID", f"<{name}@example.org>"])
            if found:
                connection.move(found, "INBOX" if source == CHECK else CHECK)


class Dying(ScriptedPool):
    """A kill ends the scan over this mail: nothing orderly happens any more."""

    def submit(self, raw: bytes, *, key: str, **more: object) -> Future[Case]:
        if b"unrelated poison" in raw:
            raise SystemExit(9)
        return super().submit(raw, key=key, **more)


def test_what_nobody_survives_stays_with_a_word_and_is_answered_when_it_can_be(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycle._Pass, "_uncount", lambda self: None)
    account = dovecot.account(**BUTTONS)
    drop(account, mail("poison", "unrelated poison"), FALSE, folder=REPORT)
    for _ in range(journal.MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            scan(account, ledger, Dying(), folder=REPORT, mode="observe")
    scan(account, ledger, Dying(), folder=REPORT, mode="observe")
    assert places(account)["poison"] == [REPORT]
    assert places(account)["faux"] == ["INBOX"]
    (text,) = told(account)
    assert f"déplacé dans le dossier « {REPORT} » n'a pas pu être examiné" in text
    assert "pas encore enregistré" in text
    assert scan(account, ledger, Dying(), folder=REPORT).judged == 0

    (given_up,) = [record for record in ledger.records() if record.decided_by == 0]
    ledger.add_records((replace(given_up, retry_at=datetime.now(UTC)),), None)
    assert scan(account, ledger, folder=REPORT).answered == 1
    assert places(account)["poison"] == ["INBOX"]
    assert len(replies(account)) == 2
    assert ledger.handed_in.count() == 2


def test_of_a_huge_message_the_beginning_is_judged_and_it_stays(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS)
    huge = mail("enorme", "impersonation", body="x" * 9000)
    drop(account, huge, folder=REPORT)
    assert scan(account, ledger, folder=REPORT, limit=2000).answered == 1
    assert contents(account)[REPORT] == [huge]
    (reply,) = replies(account)
    assert "trop volumineux" in reply.get_content().replace("\n", " ")
    ((line,), _) = ledger.desk("marie").handed_in.page(None)
    assert not line.kept
    # too big to be kept: whoever wants to look at it gets it from the mailbox
    asked = ledger.desk("marie").ask_view(line.case.id, at=datetime.now(UTC))
    assert isinstance(asked, Pending)
    assert ledger.wanted_views(account.name, datetime.now(UTC)) == [asked]
    again = scan(account, ledger, folder=REPORT, limit=2000)
    assert (again.judged, again.answered) == (0, 0)


def test_a_server_that_can_only_copy_makes_no_second_one(dovecot_poor: Dovecot, ledger: Ledger) -> None:
    account = dovecot_poor.account(**BUTTONS)
    drop(account, FALSE)
    assert scan(account, ledger, folder=CHECK).answered == 1
    assert places(account)["faux"] == [CHECK]
    (reply,) = replies(account)
    assert "reste dans le dossier" in reply.get_content().replace("\n", " ")


def elsewhere(account: AccountSettings) -> None:
    """Another client moves it away."""
    move(account, CHECK, "Ailleurs")


def taken_back(account: AccountSettings) -> None:
    """Another client moves it back to INBOX."""
    move(account, CHECK, "INBOX")


def vanished(account: AccountSettings) -> None:
    """Another client takes it back and removes the folder."""
    move(account, CHECK, "INBOX")
    with client(account) as connection:
        connection.delete_folder(CHECK)


@pytest.mark.parametrize(("deed", "folder"), [(elsewhere, "Ailleurs"), (taken_back, "INBOX"), (vanished, "INBOX")])
def test_another_client_is_faster(
    dovecot: Dovecot,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    deed: Callable[[AccountSettings], None],
    folder: str,
) -> None:
    """Between the reply and the move: nothing is lost or doubled, and one reply is there."""
    account = dovecot.account(**BUTTONS)

    def late(work: Hands, intent: Intent, here: Summary) -> Arrival | None:
        deed(account)
        return transfer(work, intent, here)

    monkeypatch.setattr(answer, "transfer", late)
    drop(account, BILL)
    with contextlib.suppress(MailboxError):
        scan(account, ledger, folder=CHECK)
    monkeypatch.undo()
    for name in (CHECK, "INBOX"):
        scan(account, ledger, folder=name)
    assert places(account)["facture"] == [folder]
    assert len(replies(account)) == 1
    assert ledger.open_intents(account.name) == []


# -- servers with habits of their own --------------------------------------------------------------------------------------


@contextlib.contextmanager
def scripted(store: Store, *first: object, keep_first: bool = False) -> Iterator[FakeImap]:
    """A server that answers the first APPEND like this, if anything; `keep_first`: and stores it all the same."""
    fake = FakeImap(store.replies)
    script = iter([list(first)] if first else [])

    def taken(_: bytes) -> Reply:
        said = next(script, None)
        if said is None or keep_first:
            store.put(fake.literals[-1])
        return b"%t OK done\r\n" if said is None else said

    fake.replies["APPEND"] = cast("Reply", taken)
    with fake:
        yield fake


def in_inbox(store: Store) -> list[bytes]:
    """The replies of ours."""
    return [one.raw for one in store.folders["INBOX"].values() if one.raw.startswith(b"From: Vigie")]


def ready(store: Store) -> Store:
    """With the folder, under a name of ASCII: the script knows no other."""
    store.folders["Verifier"], store.next["Verifier"] = {}, 1
    return store


def test_on_exchange_it_comes_back_with_a_reply(ledger: Ledger) -> None:
    store = ready(exchange())
    false = store.put(FALSE, "Verifier")
    with scripted(store) as fake:
        account = fake.account(check_folder="Verifier")
        assert scan(account, ledger, folder="Verifier").answered == 1
        assert (store.where(false), len(in_inbox(store))) == (["INBOX"], 1)
        assert scan(account, ledger).judged == 0


def test_on_gmail_it_gets_the_label_of_inbox_again(ledger: Ledger) -> None:
    gmail = cast("Gmail", ready(Gmail()))
    false = gmail.put(FALSE, "Verifier")
    with scripted(gmail) as fake:
        assert scan(fake.account(check_folder="Verifier"), ledger, folder="Verifier").answered == 1
    assert gmail.where(false) == sorted(["INBOX", ALL_MAIL])
    assert {b"$Junk", b"$Phishing"} <= false.flags


@pytest.mark.parametrize("kept", [True, False])
def test_a_connection_that_is_cut_over_the_reply(ledger: Ledger, *, kept: bool) -> None:
    """It was stored, or not: there is one in the end."""
    store = ready(exchange())
    false = store.put(FALSE, "Verifier")
    with scripted(store, CLOSE, keep_first=kept) as fake:
        assert scan(fake.account(check_folder="Verifier"), ledger, folder="Verifier").answered == 1
    assert (store.where(false), len(in_inbox(store))) == (["INBOX"], 1)


def test_without_room_for_the_reply_the_message_waits(ledger: Ledger) -> None:
    store = ready(exchange())
    false = store.put(FALSE, "Verifier")
    with scripted(store, b"%t NO [OVERQUOTA] full\r\n") as fake:
        account = fake.account(check_folder="Verifier")
        summary = scan(account, ledger, folder="Verifier")
        assert (summary.answered, summary.waiting, store.where(false)) == (0, 1, ["Verifier"])
        (intent,) = ledger.open_intents(account.name)
        with contextlib.closing((work := hands(account, ledger)).session):
            assert recover.carry_out(intent, work) is not None
    assert (store.where(false), len(in_inbox(store))) == (["INBOX"], 1)


def test_a_reply_that_is_refused_for_good_keeps_nothing_waiting(ledger: Ledger) -> None:
    store = ready(exchange())
    false = store.put(FALSE, "Verifier")
    with scripted(store, b"%t NO [CANNOT] never\r\n") as fake:
        scan(fake.account(check_folder="Verifier"), ledger, folder="Verifier")
    assert (store.where(false), in_inbox(store)) == (["INBOX"], [])
    ((intent, outcome),) = ledger.outcomes(only(ledger).id)
    assert outcome is not None
    assert (intent.kind, outcome.state) == (ActionKind.ANSWER, State.DONE)
    assert "no reply could be stored" in outcome.detail


def test_what_cannot_be_put_back_stays_with_a_word(ledger: Ledger) -> None:
    store = ready(exchange())
    false = store.put(BILL, "Verifier")
    with scripted(store) as fake:
        fake.replies["UID MOVE"] = b"%t NO [NOPERM] never\r\n"
        account = fake.account(check_folder="Verifier")
        assert scan(account, ledger, folder="Verifier").failed == 1
        again = scan(account, ledger, folder="Verifier")
    assert (store.where(false), again.judged, again.recovered) == (["Verifier"], 0, 0)
    first, second = (email.message_from_bytes(raw, policy=default).get_content() for raw in in_inbox(store))
    assert "le remet dans votre boîte de réception" in " ".join(first.split())
    assert "il reste dans le dossier « Verifier »" in " ".join(second.split())


# -- at work ---------------------------------------------------------------------------------------------------------------


def test_at_work_below_a_prefix(dovecot_prefix: Dovecot, ledger: Ledger) -> None:
    """The service makes the folders, watches them, and answers while IDLE tells of what comes."""
    account = dovecot_prefix.account(**BUTTONS, schedule="1h")
    attended = Attended(account, lambda one: Supervisor(one, ledger, bench(ScriptedPool()), connect=imap.connect))
    attended.start()
    try:
        assert until(lambda: all(ledger.cursor(account.name, f"INBOX.{name}") for name in (CHECK, REPORT)))
        append(account, FALSE, folder=f"INBOX.{CHECK}")
        append(account, BILL, folder=f"INBOX.{REPORT}")
        assert until(lambda: len(list(ledger.records())) == 2 and not ledger.open_intents(account.name))
    finally:
        attended.stop()
        for thread in attended.threads:
            thread.join()
    found = places(account)
    assert (found["faux"], found["facture"]) == (["INBOX"], ["INBOX"])
    assert len(replies(account)) == 1
    assert [beat.folder for beat in ledger.heartbeats()] == sorted(["INBOX", CHECK, REPORT])
    assert all(beat.error == "" for beat in ledger.heartbeats())


@pytest.mark.parametrize(
    "wrong",
    [
        {"check_folder": "inbox"},
        {"check_folder": "Quarantaine"},
        {"check_folder": "Tri", "report_folder": "Tri"},
        {"report_folder": "Tri", "folders": ("INBOX", "Tri")},
        {"check_folder": ""},
        {"answers": "none"},
    ],
)
def test_settings_that_are_refused(dovecot: Dovecot, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"folder|answers"):
        AccountSettings.model_validate(dovecot.account().model_dump() | wrong)


def test_reviewers_and_admins_read_that_somebody_was_answered(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(**BUTTONS)
    drop(account, FALSE)
    scan(account, ledger, folder=CHECK)
    case = ledger.desk("marie").case(only(ledger).id)
    assert case is not None
    assert [deed.text for deed in deeds(case, said("en"))] == ["answer the person: done"]
    assert words.done(case.history).endswith(" $Phishing $Junk")
    assert words.deed(ActionKind.ANSWER, case.history[0][1]) in {"répondu", "answered"}
    (told,) = ledger.exported([case.record.id])
    assert [reply["state"] for reply in told["replies"]] == ["ended"]


# -- what a fraud, or a bad day, makes of it -----------------------------------------------------------------------------------

NO_WORD = "=?utf-8?b?PT91dGYtNz9xPysyQUEtPz0=?="
"""An encoded word that holds an encoded word that holds a lone surrogate."""


class Read(ScriptedPool):
    """With the Message-ID as the parser tells it."""

    def submit(self, raw: bytes, *, key: str, **more: object) -> Future[Case]:
        found: Future[Case] = Future()
        found.set_result(replace(super().submit(raw, key=key, **more).result(), message_id=parse(raw).message_id))
        return found


@pytest.mark.parametrize("unmovable", [False, True])
def test_no_message_id_stops_a_folder(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, *, unmovable: bool
) -> None:
    account = dovecot.account(**BUTTONS)
    if unmovable:
        monkeypatch.setattr(answer, "transfer", refused)
    drop(account, mail("piege", "undecided").replace(b"<piege@example.org>", f"<{NO_WORD}>".encode()), BILL)
    assert b"=?" in contents(account)[CHECK][0]
    summary = scan(account, ledger, Read(), folder=CHECK)
    assert (summary.judged, summary.failed) == (2, 2 if unmovable else 0)
    assert places(account)["piege"] == places(account)["facture"] == [CHECK if unmovable else "INBOX"]
    assert len(replies(account)) == 2 + 2 * unmovable
    assert ledger.open_intents(account.name) == []


def test_words_that_wait_keep_no_message_from_being_answered(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody survived it, and the words about that could not be stored: then it is examined, and they are not said any more."""
    monkeypatch.setattr(cycle._Pass, "_uncount", lambda self: None)
    account = dovecot.account(**BUTTONS)
    drop(account, mail("poison", "unrelated poison"), folder=REPORT)
    for _ in range(journal.MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            scan(account, ledger, Dying(), folder=REPORT, mode="observe")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imap.ImapMailbox, "append", busy)
        scan(account, ledger, Dying(), folder=REPORT, mode="observe")
    (waiting,) = ledger.open_intents(account.name)
    ledger.add_records((replace(only(ledger), retry_at=datetime.now(UTC)),), None)
    summary = scan(account, ledger, folder=REPORT)
    assert (summary.retried, summary.answered) == (1, 1)
    assert places(account)["poison"] == ["INBOX"]
    assert (ledger.handed_in.count(), ledger.open_intents(account.name)) == (1, [])
    (text,) = told(account)
    assert "signalement est enregistré" in text
    ended = {intent.id: intent.state for intent, _ in ledger.outcomes(only(ledger).id)}
    assert ended.pop(waiting.id) is State.FAILED
    assert list(ended.values()) == [State.DONE]


def astray(account: AccountSettings) -> Callable[..., Arrival | None]:
    """Somebody moves it away before we do."""

    def late(work: Hands, intent: Intent, here: Summary) -> Arrival | None:
        elsewhere(account)
        return transfer(work, intent, here)

    return late


@pytest.mark.parametrize("gone", [False, True])
def test_keywords_of_an_answer_that_did_not_end_well_are_taken_back_too(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, *, gone: bool
) -> None:
    account = dovecot.account(**BUTTONS)
    drop(account, twice("faux", "impersonation", "genuine proven"))
    pool = Wiser()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answer, "transfer", astray(account) if gone else refused)
        with contextlib.suppress(MailboxError):
            scan(account, ledger, pool, folder=CHECK, mode="observe")
    scan(account, ledger, pool, folder=CHECK, mode="observe")
    assert [ended.state for _, ended in ledger.outcomes(only(ledger).id) if ended][:1] == [
        State.GONE if gone else State.FAILED
    ]
    assert flags(account, "faux") == {"\\Seen", "perso", "$Phishing", "$Junk"}
    if not gone:
        elsewhere(account)
    move(account, "Ailleurs", CHECK)
    scan(account, ledger, pool, folder=CHECK, mode="observe")
    assert flags(account, "faux") == {"\\Seen", "perso", "VigieAuthentique"}


def test_what_circled_in_one_folder_is_answered_in_the_other(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "TURNS", 1)
    account = dovecot.account(**BUTTONS)
    append(account, BILL)
    for _ in range(3):
        by_rule(account, "facture")
        scan(account, ledger, folder=CHECK)
    before = len(replies(account))
    move(account, CHECK, REPORT)
    assert scan(account, ledger, folder=REPORT).answered == 1
    assert places(account)["facture"] == ["INBOX"]
    assert len(replies(account)) == before + 1
    assert "signalement est enregistré" in told(account)[-1]


@pytest.mark.parametrize("by_undo", [False, True])
def test_what_a_person_gives_back_bears_no_keyword_of_ours(dovecot: Dovecot, ledger: Ledger, *, by_undo: bool) -> None:
    account = dovecot.account(**BUTTONS)
    drop(account, FALSE, folder=REPORT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quarantine, "transfer", busy)
        scan(account, ledger, folder=REPORT)
    with contextlib.closing((work := hands(account, ledger)).session):
        if by_undo:
            undoing.settle_open(work, DATE)
        else:
            (taking,) = ledger.open_intents(account.name)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Ledger, "released", lambda *_: True)
                recover.carry_out(taking, work)
        recover.recover(work, "enforce")
    assert places(account)["faux"] == ["INBOX"]
    assert flags(account, "faux") == {"\\Seen", "perso"}


def test_a_report_that_was_set_aside_without_its_copy_is_open_again_with_it(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot.account(**BUTTONS, reports_per_hour=1)
    drop(account, BILL, mail("m1"), folder=REPORT)
    scan(account, ledger, folder=REPORT)
    (late,) = [one for one in ledger.records() if ledger.handed_in.message(one.id) is None]
    ledger.desk("marie").handed_in.dismiss(late.id, at=NOW)
    assert ledger.desk("marie").handed_in.page(HandedState.OPEN)[1] == 1
    monkeypatch.setattr(copies, "HOUR", timedelta())
    move(account, "INBOX", REPORT)
    scan(account, ledger, folder=REPORT)
    assert ledger.desk("marie").handed_in.page(HandedState.OPEN)[1] == 2
