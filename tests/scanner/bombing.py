"""One mailbox full of bombs, one with a message of a gigabyte, one with ordinary mail: `vigie run` on all three (threats section 5).

The gigabyte is a file with a hole in it: on disk it is a few kilobytes. The bombs lie there when the service starts; the ordinary
mail comes by LMTP while they are being judged.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.scanner.world import QUARANTINE, mail
from tests.servers.dovecot import Dovecot, append, client, contents
from tests.soak.configuration import VIGIE, write_config
from vigie.judge.settings import LimitSettings
from vigie.ledger.store import Ledger
from vigie.ledger.types import Record
from vigie.scanner.settings import AccountSettings

GIGABYTE = 1 << 30
STARTED = 192 << 20
"""What the service may use before there is any mail: about 80 MiB, and 20 for each of the threads' arenas."""


@dataclass
class Bombed:
    """What was to be seen from outside, and what the ledger says."""

    status: int
    log: str
    records: Mapping[str, Record]
    """Of the bombed mailbox: name of the bomb -> its record."""
    misplaced: Mapping[str, str]
    """Name of the bomb -> the folder that it is in and should not be."""
    lost: Counter[str]
    doubled: Counter[str]
    open_intents: int
    huge: Record
    huge_lies_in: str
    huge_size: int
    ordinary: Sequence[Record]
    peak_bytes: int
    """Of the service's own process."""
    worker_bytes: int
    """The largest peak that was seen of a judging process."""
    workers: set[int] = field(default_factory=set)
    """Process numbers of all judging processes that were seen."""

    @property
    def errors(self) -> dict[str, str]:
        """Name of the bomb -> the kind of error with which its examination ended."""
        told = {name: json.loads(record.case_json).get("error") for name, record in self.records.items()}
        return {name: error["kind"] for name, error in told.items() if error}

    @property
    def ended(self) -> datetime:
        """The instant at which the last bomb had its case."""
        return max(record.judged_at for record in (*self.records.values(), self.huge))


def room(limits: LimitSettings) -> int:
    """Bytes that the service's own process may use at most, however many mailboxes there are: what is fetched and not judged,

    in the three copies that reading it takes.
    """
    return STARTED + 3 * limits.fetched_bytes


def bombed(
    server: Dovecot, folder: Path, bombs: Mapping[str, bytes], ordinary: Sequence[bytes], limits: LimitSettings
) -> Bombed:
    """Runs the service until everything has its case, and ends it with SIGTERM."""
    target, beside, huge = (
        server.account(name, tls="none", port=server.port) for name in ("cible", "voisin", "enorme")
    )
    append(target, *bombs.values())
    stored = contents(target)["INBOX"]  # line ends as the server wants them
    before = {name: hashlib.sha256(raw).hexdigest() for name, raw in zip(bombs, stored, strict=True)}
    place = _gigabyte(server, huge)
    config = write_config(folder, (target, beside, huge), mode="enforce", idle="true", schedule='"5m"', tls='"none"')
    told = "".join(f"{key} = {json.dumps(value)}\n" for key, value in limits.model_dump().items())
    config.write_text(f"[limits]\n{told}{config.read_text()}")
    with (folder / "log.txt").open("wb") as log:
        service = subprocess.Popen([VIGIE, "--config", str(config), "run"], stdout=log, stderr=log)
    try:
        with _ledger(folder, service) as ledger:
            seen, worker_bytes = _until_judged(server, beside, ordinary, ledger, service, len(bombs) + 1)
            assert service.poll() is None, (folder / "log.txt").read_text(errors="replace")
            peak = _peak(service.pid)
            service.send_signal(signal.SIGTERM)
            status = service.wait(60)
            found = [(box, hashlib.sha256(raw).hexdigest()) for box, mails in contents(target).items() for raw in mails]
            lies = {content: box for box, content in found}
            counts = Counter(content for _, content in found)
            by_uid = {record.place.uid: record for record in ledger.records(account=target.name)}
            records = {name: by_uid[uid] for uid, name in enumerate(bombs, 1)}
            wanted = {name: QUARANTINE if _to_be_moved(record) else "INBOX" for name, record in records.items()}
            (of_huge,) = ledger.records(account=huge.name)
            (file,) = place.parent.parent.glob("*/vigie-bombe*")
            return Bombed(
                status=status,
                log=(folder / "log.txt").read_text(errors="replace"),
                records=records,
                misplaced={
                    name: lies.get(before[name], "") for name, box in wanted.items() if lies.get(before[name]) != box
                },
                lost=Counter(before.values()) - counts,
                doubled=counts - Counter(before.values()),
                open_intents=sum(len(ledger.open_intents(one.name)) for one in (target, beside, huge)),
                huge=of_huge,
                huge_lies_in=file.parent.name,
                huge_size=file.stat().st_size,
                ordinary=list(ledger.records(account=beside.name)),
                peak_bytes=peak,
                worker_bytes=worker_bytes,
                workers=seen,
            )
    finally:
        service.kill()
        service.wait()


