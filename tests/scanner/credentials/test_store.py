"""The token file: never readable by others, never half of it, one writer at a time, room before anything is asked."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import canary
from vigie.scanner.credentials import store
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.credentials.schemas import Kept, SecretStr
from vigie.scanner.credentials.store import TokenFile


def kept(label: str = "access") -> Kept:
    return Kept(
        token_endpoint="https://login.example.org/token",
        client_id="vigie",
        access_token=SecretStr(canary.secret(label)),
        refresh_token=SecretStr(canary.secret("refresh")),
        issued_at=1000,
        expires_at=4600,
    )


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile("accueil", tmp_path / "accueil.token")


def put(file: TokenFile, tokens: Kept) -> None:
    with file.alone(), file.place() as place:
        place.keep(tokens)


def test_what_was_kept_is_read_and_0600_whatever_the_umask(file: TokenFile) -> None:
    before = os.umask(0)
    try:
        for _ in range(2):
            tokens = kept()
            put(file, tokens)
            assert file.read() == tokens
            assert {stat.S_IMODE(path.stat().st_mode) for path in file.path.parent.iterdir()} == {0o600}
    finally:
        os.umask(before)
    assert sorted(path.name for path in file.path.parent.iterdir()) == ["accueil.token", "accueil.token.lock"]


def test_until_new_tokens_are_whole_the_old_ones_stay(file: TokenFile) -> None:
    old = kept()
    put(file, old)
    with pytest.raises(KeyError), file.alone(), file.place():
        raise KeyError
    assert file.read() == old
    # killed between making room and keeping: what lies there is cleared away
    file.path.with_name(".accueil.token.new").write_text("x")
    put(file, kept())
    assert not file.path.with_name(".accueil.token.new").exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff", b'{"access_token": 1}'])
def test_a_damaged_file_is_one_line_that_says_what_to_do(file: TokenFile, content: bytes) -> None:
    file.path.write_bytes(content)
    with pytest.raises(SecretError, match=r"is damaged: .*: vigie login accueil") as caught:
        file.read()
    assert not caught.value.temporary


def test_no_file_means_that_nobody_has_logged_in(file: TokenFile) -> None:
    with pytest.raises(SecretError, match="nobody has logged in yet: vigie login accueil"):
        file.read()
    file.remove()


def test_a_damaged_file_is_never_quoted(file: TokenFile) -> None:
    file.path.write_text(f'{{"access_token": 1, "refresh_token": "{canary.secret("x")}"}}')
    with pytest.raises(SecretError) as caught:
        file.read()
    assert not canary.is_in(str(caught.value).encode())
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


FULL = """
import resource, signal, sys
from pathlib import Path
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.credentials.store import TokenFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
file = TokenFile("accueil", Path(sys.argv[1]))
try:
    with file.alone(), file.place():
        raise SystemExit("the provider would have been asked")
except SecretError as error:
    print(error.temporary, error)
"""


def test_without_room_nobody_is_asked(file: TokenFile) -> None:
    """X-19: a full disk; the refresh token that the answer would hold could not be kept."""
    old = kept()
    put(file, old)
    done = subprocess.run((sys.executable, "-c", FULL, str(file.path)), capture_output=True, text=True, check=True)
    assert done.stdout.startswith("True account accueil: the token file cannot be written: ")
    assert file.read() == old
    assert not file.path.with_name(".accueil.token.new").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    file = TokenFile("accueil", tmp_path / "none" / "accueil.token")
    with pytest.raises(SecretError, match=r"cannot be locked: .*: No such file") as caught, file.alone():
        pass
    assert caught.value.temporary


def test_no_link_is_followed(file: TokenFile, tmp_path: Path) -> None:
    """Root may log in for the service, in a folder of the service's."""
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    file.path.with_name("accueil.token.lock").symlink_to(victim)
    with pytest.raises(SecretError, match="cannot be locked"), file.alone():
        pass
    file.path.with_name("accueil.token.lock").unlink()
    file.path.symlink_to(victim)
    put(file, kept())
    assert victim.read_text() == "untouched"
    assert not file.path.is_symlink()


def test_one_at_a_time_and_not_for_ever(file: TokenFile, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[int] = []

    def work() -> None:
        with file.alone():
            inside.append(1)
            assert len(inside) == 1
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    with file.alone():
        for thread in threads:
            thread.start()
        monkeypatch.setattr(store, "WAIT_S", 0.1)
        with pytest.raises(SecretError, match="is being refreshed by another program") as caught, file.alone():
            pass
        assert caught.value.temporary
    for thread in threads:
        thread.join(30)
    assert not inside


def test_it_belongs_to_whom_the_folder_belongs(tmp_path: Path) -> None:
    """Root may log in for the service, which has to read it afterwards."""
    folder = tmp_path / "service"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    file = TokenFile("accueil", folder / "accueil.token")
    put(file, kept())
    assert {path.stat().st_uid for path in folder.iterdir()} == {folder.stat().st_uid}
