"""DNS as evidence: answers, absences and faults are three different things.

A faulty answer raises DnsFault (temperror), never looks like an absence: nobody is accused because a name server slept.
"""

from __future__ import annotations

import ipaddress
import time
import tomllib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Protocol

import dns.exception
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.PTR
import dns.rdtypes.ANY.TXT
import dns.resolver
import dns.reversename

from vigie.auth_checks.settings import DnsSettings

MAX_NAME = 253
MAX_TXT = 65_535
MAX_TTL_S = 86_400
"""Threats X-17: answers are kept for a day at most."""
MAX_NEGATIVE_TTL_S = 300
"""RFC 2308 section 5 bounds it from above; a missing key must be able to appear."""
MAX_ALIASES = 8

Answer = tuple[bytes, ...]


class DnsFault(Exception):  # noqa: N818 - a fault of the DNS is an outcome, not a programming error
    """No usable answer: SERVFAIL, time-out, lame server, CNAME loop, budget spent. Always temporary. `name` is what was asked."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class NoSuchName(Exception):  # noqa: N818 - an absence is an answer, not an error
    """NXDOMAIN: the name does not exist at all (RFC 9989 `np` needs the difference to an empty answer)."""


class Resolver(Protocol):
    """Answers questions for one message. Names are A-labels without trailing dot; no search list is ever applied."""

    def txt(self, name: str) -> tuple[bytes, ...]:
        """The TXT records, each with its strings joined. Empty: the name exists, without TXT. Raises NoSuchName, DnsFault."""
        ...

    def addresses(self, name: str, version: int = 0) -> tuple[str, ...]:
        """A (version 4), AAAA (6) or both (0) records in text form. Raises NoSuchName, DnsFault."""
        ...

    def mx(self, name: str) -> tuple[str, ...]:
        """MX hosts by preference. Raises NoSuchName, DnsFault."""
        ...

    def ptr(self, ip: str) -> tuple[str, ...]:
        """Reverse names. Raises NoSuchName, DnsFault."""
        ...


class _Answers:
    """The shape that both resolvers share: records of one type as bytes, and what they mean."""

    def ask(self, name: str, rtype: str) -> Answer:
        """The records of that type, in an order fit for use. Raises NoSuchName, DnsFault."""
        raise NotImplementedError

    def txt(self, name: str) -> tuple[bytes, ...]:
        """TXT records."""
        return self.ask(name, "TXT")

    def addresses(self, name: str, version: int = 0) -> tuple[str, ...]:
        """A and AAAA records."""
        types = {4: ("A",), 6: ("AAAA",)}.get(version, ("A", "AAAA"))
        return tuple(record.decode("ascii") for rtype in types for record in self.ask(name, rtype))

    def mx(self, name: str) -> tuple[str, ...]:
        """MX hosts."""
        return tuple(record.decode("ascii", "replace") for record in self.ask(name, "MX"))

    def ptr(self, ip: str) -> tuple[str, ...]:
        """Reverse names."""
        try:
            reverse = ipaddress.ip_address(ip).reverse_pointer
        except ValueError:
            raise NoSuchName(ip) from None
        return tuple(record.decode("ascii", "replace") for record in self.ask(reverse, "PTR"))


def question(name: str) -> str:
    """The name in the form in which it is asked and cached. Raises NoSuchName for what cannot be a name on the wire."""
    plain = name.lower().removesuffix(".")
    labels = plain.split(".")
    # A backslash starts an escape in dnspython's text form: it would ask for another name than the one we judged (S-03).
    usable = plain.isascii() and "\\" not in plain and len(plain) <= MAX_NAME
    if not usable or not all(0 < len(label) <= 63 for label in labels):
        raise NoSuchName(name)
    return plain


class Cache:
    """Answers and absences, kept no longer than their TTL; shared by all messages, safe between threads."""

    def __init__(self, entries: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._entries = entries
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], tuple[float, Answer | None]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str]) -> tuple[bool, Answer | None]:
        """(known, answer); the answer None stands for NXDOMAIN."""
        with self._lock:
            expires, answer = self._kept.get(key, (float("-inf"), None))
            if expires <= self._clock():
                self._kept.pop(key, None)
                return False, None
            self._kept.move_to_end(key)
            return True, answer

    def put(self, key: tuple[str, str], answer: Answer | None, ttl: float) -> None:
        """Keeps the answer; the least recently used one goes when there are too many."""
        if self._entries == 0 or ttl <= 0:
            return
        with self._lock:
            self._kept[key] = (self._clock() + ttl, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._entries:
                self._kept.popitem(last=False)


class DnsResolver:
    """Asks the name servers of the settings, or the system's. Sessions share its cache."""

    def __init__(self, settings: DnsSettings) -> None:
        self._settings = settings
        self._cache = Cache(settings.cache_entries)
        self._stub: dns.resolver.Resolver | None = None
        self._lock = Lock()

    def session(self) -> Resolver:
        """A Resolver for one message, with a fresh budget."""
        return _DnsSession(self._settings, self._cache, self._configured)

    def _configured(self) -> dns.resolver.Resolver:
        """The stub resolver; made at the first question, so that a missing resolv.conf is a DnsFault and not a crash."""
        with self._lock:
            if self._stub is None:
                own = self._settings.nameservers
                stub = dns.resolver.Resolver(configure=not own)
                if own:
                    stub.nameservers = list(own)
                    stub.port = self._settings.port
                stub.timeout = (
                    self._settings.timeout_s / 2
                )  # one lost datagram is asked again within the question's time
                stub.search = []
                stub.domain = dns.name.root
                stub.use_edns(0, 0, 1232)
                self._stub = stub
            return self._stub


