"""What a name server can do wrong, over real sockets: each is an answer, an absence or a fault that names what was asked."""

from __future__ import annotations

import itertools
import random
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.servers.authority import Authority, Fault, rendered, reply_to
from tests.servers.knot import Knot
from vigie.auth_checks.resolver import DnsFault, DnsResolver, NoSuchName, Resolver
from vigie.auth_checks.settings import DnsSettings

NAME = "_dmarc.caisse.example"
GOOD = "v=DMARC1; p=reject"


@pytest.fixture
def authority() -> Iterator[Authority]:
    with Authority({"txt": {NAME: [GOOD], "caisse.example": ["v=spf1 -all"]}}) as server:
        yield server


def asking(*servers: Authority, **changes: object) -> DnsSettings:
    """Settings with much patience: an answer comes at once, however busy the machine is."""
    settings = {"timeout_s": 10, "budget_s": 30, "cache_entries": 0, **changes}
    return DnsSettings.model_validate(
        {"nameservers": [server.address for server in servers], "port": servers[0].port, **settings}
    )


def outcome(session: Resolver, name: str = NAME) -> str:
    try:
        return "answer" if session.txt(name) else "nothing"
    except NoSuchName:
        return "absent"
    except DnsFault as fault:
        return fault.reason if fault.name == name else f"a fault of {fault.name}"


