"""The resolvers: answers, absences and faults kept apart, on a real name server and on a zone written as data."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.servers.knot import Knot
from vigie.auth_checks.resolver import (
    Cache,
    DnsFault,
    DnsResolver,
    NoSuchName,
    Resolver,
    ZoneResolver,
    resolver_from,
    zone_from,
)
from vigie.auth_checks.settings import DnsSettings

LONG = " ".join(f'"{"x" * 250}"' for _ in range(80))
HUGE = " ".join(f'"{"x" * 250}"' for _ in range(260))
"""65,000 bytes: what still fits into a DNS message."""
LONGEST = ".".join(["l" * 63] * 3 + ["l" * (253 - 3 * 64 - len(".annuaire.example")), "annuaire", "example"])
RECORDS = f"""
@       IN TXT "v=spf1 -all"
{LONGEST}. IN TXT "the longest name"
two     IN TXT "first " "half"
empty   IN A 192.0.2.1
big     IN TXT {LONG}
alias   IN CNAME two
loop    IN CNAME loop2
loop2   IN CNAME loop
away    IN CNAME two.voisin.example.
nowhere IN CNAME none.voisin.example.
gone    IN CNAME none
lame    IN CNAME a.elsewhere.test.
huge    IN TXT {HUGE}
_x._y   IN TXT "underscores"
{"l" * 63} IN TXT "a long label"
mail    IN MX 20 second
mail    IN MX 10 first
first   IN A 192.0.2.2
first   IN AAAA 2001:db8::2
"""


@pytest.fixture(scope="module")
def served(knot: Knot) -> DnsSettings:
    knot.publish("annuaire.example", RECORDS)
    knot.publish("voisin.example", 'two IN TXT "next door"\n')
    knot.publish("2.0.192.in-addr.arpa", "2 IN PTR first.annuaire.example.\n")
    return knot.settings


@pytest.fixture
def real(served: DnsSettings) -> Resolver:
    return DnsResolver(served).session()


def test_real_answers(real: Resolver):
    assert real.txt("annuaire.example") == (b"v=spf1 -all",)
    assert real.txt("TWO.annuaire.example.") == (b"first half",)
    assert real.txt("alias.annuaire.example") == (b"first half",)
    assert real.mx("mail.annuaire.example") == ("first.annuaire.example", "second.annuaire.example")
    assert real.addresses("first.annuaire.example") == ("192.0.2.2", "2001:db8::2")
    assert real.addresses("first.annuaire.example", 6) == ("2001:db8::2",)
    assert real.ptr("192.0.2.2") == ("first.annuaire.example",)


def test_real_tcp_on_truncation(real: Resolver):
    assert real.txt("big.annuaire.example") == (b"x" * 20_000,)


def test_real_absences(real: Resolver):
    assert real.txt("empty.annuaire.example") == ()
    with pytest.raises(NoSuchName):
        real.txt("none.annuaire.example")
    with pytest.raises(NoSuchName):
        real.ptr("192.0.2.77")
    with pytest.raises(NoSuchName):
        real.ptr("no address")


def test_real_names(real: Resolver):
    assert len(LONGEST) == 253
    assert real.txt(LONGEST) == (b"the longest name",)
    assert real.txt(f"{LONGEST.upper()}.") == (b"the longest name",)
    assert real.txt(f"{'L' * 63}.annuaire.example") == (b"a long label",)
    assert real.txt("_X._y.Annuaire.EXAMPLE.") == (b"underscores",)
    assert real.txt("_y.annuaire.example") == ()  # RFC 8020: a name below which there is something exists
    for name in (f"l{LONGEST}", f"{'l' * 64}.annuaire.example", ".", "a..example"):
        with pytest.raises(NoSuchName):
            real.txt(name)


def test_real_aliases_that_lead_into_another_zone(real: Resolver):
    """The server says nothing about the target: it is asked for, not taken for an absence."""
    assert real.txt("away.annuaire.example") == (b"next door",)
    for name in ("nowhere", "gone"):
        with pytest.raises(NoSuchName):
            real.txt(f"{name}.annuaire.example")
    with pytest.raises(DnsFault, match="REFUSED") as caught:
        real.txt("lame.annuaire.example")
    assert caught.value.name == "lame.annuaire.example"


def test_real_64_kb(real: Resolver):
    with pytest.raises(DnsFault, match="more than 32 KB") as caught:
        real.txt("huge.annuaire.example")
    assert caught.value.name == "huge.annuaire.example"


def test_real_alias_loop(real: Resolver):
    with pytest.raises(DnsFault, match="CNAME loop") as caught:
        real.txt("loop.annuaire.example")
    assert caught.value.name == "loop.annuaire.example"


def test_real_refusal_of_a_foreign_zone(real: Resolver):
    """A lame server says REFUSED."""
    with pytest.raises(DnsFault, match="REFUSED"):
        real.txt("elsewhere.test")


def test_dead_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        settings = DnsSettings(nameservers=("127.0.0.1",), port=silent.getsockname()[1], timeout_s=0.2, budget_s=0.3)
        session = DnsResolver(settings).session()
        with pytest.raises(DnsFault, match="no answer in time"):
            session.txt("annuaire.example")
        with pytest.raises(DnsFault, match="no answer in time"):
            session.txt("annuaire.example")  # remembered, not waited for again
        with pytest.raises(DnsFault):
            session.txt("other.example")
        with pytest.raises(DnsFault, match="of DNS for one message"):
            session.txt("third.example")


def test_sessions_share_the_cache_and_not_the_budget(served: DnsSettings):
    resolver = DnsResolver(served.model_copy(update={"max_queries": 1}))
    assert resolver.session().txt("annuaire.example") == (b"v=spf1 -all",)
    second = resolver.session()
    assert second.txt("annuaire.example") == (b"v=spf1 -all",)
    assert second.txt("two.annuaire.example") == (b"first half",)
    with pytest.raises(DnsFault):
        second.txt("empty.annuaire.example")


def test_cache_forgets():
    now = [0.0]
    cache = Cache(2, clock=lambda: now[0])
    cache.put(("a", "TXT"), (b"1",), 10)
    cache.put(("b", "TXT"), None, 5)
    assert cache.get(("b", "TXT")) == (True, None)
    now[0] = 6
    assert cache.get(("b", "TXT")) == (False, None)
    assert cache.get(("a", "TXT")) == (True, (b"1",))
    cache.put(("c", "TXT"), (b"3",), 10)
    cache.put(("d", "TXT"), (b"4",), 10)
    assert cache.get(("a", "TXT")) == (False, None)


@pytest.mark.parametrize(
    "name", ["", "a..b", "x" * 64 + ".example", "é.example", "a\\.b.example", ".".join("abcd" * 70)]
)
def test_what_cannot_be_a_name_does_not_exist(name: str, served: DnsSettings):
    for session in (DnsResolver(served).session(), ZoneResolver({}).session()):
        with pytest.raises(NoSuchName):
            session.txt(name)


def test_zone_resolver():
    session = ZoneResolver(
        {
            "txt": {"sel._domainkey.a.example": ["one", "two"], "huge.example": ["x" * 70_000]},
            "a": {"mx.a.example": ["192.0.2.1", "2001:db8::1"]},
            "mx": {"a.example": ["mx.a.example"]},
            "ptr": {"192.0.2.1": ["mx.a.example"]},
            "cname": {"alias.example": ["mx.a.example"], "loop.example": ["loop.example"]},
            "fail": ["broken.example", "sel._domainkey.a.example"],
        }
    ).session()
    assert session.txt("sel._domainkey.a.example") == (b"one", b"two")
    assert session.txt("_domainkey.a.example") == ()
    assert session.addresses("mx.a.example") == ("192.0.2.1", "2001:db8::1")
    assert session.addresses("alias.example", 4) == ("192.0.2.1",)
    assert session.mx("a.example") == ("mx.a.example",)
    assert session.ptr("192.0.2.1") == ("mx.a.example",)
    for name in ("broken.example", "loop.example", "huge.example"):
        with pytest.raises(DnsFault):
            session.txt(name)
    with pytest.raises(DnsFault):
        session.mx("sel._domainkey.a.example")
    with pytest.raises(NoSuchName):
        session.txt("b.example")


def test_zone_file(tmp_path: Path):
    path = tmp_path / "zone.toml"
    path.write_text('fail = ["broken.example"]\n[txt]\n"a.example" = ["hello"]\n', encoding="utf-8")
    resolver = resolver_from(DnsSettings(zone_file=path))
    assert resolver.session().txt("a.example") == (b"hello",)
    path.write_text('[text]\n"a.example" = ["hello"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"zone.toml: text: a zone has the tables"):
        zone_from(path)
    path.write_text("[txt\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"zone\.toml"):
        zone_from(path)
    assert isinstance(resolver_from(DnsSettings(nameservers=("127.0.0.1",))), DnsResolver)
