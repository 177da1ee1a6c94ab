"""A name server on loopback that can be made to answer wrongly, or not at all: what a sane one such as Knot cannot.

Zones are data in the form of ZoneResolver. A fault is said per name; everything is asked over real UDP and TCP sockets.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.TXT
import dns.rrset

from vigie.auth_checks.settings import DnsSettings

TTL = 60
SOA = "ns.test. hostmaster.test. 1 3600 600 86400 30"
UDP_ROOM = 1232


@dataclass(frozen=True)
class Asked:
    """One question that reached the server. `name` without the trailing dot, in the case in which it came."""

    name: str
    rtype: str
    transport: str


Fault = Callable[[dns.message.Message, str], Sequence[bytes]]
"""(query, "udp" or "tcp") -> the datagrams, or the bytes of the stream without length prefix, that go back."""


class Authority:
    """A running server; `settings` makes a DnsResolver ask it and nobody else. Use it in a `with` statement."""

    def __init__(self, zone: Mapping[str, object] | None = None, *, address: str = "127.0.0.1", port: int = 0) -> None:
        self.asked: list[Asked] = []
        self.faults: dict[tuple[str, str], Fault] = {}
        self.address = address
        self._records: dict[tuple[str, str], list[dns.rdata.Rdata]] = {}
        self._names: set[str] = set()
        self._failing: set[str] = set()
        self._ended = threading.Event()
        self._open(port)
        if zone:
            self.publish(zone)
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def _open(self, port: int) -> None:
        """UDP and TCP on one port."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        for _ in range(20):
            self._udp = socket.socket(family, socket.SOCK_DGRAM)
            self._udp.bind((self.address, port))
            self.port: int = self._udp.getsockname()[1]
            self._tcp = socket.socket(family, socket.SOCK_STREAM)
            self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                self._tcp.bind((self.address, self.port))
            except OSError:
                self._udp.close()
                self._tcp.close()
                continue
            self._tcp.listen(20)
            return
        raise AssertionError("no port is free for UDP and TCP")

    @property
    def settings(self) -> DnsSettings:
        """For a resolver that asks this server, without a cache between messages."""
        return DnsSettings(nameservers=(self.address,), port=self.port, cache_entries=0)

    def publish(self, zone: Mapping[str, object]) -> None:
        """Adds a zone: tables txt, a, mx, ptr, cname, and the list `fail`, as ZoneResolver takes them."""
        for table, content in zone.items():
            if table == "fail":
                assert isinstance(content, list)
                self._failing.update(_key(name) for name in content)
                continue
            assert isinstance(content, Mapping)
            for name, values in content.items():
                self._add(table, str(name), values if isinstance(values, (list, tuple)) else (values,))

    def _add(self, table: str, name: str, values: Sequence[object]) -> None:
        if table == "ptr" and not name.endswith(".arpa"):
            name = ipaddress.ip_address(name).reverse_pointer
        for number, value in enumerate(values):
            rdata = _rdata(table, value, number)
            self._records.setdefault((_key(name), dns.rdatatype.to_text(rdata.rdtype)), []).append(rdata)
        labels = _key(name).split(".")
        self._names.update(".".join(labels[start:]) for start in range(len(labels)))

    def fail(self, name: str, fault: Fault, rtype: str = "TXT") -> None:
        """From now on that question meets the fault."""
        self.faults[_key(name), rtype] = fault

    def counted(self, name: str, rtype: str = "TXT") -> int:
        """How often that was asked, over both transports."""
        return sum(1 for one in self.asked if _key(one.name) == _key(name) and one.rtype == rtype)

    def _replies(self, wire: bytes, transport: str) -> Sequence[bytes]:
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return ()
        question = query.question[0]
        name, rtype = plain(question.name), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(Asked(name, rtype, transport))
        fault = self.faults.get((_key(name), rtype))
        if fault is not None:
            return fault(query, transport)
        return (rendered(self.answer(query), transport),)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """The right answer."""
        reply = reply_to(query)
        name, rtype = query.question[0].name, query.question[0].rdtype
        for _ in range(20):
            key = _key(plain(name))
            records = self._records.get((key, dns.rdatatype.to_text(rtype)))
            if records is not None:
                reply.answer.append(dns.rrset.from_rdata_list(name, TTL, records))
                return reply
            if key in self._failing:
                reply.set_rcode(dns.rcode.SERVFAIL)
                return reply
            alias = next(iter(self._records.get((key, "CNAME"), ())), None)
            if not isinstance(alias, dns.rdtypes.ANY.CNAME.CNAME):
                break
            reply.answer.append(dns.rrset.from_rdata(name, TTL, alias))
            name = alias.target
        if key not in self._names:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        reply.authority.append(dns.rrset.from_text("test.", TTL, "IN", "SOA", SOA))
        return reply

    def _serve_udp(self) -> None:
        while not self._ended.is_set():
            try:
                wire, peer = self._udp.recvfrom(4096)
                for reply in self._replies(wire, "udp"):
                    self._udp.sendto(reply, peer)
            except OSError:
                if self._udp.fileno() < 0:
                    return

    def _serve_tcp(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_stream, args=(connection,), daemon=True).start()

    def _serve_stream(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, struct.error):
            connection.settimeout(10)
            (length,) = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
            wire = connection.recv(length, socket.MSG_WAITALL)
            for reply in self._replies(wire, "tcp"):
                connection.sendall(struct.pack("!H", len(reply)) + reply)

    def close(self) -> None:
        """Ends it."""
        self._ended.set()
        for one in (self._udp, self._tcp):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def __enter__(self) -> Authority:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def reply_to(query: dns.message.Message) -> dns.message.Message:
    """An empty authoritative answer that fits the query."""
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.AA
    return reply


def rendered(reply: dns.message.Message, transport: str) -> bytes:
    """The message as bytes, truncated where a datagram has no room for it."""
    if transport == "tcp":
        return reply.to_wire(max_size=65535)
    try:
        return reply.to_wire(max_size=UDP_ROOM)
    except dns.exception.TooBig:
        short = reply_to(reply_query(reply))
        short.flags |= dns.flags.TC
        return short.to_wire()


def reply_query(reply: dns.message.Message) -> dns.message.Message:
    """The query that the reply answers."""
    query = dns.message.QueryMessage(id=reply.id)
    query.question = reply.question
    return query


def plain(name: dns.name.Name) -> str:
    """The name as it stands on the wire, without the escapes of a zone file."""
    return b".".join(name.labels[:-1]).decode("latin-1")


def _key(name: str) -> str:
    return name.lower().removesuffix(".")


def _rdata(table: str, value: object, number: int) -> dns.rdata.Rdata:
    internet = dns.rdataclass.IN
    if table == "txt":
        data = value if isinstance(value, bytes) else str(value).encode()
        strings = [data[start : start + 255] for start in range(0, len(data), 255)] or [b""]
        return dns.rdtypes.ANY.TXT.TXT(internet, dns.rdatatype.TXT, strings)
    if table == "mx":
        return dns.rdata.from_text(internet, dns.rdatatype.MX, f"{number} {str(value).removesuffix('.')}.")
    kind = {"cname": "CNAME", "ptr": "PTR"}.get(table) or ("AAAA" if ":" in str(value) else "A")
    text = f"{value!s}".removesuffix(".") + "." if kind in {"CNAME", "PTR"} else str(value)
    return dns.rdata.from_text(internet, dns.rdatatype.from_text(kind), text)