def saying(rcode: dns.rcode.Rcode) -> Fault:
    def fault(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        reply = reply_to(query)
        reply.set_rcode(rcode)
        return (reply.to_wire(),)

    return fault


def altered(change: Callable[[dns.message.Message], None]) -> Fault:
    """The empty answer, altered."""

    def fault(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        reply = reply_to(query)
        change(reply)
        return (rendered(reply, transport),)

    return fault


def with_answer(*rows: tuple[str, str, str], authority: Sequence[tuple[str, str, str]] = ()) -> Fault:
    """(owner, type, text) of the answer section, and of the authority section."""

    def change(reply: dns.message.Message) -> None:
        for section, given_rows in ((reply.answer, rows), (reply.authority, authority)):
            section.extend(dns.rrset.from_text(f"{owner}.", 60, "IN", rtype, text) for owner, rtype, text in given_rows)

    return altered(change)


def silent(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    return ()


def chain(length: int) -> Fault:
    names = [NAME, *(f"c{number}.example" for number in range(length))]
    return with_answer(
        *((here, "CNAME", f"{there}.") for here, there in itertools.pairwise(names)), (names[-1], "TXT", "end")
    )


SOA = ("example", "SOA", "ns.example. hostmaster.example. 1 3600 600 86400 30")
NS = ("example", "NS", "ns.elsewhere.example.")


def cut(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    return (rendered(reply_to(query), transport)[:14],)


def truncated_for_ever(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    reply = reply_to(query)
    reply.flags |= dns.flags.TC
    return (reply.to_wire(),)


def hung_up_over_tcp(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    return truncated_for_ever(query, transport) if transport == "udp" else ()


def other_id(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    reply = reply_to(query)
    reply.id ^= 1
    return (reply.to_wire(),)


def other_question(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    reply = reply_to(query)
    owner = dns.name.from_text("elsewhere.example")
    reply.question = [dns.rrset.RRset(owner, query.question[0].rdclass, query.question[0].rdtype)]
    reply.answer.append(dns.rrset.from_text("elsewhere.example.", 60, "IN", "TXT", "forged"))
    return (reply.to_wire(),)


def echoed(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    return (query.to_wire(),)


def absent_with_answer(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    reply = reply_to(query)
    reply.set_rcode(dns.rcode.NXDOMAIN)
    reply.answer.append(dns.rrset.from_text(f"{NAME}.", 60, "IN", "TXT", "x"))
    return (reply.to_wire(),)


FAULTS: list[tuple[str, Fault, str]] = [
    ("SERVFAIL", saying(dns.rcode.SERVFAIL), "name server fault (SERVFAIL)"),
    ("REFUSED", saying(dns.rcode.REFUSED), "name server fault (REFUSED)"),
    ("FORMERR", saying(dns.rcode.FORMERR), "name server fault (FORMERR)"),
    ("NOTIMP", saying(dns.rcode.NOTIMP), "name server fault (NOTIMP)"),
    ("YXDOMAIN", saying(dns.rcode.YXDOMAIN), "unusable answer (YXDOMAIN)"),
    ("NOTAUTH", saying(dns.rcode.NOTAUTH), "name server fault (NOTAUTH)"),
    ("silence", silent, "no answer in time"),
    ("another's ID", other_id, "no answer in time"),
    ("another question", other_question, "no answer in time"),
    ("our own question", echoed, "no answer in time"),
    ("cut short", cut, "no answer in time"),
    ("truncated over TCP too", truncated_for_ever, "an answer that is cut short over TCP, too"),
    ("nothing over TCP", hung_up_over_tcp, "name server fault (EOFError, Truncated)"),
    ("referral", with_answer(authority=[NS]), "lame name server (it refers to others)"),
    ("alias of itself", with_answer((NAME, "CNAME", f"{NAME}.")), "name server fault (CNAME loop)"),
    ("loop in one answer", with_answer((NAME, "CNAME", "b.example."), ("b.example", "CNAME", f"{NAME}.")),
     "name server fault (CNAME loop)"),
    ("chain of 40", chain(40), "name server fault (CNAME loop)"),
    ("64 KB", with_answer((NAME, "TXT", " ".join(f'"{"x" * 250}"' for _ in range(255)))), "an answer of more than 32 KB"),
    ("NXDOMAIN with an answer", absent_with_answer, "name server fault (AnswerForNXDOMAIN)"),
    ("NXDOMAIN", saying(dns.rcode.NXDOMAIN), "absent"),
    ("nothing, with SOA", with_answer(authority=[SOA]), "nothing"),
    ("nothing, with SOA and NS", with_answer(authority=[SOA, NS]), "nothing"),
    ("nothing at all", with_answer(), "nothing"),
    ("another type", with_answer((NAME, "A", "192.0.2.1")), "nothing"),
    ("another owner", with_answer(("elsewhere.example", "TXT", "forged"), authority=[SOA]), "nothing"),
    ("an alias to nothing", with_answer((NAME, "CNAME", "b.example."), authority=[SOA]), "nothing"),
    ("chain of 12", chain(12), "answer"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "wanted"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_every_fault_has_its_word(authority: Authority, fault: Fault, wanted: str):
    authority.fail(NAME, fault)
    patience = 0.3 if wanted == "no answer in time" else 10
    session = DnsResolver(asking(authority, timeout_s=patience)).session()
    assert outcome(session) == wanted
    asked = len(authority.asked)
    assert outcome(session) == wanted
    assert len(authority.asked) == asked, "what came back is remembered for the message, whatever it was"
    assert outcome(DnsResolver(asking(authority)).session(), "caisse.example") == "answer"


def test_the_right_answer_is_waited_for_among_forged_ones(authority: Authority):
    """S-59: a datagram with another ID or question is no answer, and does not end the waiting."""

    def flooded(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        right = rendered(authority.answer(query), transport)
        return (*other_id(query, transport), *other_question(query, transport), b"junk", right)

    authority.fail(NAME, flooded)
    assert DnsResolver(asking(authority)).session().txt(NAME) == (GOOD.encode(),)


def test_tcp_is_asked_after_a_truncated_answer(authority: Authority):
    authority.publish({"txt": {"big.example": ["x" * 20_000]}})
    assert DnsResolver(asking(authority)).session().txt("big.example") == (b"x" * 20_000,)
    assert [one.transport for one in authority.asked] == ["udp", "tcp"]


def test_aliases_that_the_server_leaves_to_us(authority: Authority):
    for number in range(12):
        target = f"hop{number + 1}.example."
        authority.fail(f"hop{number}.example", with_answer((f"hop{number}.example", "CNAME", target)))
    authority.publish({"txt": {"end.example": ["found"]}})
    authority.fail("near.example", with_answer(("near.example", "CNAME", "end.example.")))
    authority.fail("dead.example", with_answer(("dead.example", "CNAME", "none.example.")))
    authority.fail("odd.example", with_answer(("odd.example", "CNAME", r"a\.b.example.")))
    authority.fail("round.example", with_answer(("round.example", "CNAME", "about.example.")))
    authority.fail("about.example", with_answer(("about.example", "CNAME", "round.example.")))
    session = DnsResolver(asking(authority)).session()
    assert session.txt("near.example") == (b"found",)
    assert outcome(session, "dead.example") == "absent"
    assert outcome(session, "odd.example") == "absent"
    assert outcome(session, "round.example") == "CNAME loop"
    assert outcome(session, "hop0.example") == "more than 8 aliases in a row"


def test_no_search_list_and_a_budget_of_questions(authority: Authority):
    """S-58, X-17."""
    session = DnsResolver(asking(authority, max_queries=3)).session()
    for name in ("a.example", "single", "b.example"):
        assert outcome(session, name) in {"absent", "nothing"}
    assert outcome(session, "c.example") == "more than 3 DNS questions for one message"
    assert [one.name for one in authority.asked] == ["a.example", "single", "b.example"]
    outcome(DnsResolver(asking(authority)).session(), "@")
    assert authority.asked[-1].name == "@", "a name of one odd character, not the origin"


def test_a_budget_of_seconds(authority: Authority):
    for name in ("a.example", "b.example", "c.example"):
        authority.fail(name, silent)
    session = DnsResolver(asking(authority, timeout_s=1, budget_s=1.5)).session()
    said = [outcome(session, name) for name in ("a.example", "b.example", "c.example")]
    assert said == ["no answer in time", "no answer in time", "more than 1.5 s of DNS for one message"]
    assert outcome(DnsResolver(asking(authority)).session()) == "answer"


def test_answers_and_absences_are_kept_as_long_as_they_may(authority: Authority):
    """RFC 2308 section 5: an absence is kept for the SOA's time, and not at all without SOA."""
    authority.fail("bare.example", saying(dns.rcode.NXDOMAIN))
    authority.fail("empty.example", with_answer())
    authority.fail("broken.example", saying(dns.rcode.SERVFAIL))
    authority.publish({"txt": {"below.there.example": ["x"]}})
    resolver = DnsResolver(asking(authority, cache_entries=100))
    names = {NAME: 1, "absent.test": 1, "there.example": 1, "bare.example": 3, "empty.example": 3, "broken.example": 3}
    for _ in range(3):
        session = resolver.session()
        for name in names:
            outcome(session, name)
    assert {name: authority.counted(name) for name in names} == names


def beside(first: Authority, address: str) -> Authority:
    """Another server on the same port of another loopback address: DnsSettings has one port for all."""
    return Authority({"txt": {NAME: [GOOD]}}, address=address, port=first.port)


def test_a_dead_server_is_passed_over_and_then_asked_last(authority: Authority):
    authority.fail(NAME, silent)
    authority.fail("caisse.example", silent)
    with beside(authority, "127.0.0.2") as second:
        second.publish({"txt": {"caisse.example": ["v=spf1 -all"]}})
        resolver = DnsResolver(asking(authority, second, timeout_s=3))
        assert outcome(resolver.session()) == "answer"
        assert outcome(resolver.session(), "caisse.example") == "answer"
        assert authority.counted("caisse.example") == 0, "the one that answered is asked first from now on"


def test_two_of_three_servers_are_dead(authority: Authority):
    authority.fail(NAME, silent)
    with beside(authority, "127.0.0.2") as second, beside(authority, "127.0.0.3") as third:
        second.fail(NAME, silent)
        assert outcome(DnsResolver(asking(authority, second, third, timeout_s=4.5)).session()) == "answer"


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_broken_server_is_passed_over(authority: Authority, rcode: dns.rcode.Rcode):
    authority.fail(NAME, saying(rcode))
    with beside(authority, "127.0.0.2") as second:
        assert outcome(DnsResolver(asking(authority, second)).session()) == "answer"


def test_a_closed_port_is_a_fault():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    settings = DnsSettings(nameservers=("127.0.0.1",), port=port, timeout_s=0.2)
    assert outcome(DnsResolver(settings).session()) == "no answer in time"


def test_over_ipv6():
    with Authority({"txt": {NAME: [GOOD]}}, address="::1") as server:
        assert outcome(DnsResolver(asking(server)).session()) == "answer"


def test_sessions_of_many_threads_share_one_cache(knot: Knot):
    """Each gets the right answer to its own question, and the cache keeps to its size."""
    texts = {f"t{number}": f"text {number}" for number in range(40)}
    knot.publish("foule.example", "".join(f'{name} IN TXT "{text}"\n' for name, text in texts.items()))
    settings = knot.settings.model_copy(
        update={"cache_entries": 15, "max_queries": 200, "timeout_s": 10.0, "budget_s": 60.0}
    )
    resolver = DnsResolver(settings)
    start = threading.Barrier(8)

    def work(seed: int) -> int:
        order = [*texts, "none"] * 4
        random.Random(seed).shuffle(order)
        session = resolver.session()
        start.wait()
        for name in order:
            if name == "none":
                with pytest.raises(NoSuchName):
                    session.txt("none.foule.example")
            else:
                assert session.txt(f"{name}.foule.example") == (texts[name].encode(),)
        return len(order)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 8 * 4 * 41
    assert len(resolver._cache._kept) <= 15


@pytest.fixture(scope="module")
def mangling() -> Iterator[Authority]:
    with Authority({"txt": {NAME: [GOOD]}}) as server:
        yield server


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_bytes_of_a_server_raise_anything_else(mangling: Authority, data: st.DataObject):
    """Mangled answers, each followed by the right one, so that nothing is waited for."""
    at, junk = data.draw(st.integers(2, 60)), data.draw(st.binary(min_size=1, max_size=8))
    over_tcp = data.draw(st.booleans())

    def mangled(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        right = rendered(mangling.answer(query), transport)
        broken = right[:at] + junk + right[at + len(junk) :]
        if over_tcp:
            return truncated_for_ever(query, transport) if transport == "udp" else (broken,)
        return broken, right

    mangling.fail(NAME, mangled)
    outcome(DnsResolver(asking(mangling)).session())