class _DnsSession(_Answers):
    """The questions of one message: counted, timed, and a fault is not waited for twice."""

    def __init__(self, settings: DnsSettings, cache: Cache, stub: Callable[[], dns.resolver.Resolver]) -> None:
        self._settings = settings
        self._cache = cache
        self._stub = stub
        self._asked = 0
        self._spent_s = 0.0
        self._faults: dict[tuple[str, str], DnsFault] = {}

    def ask(self, name: str, rtype: str) -> Answer:
        plain = question(name)
        key = (plain, rtype)
        if key in self._faults:
            raise self._faults[key]
        known, answer = self._cache.get(key)
        if not known:
            try:
                answer = self._fetch(plain, rtype)
            except DnsFault as fault:
                self._faults[key] = fault
                raise
        if answer is None:
            raise NoSuchName(plain)
        return answer

    def _fetch(self, name: str, rtype: str) -> Answer | None:
        """One question on the wire. None: NXDOMAIN."""
        if self._asked >= self._settings.max_queries:
            raise DnsFault(name, f"more than {self._settings.max_queries} DNS questions for one message")
        left = self._settings.budget_s - self._spent_s
        if left <= 0:
            raise DnsFault(name, f"more than {self._settings.budget_s:g} s of DNS for one message")
        self._asked += 1
        started = time.monotonic()
        try:
            found = self._stub().resolve(
                dns.name.from_text(name),
                dns.rdatatype.from_text(rtype),
                raise_on_no_answer=False,
                search=False,
                lifetime=min(left, self._settings.timeout_s),
            )
            answer = _records(name, found)
        except dns.resolver.NXDOMAIN as absence:
            self._cache.put((name, rtype), None, _negative_ttl(absence))
            return None
        except dns.exception.Timeout as exc:
            raise DnsFault(name, "no answer in time") from exc
        except dns.resolver.NoNameservers as exc:
            raise DnsFault(name, _servers_said(exc)) from exc
        except (dns.exception.DNSException, OSError, ValueError) as exc:
            # a CNAME loop, a malformed or truncated answer, no resolv.conf, no route
            raise DnsFault(name, f"unusable answer ({type(exc).__name__})") from exc
        finally:
            self._spent_s += time.monotonic() - started
        ttl = max(0.0, found.expiration - time.time())
        self._cache.put((name, rtype), answer, min(ttl, MAX_TTL_S if answer else MAX_NEGATIVE_TTL_S))
        return answer


def _records(name: str, found: dns.resolver.Answer) -> Answer:
    """The records of an answer as bytes. Raises DnsFault over 64 KB or when the aliases lead round in a circle."""
    if found.rrset is None:
        aliases = sum(1 for rrset in found.response.answer if rrset.rdtype == dns.rdatatype.CNAME)
        if aliases and found.response.question and _circular(found):
            raise DnsFault(name, "CNAME loop")
        return ()
    records = sorted(found.rrset, key=lambda rdata: getattr(rdata, "preference", 0))
    texts = tuple(_as_bytes(rdata) for rdata in records)
    if sum(map(len, texts)) > MAX_TXT:
        raise DnsFault(name, "an answer of more than 64 KB")
    return texts


def _circular(found: dns.resolver.Answer) -> bool:
    """The answer's last alias points to a name that is itself an alias in it."""
    owners = {rrset.name for rrset in found.response.answer if rrset.rdtype == dns.rdatatype.CNAME}
    targets = {
        rdata.target for rrset in found.response.answer if rrset.rdtype == dns.rdatatype.CNAME for rdata in rrset
    }
    return bool(owners) and targets <= owners


