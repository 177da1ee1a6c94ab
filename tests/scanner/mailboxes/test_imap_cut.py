"""The line is cut after every so many bytes of a move, on real servers: whatever happens, every message is still there."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from functools import partial
from hashlib import sha256

import pytest

from tests.effort import often
from tests.scanner.test_supervisor import until
from tests.servers.cutter import Cutter, Direction
from tests.servers.dovecot import Dovecot, append, hashes
from vigie.scanner.mailboxes.base import MailboxError, UnclearOutcome
from vigie.scanner.mailboxes.imap import connect
from vigie.scanner.settings import AccountSettings

QUARANTINE = "Quarantaine"


def mail(number: int) -> bytes:
    return b"From: a@example.org\r\nMessage-ID: <cut%d@example.org>\r\n\r\nMail %d\r\n" % (number, number)


def prepared(dovecot: Dovecot) -> AccountSettings:
    """A fresh mailbox of three mails, one of them marked by somebody else."""
    direct = dovecot.account(port=dovecot.port, tls="none")
    append(direct, mail(0), mail(1))
    append(direct, mail(2), flags=("\\Deleted",))
    return direct


def move_one(account: AccountSettings, cutter: Cutter, direction: Direction, after: int | None) -> str:
    """Moves mail 1 through the proxy, which cuts the line; says how that ended."""
    with closing(connect(account.model_copy(update={"port": cutter.port}))) as mailbox:
        folder = mailbox.ensure_folder(QUARANTINE)
        mailbox.select("INBOX", read_only=False)
        (uid,) = mailbox.find("cut1@example.org", len(mail(1)))
        cutter.forget()
        if after is not None:
            cutter.arm(direction, after)
        try:
            mailbox.move(uid, folder)
        except UnclearOutcome:
            return "unclear"
        except MailboxError as fault:
            return "not begun" if fault.temporary else "given up"
        finally:
            cutter.disarm()
        return "done"


def is_there(account: AccountSettings, everything: Counter[str], *, once: bool) -> bool:
    """All of it and nothing else; a look while the server is still at what the dead line asked of it may say otherwise."""
    found = hashes(account)
    return found == everything if once else found >= everything and set(found) == set(everything)


@pytest.mark.parametrize("server", ["dovecot", "dovecot_uidplus", "dovecot_poor"])
@pytest.mark.parametrize("direction", ["to_server", "to_client"])
def test_a_move_that_is_cut_off_loses_nothing(
    request: pytest.FixtureRequest, server: str, direction: Direction
) -> None:
    dovecot: Dovecot = request.getfixturevalue(server)
    everything = Counter(sha256(mail(number)).hexdigest() for number in range(3))
    with Cutter(dovecot.port) as cutter:
        assert move_one(prepared(dovecot), cutter, direction, None) == "done"
        length = len(cutter.said[direction])
        outcomes: Counter[str] = Counter()
        points = often(12, 25) if server == "dovecot" else often(6, 12)
        for after in sorted({1, 2, *range(3, length, max(1, length // points)), length - 1}):
            account = prepared(dovecot)
            outcomes[move_one(account, cutter, direction, after)] += 1
            sent = bytes(cutter.said["to_server"])
            assert sent.count(b" EXPUNGE") == sent.count(b"UID EXPUNGE")  # I-03
            assert b" CLOSE" not in sent
            assert sent.count(b"UID MOVE") + sent.count(b"UID COPY") <= 1  # never repeated
            # MOVE is one step: in one folder or in the other
            assert until(partial(is_there, account, everything, once=server == "dovecot")), after  # I-07
        assert set(outcomes) <= {"unclear", "not begun", "done"}
        assert outcomes["unclear"]
