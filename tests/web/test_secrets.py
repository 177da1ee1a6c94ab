"""Codes and passwords by themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.web.people import passwords, totp

RFC = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, the last six of its eight digits."""
    assert totp.code(RFC, seconds // totp.STEP_S) == code
    assert totp.matching(RFC, code, datetime.fromtimestamp(seconds, UTC)) == seconds // totp.STEP_S


@given(st.binary(min_size=20, max_size=20), st.integers(0, 2**32), st.integers(-5, 5))
def test_a_code_is_good_for_a_step_before_and_after(secret: bytes, counter: int, off: int) -> None:
    at = datetime.fromtimestamp(counter * totp.STEP_S + 7, UTC)
    if counter + off < 0:
        return
    found = totp.matching(secret, totp.code(secret, counter + off), at) if counter > 0 else None
    if counter > 0 and abs(off) <= totp.DRIFT:
        assert found is not None


@given(st.text("0123456789abz- \n٣é", max_size=12))
def test_anything_may_be_typed_as_a_code(typed: str) -> None:
    totp.matching(RFC, typed, datetime(2026, 1, 1, tzinfo=UTC))
    assert totp.as_recovery_code(typed) == "" or len(totp.as_recovery_code(typed)) == 11


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "short"),
        ("x" * 201, "long"),
        ("aaaaaaaaaaaaaa", "simple"),
        ("123456789012", "simple"),
        ("abcdefghijkl", "simple"),
        ("passwordpassword", "simple"),
        ("le mot de marie-claude", "name"),
        ("trois mots et demi", ""),
        ("ça va très bien", ""),
    ],
)
def test_weak_passwords(password: str, why: str) -> None:
    assert passwords.weakness(password, "Marie-Claude") == why


def test_argon2id_with_64_mib(real_passwords: None) -> None:
    kept = passwords.hashed("trois mots et demi")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,")
    assert passwords.is_right(kept, "trois mots et demi")
    assert not passwords.is_right(kept, "trois mots et demie")
    assert not passwords.is_right(None, "trois mots et demi")
    assert not passwords.is_right("nonsense", "x")
