"""Other `vigie run` on this machine: of this configuration or ledger, which is a fault, or somebody else's, which is said."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vigie.cli.checkup.found import Found, note, wrong
from vigie.cli.config import find


@dataclass(frozen=True, slots=True)
class Instance:
    """A `vigie run`, as far as the kernel lets us look at it."""

    pid: int
    user: str
    config: Path | None
    """None: it cannot be said."""
    files: frozenset[str]
    """What it has open; of another user's nothing is seen."""

    def is_of(self, config: Path | None, ledger: Path | None) -> bool:
        """Whether it is known to serve this configuration or to write this ledger."""
        same = config is not None and self.config is not None and self.config == config.resolve()
        return same or (ledger is not None and str(ledger.resolve()) in self.files)


def instances(proc: Path, config: Path | None, ledger: Path | None) -> Iterator[Found]:
    """`vigie run` more than once. Of other configurations on other ledgers it is normal, as long as they watch other mailboxes."""
    running = sorted(_running(proc), key=lambda one: one.pid)
    ours = [one for one in running if one.is_of(config, ledger)]
    others = [one for one in running if one not in ours]
    if len(ours) > 1:
        yield wrong("two-services", "", ", ".join(str(one.pid) for one in ours))
    if others:
        yield note("other-services", "", ", ".join(f"{one.pid} {one.user} {one.config or '?'}" for one in others))


def is_service(words: list[bytes]) -> bool:
    """True for the arguments of `vigie run` and of `python -m vigie run`; not for a shell that will start one."""
    names = [word.rpartition(b"/")[2] for word in words[:3]]
    begins = b"vigie" in names[:2] or (len(words) > 2 and words[1:3] == [b"-m", b"vigie"])
    return begins and b"run" in words[1:]


def _running(proc: Path) -> Iterator[Instance]:
    for entry in proc.glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if is_service(words):
                owner = entry.stat().st_uid
                yield Instance(int(entry.name), _name(owner), _config(entry, words), _open_files(entry))
        except OSError:
            continue  # it is gone, or not ours to see


def _config(entry: Path, words: list[bytes]) -> Path | None:
    """The file that it reads: as named to it, else the usual one of where it runs."""
    named = _named([os.fsdecode(word) for word in words])
    try:
        folder = (entry / "cwd").readlink()
    except OSError:
        return named.resolve() if named is not None and named.is_absolute() else None
    if named is None:
        named = _by_variable(entry)
    usual = folder / "vigie.toml"
    if named is None and not usual.is_file():
        named = find(None, {})
    return (folder / (named or usual)).resolve()


def _named(words: list[str]) -> Path | None:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "--config" and following:
            return Path(following)
        if word.startswith("--config="):
            return Path(word.removeprefix("--config="))
    return None


def _by_variable(entry: Path) -> Path | None:
    """VIGIE_CONFIG in its environment; nothing else of it is kept."""
    try:
        variables = (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return None
    value = next((text.partition(b"=")[2] for text in variables if text.startswith(b"VIGIE_CONFIG=")), b"")
    return Path(os.fsdecode(value)) if value else None


def _open_files(entry: Path) -> frozenset[str]:
    found = set()
    try:
        for handle in (entry / "fd").iterdir():
            found.add(str(handle.readlink()))
    except OSError:
        pass  # another user's, or closed meanwhile: what was seen counts
    return frozenset(found)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
