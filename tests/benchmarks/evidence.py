"""Evidence (border, SPF, DKIM, DMARC, ARC) for mixed mails against a real Knot over UDP, with a cold and a warm DNS cache.

Of a hundred: 25 genuine ones of ameli, 25 false ones in its name, 15 genuine ones through a forwarder, 15 through a list, 10 of strangers
without a signature, 10 with six signatures of as many domains. Parsing and rules are not in the figures.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dns.resolver

from tests.benchmarks.generate import WORDS
from tests.samples.sign import BRAND, OTHERS, public_record, signature
from tests.servers.knot import Knot
from vigie.auth_checks.authenticate import authenticate
from vigie.auth_checks.resolver import DnsResolver
from vigie.auth_checks.settings import TrustSettings
from vigie.message.parse import parse
from vigie.message.types import Message

STRANGERS = 200
SIGNATURES = 6
DIFFERENT = 200
SENT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TRUST = TrustSettings(border_hosts=("mx.demo.example",), authserv_ids=("mx.demo.example",))
KINDS = ("genuine", "false", "forwarded", "list", "unsigned", "many")
WEIGHTS = (25, 25, 15, 15, 10, 10)


class Counting(DnsResolver):
    """Counts what goes over the wire."""

    asked = 0

    def _query(self, name: str, rtype: str, lifetime: float) -> dns.resolver.Answer:
        self.asked += 1
        return super()._query(name, rtype, lifetime)


@dataclass(frozen=True)
class Pass:
    """One turn over all messages."""

    wall_s: float
    cpu_s: float
    asked: int
    each_ms: tuple[float, ...]
    proven: int


def publish(knot: Knot) -> None:
    """The zones: ameli's, and two hundred strangers with SPF (an include each), a key and a DMARC record."""
    brand, others = (f'"{first}" "{rest}"' for first, rest in map(_halves, map(public_record, (BRAND, OTHERS))))
    knot.publish(
        "ameli.fr",
        f'info TXT "v=spf1 ip4:203.0.113.25 -all"\n_dmarc TXT "v=DMARC1; p=reject"\n_dmarc.info TXT "v=DMARC1; p=reject"\n'
        f"demo2026._domainkey.info TXT {brand}\n",
    )
    lines = [
        f'd{number} TXT "v=spf1 include:spf.d{number}.example -all"\nspf.d{number} TXT "v=spf1 ip4:192.0.2.0/24 -all"\n'
        f'k1._domainkey.d{number} TXT {others}\n_dmarc.d{number} TXT "v=DMARC1; p=none"\n'
        for number in range(STRANGERS)
    ]
    knot.publish("example", "".join(lines))
    knot.publish("fr", "")


def _halves(record: str) -> tuple[str, str]:
    return record[:200], record[200:]


def mails(count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` messages, always the same ones. Signing is slow: so there are two hundred, and each comes several times."""
    rng = random.Random(seed)
    kinds = [kind for kind, weight in zip(KINDS, WEIGHTS, strict=True) for _ in range(weight * DIFFERENT // 100)]
    different = [_mail(rng, kind, number) for number, kind in enumerate(kinds)]
    while count > 0:
        rng.shuffle(different)
        yield from different[:count]
        count -= DIFFERENT


def _mail(rng: random.Random, kind: str, number: int) -> bytes:
    stranger = f"d{rng.randrange(STRANGERS)}.example"
    ameli = kind in {"genuine", "false", "forwarded", "list"}
    author = "L'Assurance Maladie <assurance-maladie@info.ameli.fr>" if ameli else f"Contact <contact@{stranger}>"
    raw = (
        f"From: {author}\r\nTo: accueil@demo.example\r\nSubject: Message {number}\r\nDate: {SENT:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        f"Message-ID: <{number}.{rng.getrandbits(64):016x}@{stranger}>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{_text(rng)}"
    ).encode()
    if ameli and kind != "false":
        raw = _signed(raw, "info.ameli.fr", "demo2026", BRAND)
    if kind == "many":
        for _ in range(SIGNATURES):
            raw = _signed(raw, f"d{rng.randrange(STRANGERS)}.example", "k1", OTHERS)
    if kind == "list":
        raw = b"List-Id: <l.example>\r\nPrecedence: list\r\n" + raw + b"_____\r\nhttps://l.example/\r\n"
    envelope, client = {
        "genuine": ("retour@info.ameli.fr", "203.0.113.25"),
        "false": ("retour@info.ameli.fr", "198.51.100.9"),
        "forwarded": ("retour@info.ameli.fr", "198.51.100.7"),
    }.get(kind, (f"bounce@{stranger}", "192.0.2.9"))
    return _received(envelope, client) + raw


def _received(envelope: str, client: str) -> bytes:
    return (
        f"Return-Path: <{envelope}>\r\nReceived: from mail.example (unknown [{client}])\r\n"
        f"\tby mx.demo.example (Postfix) with ESMTP id 4F3C2;\r\n\t{SENT:%a, %d %b %Y %H:%M:%S} +0000\r\n"
    ).encode()


def _text(rng: random.Random) -> str:
    lines = (" ".join(rng.choices(WORDS, k=10)) for _ in range(rng.randint(10, 300)))
    return "\r\n".join(lines) + "\r\n"


def _signed(raw: bytes, domain: str, selector: str, key: Path) -> bytes:
    return signature(raw, domain, selector, key, int(SENT.timestamp())) + raw


def turn(messages: list[Message], resolver: Counting) -> Pass:
    """Evidence for every message, one after the other in this process."""
    before, each, proven = resolver.asked, [], 0
    wall, cpu = time.perf_counter(), time.process_time()
    for message in messages:
        started = time.perf_counter()
        evidence = authenticate(message, resolver.session(), TRUST, received=SENT, now=SENT)
        each.append((time.perf_counter() - started) * 1000)
        proven += evidence.complete
    return Pass(
        time.perf_counter() - wall, time.process_time() - cpu, resolver.asked - before, tuple(sorted(each)), proven
    )


def bench_evidence(count: int) -> None:
    """Prints both turns."""
    messages = [parse(raw) for raw in mails(count)]
    size = sum(len(message.raw) for message in messages)
    knot = Knot()
    try:
        publish(knot)
        resolver = Counting(knot.settings)
        turns = {"cold": turn(messages, resolver), "warm": turn(messages, resolver)}
    finally:
        knot.stop()
    for name, found in turns.items():
        quantiles = statistics.quantiles(found.each_ms, n=100)
        print(
            f"evidence, {name} DNS cache: {count} messages, {size / 1e6:.1f} MB: {found.wall_s:.2f} s, {found.cpu_s:.2f} s of CPU, "
            f"{found.asked} questions, p50 {quantiles[49]:.1f} ms, p99 {quantiles[98]:.1f} ms; {found.proven} proven"
        )


if __name__ == "__main__":
    bench_evidence(1000)