def _as_bytes(rdata: dns.rdata.Rdata) -> bytes:
    if isinstance(rdata, dns.rdtypes.ANY.TXT.TXT):
        return b"".join(rdata.strings)
    if isinstance(rdata, dns.rdtypes.ANY.MX.MX):
        return rdata.exchange.to_text(omit_final_dot=True).encode("ascii", "replace")
    if isinstance(rdata, dns.rdtypes.ANY.PTR.PTR):
        return rdata.target.to_text(omit_final_dot=True).encode("ascii", "replace")
    return rdata.to_text().encode("ascii", "replace")


def _negative_ttl(absence: dns.resolver.NXDOMAIN) -> float:
    """RFC 2308 section 5: the lesser of the SOA's TTL and its minimum field."""
    ttl: float = MAX_NEGATIVE_TTL_S
    responses: Mapping[dns.name.Name, dns.message.Message] = absence.kwargs.get("responses") or {}
    for response in responses.values():
        for rrset in response.authority:
            if rrset.rdtype == dns.rdatatype.SOA and len(rrset):
                ttl = min(ttl, rrset.ttl, getattr(rrset[0], "minimum", ttl))
    return ttl


def _servers_said(exc: dns.resolver.NoNameservers) -> str:
    """Why no server gave a usable answer, without their addresses: SERVFAIL, REFUSED, ..."""
    reasons = {str(error[3]).split(" ")[0].strip(".") for error in exc.kwargs.get("errors", ()) if len(error) > 3}
    return f"name server fault ({', '.join(sorted(reasons)) or 'none answered'})"


class ZoneResolver:
    """Answers from a zone written as data; everything else does not exist.

    `zone`: tables txt, a (A and AAAA), mx, ptr (by IP), cname, each name -> list; `fail`: names that answer SERVFAIL
    for every type that is not listed.
    """

    def __init__(self, zone: Mapping[str, object]) -> None:
        self._records: dict[tuple[str, str], Answer] = {}
        self._names: set[str] = set()
        self._fail: set[str] = set()
        for table, content in zone.items():
            if table == "fail" and isinstance(content, (list, tuple)):
                self._fail = {str(name).lower().removesuffix(".") for name in content}
            elif table in {"txt", "a", "mx", "ptr", "cname"} and isinstance(content, Mapping):
                for name, values in content.items():
                    self._add(table, str(name).lower().removesuffix("."), values)
            else:
                raise ValueError(f"{table}: a zone has the tables txt, a, mx, ptr, cname and the list fail")

    def session(self) -> Resolver:
        """A Resolver for one message."""
        return _ZoneSession(self._records, self._names, self._fail)

    def _add(self, table: str, name: str, values: object) -> None:
        if not isinstance(values, (list, tuple)):
            values = (values,)
        if table == "ptr" and not name.endswith(".arpa"):
            name = ipaddress.ip_address(name).reverse_pointer
        for value in values:
            data = value if isinstance(value, bytes) else str(value).encode()
            rtype = table.upper()
            if table == "a":
                rtype = "A" if ipaddress.ip_address(str(value)).version == 4 else "AAAA"
            self._records[name, rtype] = (*self._records.get((name, rtype), ()), data)
        labels = name.split(".")
        self._names.update(".".join(labels[start:]) for start in range(len(labels)))


class _ZoneSession(_Answers):
    def __init__(self, records: dict[tuple[str, str], Answer], names: set[str], fail: set[str]) -> None:
        self._records = records
        self._names = names
        self._fail = fail

    def ask(self, name: str, rtype: str) -> Answer:
        plain = question(name)
        for _ in range(MAX_ALIASES):
            if (plain, rtype) in self._records:
                answer = self._records[plain, rtype]
                if sum(map(len, answer)) > MAX_TXT:
                    raise DnsFault(plain, "an answer of more than 64 KB")
                return answer
            if plain in self._fail:
                raise DnsFault(plain, "name server fault (SERVFAIL)")
            if (plain, "CNAME") not in self._records:
                if plain in self._names:
                    return ()
                raise NoSuchName(plain)
            plain = question(self._records[plain, "CNAME"][0].decode("ascii", "replace"))
        raise DnsFault(name, "CNAME loop")


def zone_from(path: Path) -> ZoneResolver:
    """The zone of a TOML file. Raises OSError, ValueError (with the file's name) when it is none."""
    try:
        return ZoneResolver(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValueError as exc:
        raise ValueError(f"{path}: {exc}") from exc


def resolver_from(settings: DnsSettings) -> DnsResolver | ZoneResolver:
    """The resolver that the settings name: the zone file alone where there is one, else real DNS."""
    if settings.zone_file is not None:
        return zone_from(settings.zone_file)
    return DnsResolver(settings)
