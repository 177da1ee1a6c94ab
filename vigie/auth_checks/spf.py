"""SPF (RFC 7208) of the client that our border saw. Without a border it is unavailable, never a failure.

spftrace evaluates; every question goes through the Resolver that is handed in, so its own name server is never used.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from spftrace import BaseResolver, Evaluator, Limits, Result

from vigie.auth_checks.breadth import too_wide
from vigie.auth_checks.resolver import DnsFault, NoSuchName, Resolver
from vigie.auth_checks.types import BorderHop, Provenance, SpfResult, Status

# RFC 5321 dot-string and domain without the quoted form: what A-R injections need is not in it (S-02, S-05..S-07).
ADDR_SPEC = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,256}@([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)\.?")
LOCAL_PART = "vigielocalpart"
"""Stands for the sender's own in macros: local parts never go into the DNS (S-51)."""
TIME_LIMIT_S = 20.0
"""RFC 7208 section 4.6.4: at least 20 seconds; the resolver's own budget ends earlier."""
MAX_QUERIES = 111
"""Ten terms of ten MX hosts each, and the record itself; the resolver's own budget ends earlier."""

T = TypeVar("T")

WORDS = {
    "pass": Status.PASS,
    "fail": Status.FAIL,
    "softfail": Status.SOFTFAIL,
    "neutral": Status.NEUTRAL,
    "none": Status.NONE,
    "temperror": Status.TEMPERROR,
    "permerror": Status.PERMERROR,
}


class _NeedsLocalPart(Exception):  # noqa: N818 - a signal to ourselves, not an error
    """The record asks for a name that contains the local part."""


class _Adapter(BaseResolver):
    """spftrace's transport over our Resolver."""

    def __init__(self, resolver: Resolver, ip: str, *, keep_private: bool) -> None:
        self._resolver = resolver
        self._ip = ip
        self._keep_private = keep_private

    async def _lookup(self, name: str, rtype: str) -> tuple[str, list[str]]:
        if self._keep_private and LOCAL_PART in name.lower():
            raise _NeedsLocalPart
        try:
            return "NOERROR", self._records(name, rtype)
        except NoSuchName:
            return "NXDOMAIN", []
        except DnsFault:
            return "SERVFAIL", []

    def _records(self, name: str, rtype: str) -> list[str]:
        if rtype == "TXT":
            return [record.decode("utf-8", "replace") for record in self._resolver.txt(name)]
        if rtype == "MX":
            return list(self._resolver.mx(name))
        if rtype == "PTR":
            return list(self._resolver.ptr(self._ip))
        return list(self._resolver.addresses(name, 6 if rtype == "AAAA" else 4))


class _Evaluator(Evaluator):
    async def _explanation(self, *_: object) -> str | None:
        """Nothing: an explanation is the accused domain's own text, and costs a question."""
        return None


def check_spf(border: BorderHop, resolver: Resolver) -> SpfResult:
    """The result for MAIL FROM, or for HELO where MAIL FROM is null (RFC 7208 section 2.4). Never raises."""
    if not border.found:
        return _unavailable(border.reason)
    if border.mail_from is None:
        return _unavailable("our border's Received field names no envelope sender")
    if border.mail_from == "":
        domain, sender = border.helo, ""
    else:
        match = ADDR_SPEC.fullmatch(border.mail_from)
        if match is None:
            return _unavailable("the envelope sender is not a plain address (RFC 8601 section 2.3): not evaluated")
        domain, sender = match[1].lower(), f"{LOCAL_PART}@{match[1]}"
    status, reason = evaluate(border.client_ip, sender, border.helo, resolver)
    identity = "HELO" if not sender else "MAIL FROM"
    weak = status is Status.POLICY
    found = SpfResult(status, domain, Provenance.COMPUTED, f"{identity} {domain}: {reason}", weak)
    return weighed(found, border.client_ip, resolver)


def weighed(result: SpfResult, client_ip: str, resolver: Resolver) -> SpfResult:
    """The result; a pass that nearly everybody can get is `policy` instead and `weak` (RFC 8601 section 2.4, S-52). Never raises.

    `client_ip`: "" where it is unknown.
    """
    if result.status is not Status.PASS:
        return result
    why = too_wide(result.domain, _versions(client_ip), resolver)
    if not why:
        return result
    return replace(result, status=Status.POLICY, reason=f"{result.reason}, but {why}: not used", weak=True)


def _versions(client_ip: str) -> tuple[int, ...]:
    """The IP version under which the client is evaluated; both where it is unknown."""
    try:
        address = ipaddress.ip_address(client_ip)
    except ValueError:
        return (4, 6)
    return (4,) if address.version == 4 or address.ipv4_mapped is not None else (6,)


def evaluate(ip: str, sender: str, helo: str, resolver: Resolver, *, keep_private: bool = True) -> tuple[Status, str]:
    """check_host() of RFC 7208 section 4: the status and why. Never raises; DNS faults are temperror.

    `keep_private`: `sender` carries LOCAL_PART, and a record that needs a local part is `policy` (S-51).
    """
    adapter = _Adapter(resolver, ip, keep_private=keep_private)
    limits = Limits(max_queries=MAX_QUERIES, time_limit=TIME_LIMIT_S)
    try:
        ipaddress.ip_address(ip)
        result: Result = _run(_Evaluator(adapter, limits).evaluate(ip, sender, helo))
    except _NeedsLocalPart:
        return (
            Status.POLICY,
            "the record depends on the sender's local part, which is not disclosed to the DNS: not used",
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, ArithmeticError) as exc:
        # A library that stumbles over hostile input must not stop the examination; no result is no proof.
        return Status.PERMERROR, f"evaluation stopped ({type(exc).__name__})"
    status = WORDS.get(str(result.result), Status.PERMERROR)
    return status, _reason(result, status)


def _reason(result: Result, status: Status) -> str:
    for event in reversed(result.trace.events):
        if event.kind == "exit":
            return f"{status} ({_plain(str(event.data.get('reason', '')))})"
        if event.kind == "mech_match":
            return f"{status} ({_plain(str(event.data.get('raw', '')))})"
    return str(status)


def _plain(text: str) -> str:
    return "".join(char for char in text[:160] if char.isprintable())


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs it to its end here, or in a thread of its own where this thread already runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def _unavailable(reason: str) -> SpfResult:
    return SpfResult(Status.NONE, "", Provenance.UNAVAILABLE, reason)
