"""How a token is shown: the vectors of RFC 7628 and of Google's documentation, and what a refusal says."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.scanner.credentials.sasl import BearerAuth, mechanism


def test_the_example_of_rfc_7628() -> None:
    """Section 4.1."""
    told = BearerAuth(
        "OAUTHBEARER", "user@example.com", "server.example.com", 143, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
    )
    wanted = (
        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk5"
        "2YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )
    assert base64.b64encode(told(b"") or b"").decode() == wanted


def test_the_example_of_xoauth2() -> None:
    told = BearerAuth(
        "XOAUTH2", "someuser@example.com", "imap.example.com", 993, "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
    )
    wanted = "user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01"
    assert told(b"") == wanted.encode()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_a_name_stays_one_name(name: str) -> None:
    """RFC 5801 section 4: whatever stands in it, the header has its three parts."""
    header = BearerAuth("OAUTHBEARER", name, "h", 1, "t").sent.split(b"\x01")[0].decode()
    first, named, rest = header.split(",")
    assert (first, rest) == ("n", "")
    assert named.removeprefix("a=").replace("=2C", ",").replace("=3D", "=") == name


@pytest.mark.parametrize(("name", "last"), [("OAUTHBEARER", b"\x01"), ("XOAUTH2", b"")])
@pytest.mark.parametrize(
    ("challenge", "status"),
    [
        (b'{"status":"invalid_token","scope":"imap"}', "invalid_token"),
        (b'{"status":"400","schemes":"Bearer"}', "400"),
        (b'{"status":401}', ""),
        (b'{"status":"a\\r\\nb"}', ""),
        (b"[]", ""),
        (b"{", ""),
        (b"\xff", ""),
        (b"[" * 100_000, ""),
        (b"", ""),
    ],
)
def test_a_refusal_is_acknowledged(name: str, last: bytes, challenge: bytes, status: str) -> None:
    """RFC 7628 section 3.2.3: only then the server says NO."""
    told = BearerAuth(name, "u", "h", 1, "t")
    told(b"")
    assert told(challenge) == last
    assert told.status == status
    assert told(b"more") is None


def test_the_standard_first() -> None:
    assert mechanism({"AUTH=PLAIN", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER"}) == "OAUTHBEARER"
    assert mechanism({"AUTH=XOAUTH2"}) == "XOAUTH2"
    assert mechanism({"AUTH=PLAIN", "XOAUTH2"}) is None
