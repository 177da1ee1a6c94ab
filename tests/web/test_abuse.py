"""Requests that want the server's time, memory or connections (X-20, X-21, X-22), and those that two servers could read differently."""

from __future__ import annotations

import gzip
import logging
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.conftest import MAILBOXES
from tests.web.served import Served, serve
from vigie.web import guard, serving, upload


@pytest.fixture(scope="module")
def hurried() -> Iterator[Served]:
    """Pages that wait for a second only."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(serving, "HEAD_S", 1.0)
        patch.setattr(guard, "BODY_S", 1.0)
        with serve(Path(folder), mailboxes=MAILBOXES) as pages:
            yield pages


def head(served: Served, line: str, *fields: str) -> bytes:
    host, port = served.address
    return "\r\n".join((f"{line} HTTP/1.1", f"Host: {host}:{port}", *fields, "", "")).encode()


def post(served: Served, *fields: str) -> bytes:
    """The head of a form that might be ours."""
    ours = (f"Origin: {served.origin}", "Content-Type: application/x-www-form-urlencoded")
    return head(served, "POST /sign-in", *ours, *fields)


def answers(served: Served, sent: bytes, drip: bytes = b"") -> bytes:
    """All that comes until the server ends the connection. `drip`: sent byte by byte meanwhile, again and again."""
    with socket.create_connection(served.address, timeout=30) as plain:
        plain.sendall(sent)
        plain.settimeout(0.1 if drip else 30)
        told, deadline = b"", time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                more = plain.recv(65536)
            except TimeoutError:
                try:
                    plain.sendall(drip)
                except OSError:
                    return told
                continue
            except ConnectionResetError:
                return told
            if not more:
                return told
            told += more
    raise AssertionError("the connection was not ended")


@pytest.mark.parametrize(
    ("sent", "drip"),
    [(b"", b""), (b"GET / HTTP/1.1\r\nHost: x", b""), (b"GET / HTTP/1.1\r\nX: ", b"x")],
    ids=["nothing", "half a head", "byte by byte"],
)
def test_a_request_that_does_not_come_ends_its_connection(hurried: Served, sent: bytes, drip: bytes) -> None:
    """X-20: two hundred of them would be all connections that there are."""
    assert answers(hurried, sent, drip) == b""


def test_a_second_request_has_to_come_too(hurried: Served) -> None:
    """X-20: behind an answer, and behind one that was given before the body was there."""
    first = head(hurried, "GET /healthz")
    assert answers(hurried, first + b"GET / HT", b"x").count(b"HTTP/1.1 200") == 1
    early = head(hurried, "GET /healthz", "Content-Length: 1000")
    assert answers(hurried, early, b"x").count(b"HTTP/1.1 200") == 1


def test_a_body_that_does_not_come_ends_the_request(hurried: Served) -> None:
    """X-20."""
    assert answers(hurried, post(hurried, "Content-Length: 100") + b"name=").startswith(b"HTTP/1.1 408 ")
    assert answers(hurried, post(hurried, "Content-Length: 100"), b"x").startswith(b"HTTP/1.1 408 ")
    assert answers(hurried, post(hurried, "Transfer-Encoding: chunked"), b"1\r\nx\r\n").startswith(b"HTTP/1.1 408 ")


def test_who_is_refused_does_not_keep_the_connection(hurried: Served) -> None:
    """X-20: the rest of what was refused is not read."""
    elsewhere = head(hurried, "POST /sign-in", "Origin: https://evil.example", "Content-Length: 1000000")
    told = answers(hurried, elsewhere, b"x")
    assert told.startswith(b"HTTP/1.1 403 ")
    assert b"\r\nconnection: close\r\n" in told.lower()


def test_who_leaves_in_the_middle_is_no_fault_of_ours(hurried: Served, caplog: pytest.LogCaptureFixture) -> None:
    """Anybody could fill the log with errors."""
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            with socket.create_connection(hurried.address) as plain:
                plain.sendall(post(hurried, "Content-Length: 100") + b"name=")
        answers(hurried, post(hurried, "Transfer-Encoding: chunked") + b"ZZ\r\n\r\n")
        assert hurried.browser().get("/healthz").status_code == 200
    assert not caplog.records


def test_a_request_that_could_be_read_in_two_ways_is_none(hurried: Served) -> None:
    """RFC 9112 sections 3.2, 6.1, 6.3: what a proxy before us takes for one request must not be two here."""
    host, port = hurried.address
    both = post(hurried, "Transfer-Encoding: chunked", "Content-Length: 5") + b"0\r\n\r\n"
    for sent in (
        both,
        post(hurried, "Content-Length: 5", "Content-Length: 6") + b"abcdef",
        post(hurried, "Content-Length: +5") + b"abcde",
        post(hurried, "Transfer-Encoding: xchunked"),
        post(hurried, "Transfer-Encoding: chunked, identity"),
        head(hurried, "GET /sign-in", "Host: evil.example"),
        b"GET /sign-in HTTP/1.1\r\n\r\n",
        b"GET /sign-in HTTP/1.1\nHost : " + f"{host}:{port}".encode() + b"\n\n",
    ):
        told = answers(hurried, sent)
        assert told.startswith(b"HTTP/1.1 400 "), sent
        assert told.count(b"HTTP/1.1 ") == 1, sent


def test_nothing_is_unpacked(hurried: Served) -> None:
    """X-21: a few bytes could be gigabytes."""
    packed = gzip.compress(b"name=x" * 1000)
    sent = post(hurried, "Content-Encoding: gzip", f"Content-Length: {len(packed)}") + packed
    assert answers(hurried, sent).startswith(b"HTTP/1.1 415 ")


def test_no_page_reads_json(hurried: Served) -> None:
    """X-22: nothing here takes apart what is nested; a form is a list of pairs, of a thousand at most."""
    browser = hurried.browser()
    token = browser.token("/sign-in")
    for path, operations in hurried.app.openapi()["paths"].items():
        if path.startswith("/api/"):
            continue  # its one JSON body: tests/web/api/test_check.py
        for operation in operations.values():
            for kind in operation.get("requestBody", {}).get("content", {}):
                with_file = (
                    kind == upload.MULTIPART and path in upload.PATHS
                )  # taken apart by us: tests/web/test_verifier.py
                assert with_file or kind == "application/x-www-form-urlencoded", path
    deep = browser.http.post(
        "/sign-in",
        content=b"[" * 60_000,
        headers={"Origin": hurried.origin, "Content-Type": "application/json", "X-CSRF-Token": token},
    )
    assert deep.status_code == 415


def test_the_unit_of_the_pages_gives_them_nothing_that_they_do_not_need() -> None:
    """W-30: they need the ledger's folder, sockets, and processes of their own."""
    told = (Path(__file__).parents[2] / "deploy/vigie-web.service").read_text("utf-8").splitlines()
    for line in (
        "User=vigie",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectKernelLogs=yes",
        "ProtectProc=invisible",
        "RestrictNamespaces=yes",
        "SystemCallFilter=@system-service",
        "CapabilityBoundingSet=",
        "MemoryMax=2G",
    ):
        assert line in told
