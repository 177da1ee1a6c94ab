"""Killed at any moment, or with the disk failing at any write: every batch is there wholly or not at all (threats A-12, A-13)."""

import resource
import signal
import subprocess
import sys

import pytest

from tests.effort import often
from vigie.ledger.store import Ledger

BATCH = 7

WRITE = f"""
import resource
import sys
from tests.ledger.made import record
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Cursor
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
ledger = Ledger(sys.argv[1])
cursor = ledger.cursor("accueil", "INBOX")
first = 0 if cursor is None else cursor.last_uid + 1
print("begun", flush=True)
try:
    for start in range(first, first + {BATCH} * 2000, {BATCH}):
        ledger.add_records(
            [record(uid, case_json="x" * 900) for uid in range(start, start + {BATCH})],
            Cursor("accueil", "INBOX", 7, start + {BATCH} - 1),
        )
        print(start + {BATCH} - 1, flush=True)
except LedgerError as error:
    print("error", error.temporary, error, flush=True)
"""


def writer(url: str, largest_file: int = resource.RLIM_INFINITY) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITE, url, str(largest_file)], stdout=subprocess.PIPE, text=True)


def whole(url: str) -> int:
    """The last UID, after it was verified that nothing is torn."""
    with Ledger(url) as ledger:
        uids = sorted(found.place.uid for found in ledger.records(limit=1_000_000))
        cursor = ledger.cursor("accueil", "INBOX")
    last = -1 if cursor is None else cursor.last_uid
    assert uids == list(range(last + 1))
    assert len(uids) % BATCH == 0
    return last


def test_a_killed_writer_leaves_whole_batches_and_loses_none_that_it_was_told_of(url: str) -> None:
    for said_before_the_kill in often((0, 2, 11), (0, 1, 2, 5, 11, 23)):
        process = writer(url)
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(1 + said_before_the_kill)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read().splitlines()
        process.wait()
        promised = [int(line) for line in said if line.strip().isdigit()]
        assert whole(url) >= max(promised, default=-1)


@pytest.mark.parametrize("kilobytes", often([33, 90, 257, 800], [33, 61, 90, 130, 257, 400, 800]))
def test_a_disk_that_fails_at_some_write_leaves_whole_batches(url: str, kilobytes: int) -> None:
    """No file may grow above a size: the write that meets it fails, be it the WAL's, the file's or the index's."""
    Ledger(url).close()
    process = writer(url, kilobytes * 1024)
    out, _ = process.communicate(timeout=60)
    lines = out.splitlines()
    promised = [int(line) for line in lines if line.isdigit()]
    assert lines[0] == "begun"
    assert lines[-1].startswith("error")
    assert whole(url) >= max(promised, default=-1)
