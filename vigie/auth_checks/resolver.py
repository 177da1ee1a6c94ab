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
import dns.name
import dns.rdatatype
import dns.resolver

from vigie.auth_checks import wire
from vigie.auth_checks.settings import DnsSettings
from vigie.auth_checks.wire import Answer

MAX_NAME = 253
MAX_TTL_S = 86_400
"""Threats X-17: answers are kept for a day at most."""
MAX_NEGATIVE_TTL_S = 300
"""RFC 2308 section 5 bounds it from above; a missing key must be able to appear."""
MAX_ALIASES = 8


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
    """Asks the name servers of the settings, or the system's. Sessions share its cache; safe between threads."""

    def __init__(self, settings: DnsSettings) -> None:
        self._settings = settings
        self._cache = Cache(settings.cache_entries)
        self._stub: dns.resolver.Resolver | None = None
        self._lock = Lock()

    def session(self) -> Resolver:
        """A Resolver for one message, with a fresh budget."""
        return _DnsSession(self._settings, self._cache, self._query)

    def _configured(self) -> dns.resolver.Resolver:
        """The stub resolver; made at the first question, so that a missing resolv.conf is a DnsFault and not a crash."""
        with self._lock:
            if self._stub is None:
                own = self._settings.nameservers
                stub = dns.resolver.Resolver(configure=not own)
                if own:
                    stub.nameservers = list(own)
                    stub.port = self._settings.port
                # One lost datagram is asked again, and each server is asked, within the question's time.
                stub.timeout = self._settings.timeout_s / max(2, len(stub.nameservers))
                stub.search = []
                stub.domain = dns.name.root
                stub.use_edns(0, 0, 1232)
                self._stub = stub
            return self._stub

    def _query(self, name: str, rtype: str, lifetime: float) -> dns.resolver.Answer:
        """One question on the wire. Raises what dnspython raises."""
        stub = self._configured()
        # From the labels: dnspython's text form has characters of its own, such as "@" and the backslash (S-03).
        asked = dns.name.Name([*(label.encode("ascii") for label in name.split(".")), b""])
        kind = dns.rdatatype.from_text(rtype)
        found = stub.resolve(asked, kind, raise_on_no_answer=False, search=False, lifetime=lifetime)
        with self._lock:
            servers = list(stub.nameservers)
            if found.nameserver in servers[1:]:
                # The servers before it are silent: they are not waited for again at every question.
                stub.nameservers = [found.nameserver, *(one for one in servers if one != found.nameserver)]
        return found


class _DnsSession(_Answers):
    """The questions of one message: counted, timed, and none is asked twice, whatever came back."""

    def __init__(
        self, settings: DnsSettings, cache: Cache, query: Callable[[str, str, float], dns.resolver.Answer]
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._query = query
        self._asked = 0
        self._spent_s = 0.0
        self._known: dict[tuple[str, str], Answer | DnsFault | None] = {}

    def ask(self, name: str, rtype: str) -> Answer:
        plain = question(name)
        key = (plain, rtype)
        if key not in self._known:
            try:
                self._known[key] = self._follow(plain, rtype)
            except DnsFault as fault:
                self._known[key] = fault
        answer = self._known[key]
        if isinstance(answer, DnsFault):
            raise DnsFault(answer.name, answer.reason) from answer.__cause__
        if answer is None:
            raise NoSuchName(plain)
        return answer

    def _follow(self, name: str, rtype: str) -> Answer | None:
        """The answer, over aliases where a server leaves the rest of the way to us. None: NXDOMAIN."""
        passed: list[str] = []
        here = name
        while here not in passed:
            if len(passed) == MAX_ALIASES:
                raise DnsFault(name, f"more than {MAX_ALIASES} aliases in a row")
            passed.append(here)
            known, answer = self._cache.get((here, rtype))
            if known:
                return answer
            reading = self._fetch(name, here, rtype)
            if reading is None or not reading.alias:
                return None if reading is None else reading.records
            try:
                here = question(reading.alias)
            except NoSuchName:
                return None
        raise DnsFault(name, "CNAME loop")

    def _fetch(self, asked_for: str, name: str, rtype: str) -> wire.Reading | None:
        """One question on the wire, its answer kept. None: NXDOMAIN. Raises DnsFault that names what was asked for."""
        if self._asked >= self._settings.max_queries:
            raise DnsFault(asked_for, f"more than {self._settings.max_queries} DNS questions for one message")
        left = self._settings.budget_s - self._spent_s
        if left <= 0:
            raise DnsFault(asked_for, f"more than {self._settings.budget_s:g} s of DNS for one message")
        self._asked += 1
        started = time.monotonic()
        try:
            reading = wire.read(self._query(name, rtype, min(left, self._settings.timeout_s)))
        except dns.resolver.NXDOMAIN as absence:
            self._cache.put((name, rtype), None, min(wire.absence_ttl(absence), MAX_NEGATIVE_TTL_S))
            return None
        except dns.exception.Timeout as exc:
            raise DnsFault(asked_for, "no answer in time") from exc
        except dns.resolver.NoNameservers as exc:
            raise DnsFault(asked_for, wire.servers_said(exc)) from exc
        except (dns.exception.DNSException, OSError, ValueError) as exc:
            # a malformed answer, no resolv.conf, no route
            raise DnsFault(asked_for, f"unusable answer ({type(exc).__name__})") from exc
        finally:
            self._spent_s += time.monotonic() - started
        if reading.fault:
            raise DnsFault(asked_for, reading.fault)
        if not reading.alias:
            longest = MAX_TTL_S if reading.records else MAX_NEGATIVE_TTL_S
            self._cache.put((name, rtype), reading.records, min(reading.ttl, longest))
        return reading


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
        asked = plain = question(name)
        for _ in range(MAX_ALIASES):
            if (plain, rtype) in self._records:
                answer = self._records[plain, rtype]
                if sum(map(len, answer)) > wire.MAX_BYTES:
                    raise DnsFault(asked, "an answer of more than 32 KB")
                return answer
            if plain in self._fail:
                raise DnsFault(asked, "name server fault (SERVFAIL)")
            if (plain, "CNAME") not in self._records:
                if plain in self._names:
                    return ()
                raise NoSuchName(plain)
            plain = question(self._records[plain, "CNAME"][0].decode("ascii", "replace"))
        raise DnsFault(asked, "CNAME loop")


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
