"""What is seen of a front end is compared letter by letter, and written down only when that is asked for."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.addins import recorded
from tests.addins.recorded import heard, same
from tests.servers.cutter import Cutter
from tests.web.review import seeded

TOKEN = f"Bearer vig_{'x' * 43}"
HEADERS = {
    "Host": "127.0.0.1", "authorization": TOKEN, "content-type": "message/rfc822", "accept": "application/json",
    "origin": "http://127.0.0.1:8080", "Sec-Fetch-Mode": "cors", "User-Agent": "x", "content-length": "7",
}  # fmt: skip
MAIL = seeded.message(seeded.DISGUISED)
FILE = {
    "of": "outlook",
    "token": ["check"],
    "request": {
        "method": "POST",
        "path": "/api/v1/check",
        "headers": {
            "Accept": "application/json",
            "Content-Type": "message/rfc822",
            "Origin": "https://addin.example.org",
        },
        "sample": seeded.DISGUISED,
    },
    "answer": {"status": 200},
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One payload, `x`."""
    monkeypatch.delenv(recorded.RECORDING, raising=False)
    monkeypatch.setattr(recorded, "PAYLOADS", tmp_path)
    path = tmp_path / "x.json"
    path.write_text(json.dumps(FILE), encoding="utf-8")
    return path


def test_what_it_says_is_the_same(file: Path) -> None:
    same("x", "POST", "/api/v1/check", HEADERS, MAIL)
    assert json.loads(file.read_text("utf-8")) == FILE


@pytest.mark.parametrize(
    ("method", "path", "more", "body"),
    [
        ("PUT", "/api/v1/check", {}, MAIL),
        ("POST", "/api/v1/check?x", {}, MAIL),
        ("POST", "/api/v1/check", {"cookie": "a=b"}, MAIL),
        ("POST", "/api/v1/check", {"referer": "https://x"}, MAIL),
        ("POST", "/api/v1/check", {"content-type": "text/plain"}, MAIL),
        ("POST", "/api/v1/check", {"accept": "*/*"}, MAIL),
        ("POST", "/api/v1/check", {"authorization": ""}, MAIL),
        ("POST", "/api/v1/check", {"authorization": "Basic eA=="}, MAIL),
        ("POST", "/api/v1/check", {}, b"X: y\r\n" + MAIL),
        ("POST", "/api/v1/check", {}, MAIL + b" "),
        ("POST", "/api/v1/check", {}, MAIL.replace(b"\r\n", b"\n")),
        ("POST", "/api/v1/check", {}, b""),
    ],
)
def test_what_it_does_not_say_is_not(file: Path, method: str, path: str, more: dict[str, str], body: bytes) -> None:
    with pytest.raises(AssertionError):
        same("x", method, path, HEADERS | more, body)


def test_what_was_seen_is_written_down_when_that_is_asked_for(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(recorded.RECORDING, "1")
    same("x", "PUT", "/api/v1/reports", HEADERS | {"x-new": "1"}, b"X: y\r\n" + MAIL)
    monkeypatch.delenv(recorded.RECORDING)
    told = json.loads(file.read_text("utf-8"))
    assert (told["request"]["before"], told["request"]["headers"]["X-New"]) == ("X: y\r\n", "1")
    assert told["answer"] == FILE["answer"]
    same("x", "PUT", "/api/v1/reports", HEADERS | {"x-new": "1"}, b"X: y\r\n" + MAIL)


def test_requests_are_told_apart_by_connection() -> None:
    first = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\none"
    with socket.create_server(("127.0.0.1", 0)) as server, Cutter(server.getsockname()[1]) as wire:
        lines = [socket.create_connection(("127.0.0.1", wire.port)) for _ in range(2)]
        ends = [server.accept()[0] for _ in lines]
        for number, part in (
            (0, first[:20]),
            (1, b"GET /b HTTP/1.1\r\nX-Y: z\r\n\r\nOPTIONS /"),
            (0, first[20:] + first),
        ):
            lines[number].sendall(part)
        for line in lines:
            line.shutdown(socket.SHUT_WR)
        for end in ends:
            with end.makefile("rb") as stream:
                stream.read()
        for one in (*lines, *ends):
            one.close()
    found = sorted(heard(wire), key=lambda one: one.path)
    assert [(one.method, one.path, one.body) for one in found] == [
        ("POST", "/a", b"one"),
        ("POST", "/a", b"one"),
        ("GET", "/b", b""),
    ]
    assert found[2].headers == {"x-y": "z"}