def _to_be_moved(record: Record) -> bool:
    """What was judged by its beginning alone stays."""
    return record.verdict == "impersonation" and not json.loads(record.case_json)["partial"]


def _gigabyte(server: Dovecot, account: AccountSettings) -> Path:
    """A false mail with a gigabyte of nothing behind it, in the store itself: no way in takes so much."""
    append(account, mail("rien"))
    with client(account) as connection:
        connection.select_folder("INBOX")
        connection.delete_messages([1])
        connection.uid_expunge([1])
    maildir = server.base / "mail" / account.username / "Maildir"
    # Name and both sizes as Dovecot writes them: it need not read the file to know them.
    path = maildir / "cur" / f"vigie-bombe.1.hote,S={GIGABYTE},W={GIGABYTE}:2,"
    head = (
        b"From: Assurance Maladie <a@fraude.example>\r\nSubject: Carte Vitale\r\nMessage-ID: <enorme@bombes.example>\r\n\r\n"
        b"Votre carte Vitale expire : https://fraude.example/vitale\r\n"
    )
    with path.open("wb") as file:
        file.write(head)
        file.truncate(GIGABYTE)
    like = maildir.stat()
    path.chmod(0o600)
    os.chown(path, like.st_uid, like.st_gid)
    return path


def _ledger(folder: Path, service: subprocess.Popen[bytes]) -> Ledger:
    while service.poll() is None and "at work on" not in (folder / "log.txt").read_text(errors="replace"):
        time.sleep(0.02)
    return Ledger(f"sqlite:///{folder}/vigie.db")


def _until_judged(
    server: Dovecot,
    beside: AccountSettings,
    ordinary: Sequence[bytes],
    ledger: Ledger,
    service: subprocess.Popen[bytes],
    bombs: int,
) -> tuple[set[int], int]:
    """Delivers the ordinary mail; gives the judging processes that were seen, and the largest peak of one."""
    coming = list(ordinary)
    seen: set[int] = set()
    most = 0
    deadline = time.monotonic() + 540
    while service.poll() is None and time.monotonic() < deadline:
        if coming:
            server.deliver(beside, coming.pop(0))
        for pid in _children(service.pid):
            seen.add(pid)
            most = max(most, _peak(pid))
        of = Counter(record.place.account for record in ledger.records())
        if not coming and of.total() == bombs + len(ordinary) and not _open(ledger, of):
            break
        time.sleep(0.05)
    return seen, most


def _open(ledger: Ledger, accounts: Counter[str]) -> bool:
    return any(ledger.open_intents(name) for name in accounts)


def _children(pid: int) -> list[int]:
    """Each thread has children of its own."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _peak(pid: int) -> int:
    """The most memory that it ever held, bytes."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)
