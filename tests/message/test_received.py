"""Received fields in the styles of the usual servers."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.message.mails import REST, mail
from vigie.message.parse import read
from vigie.message.received import parse_date
from vigie.message.types import Hop

DATE = "; Mon, 3 Mar 2025 10:00:00 +0100"
HOPS = {
    "postfix": (
        "from mail.a.example (mx1.a.example [192.0.2.1])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"
        "\tby mx.b.example (Postfix) with ESMTPS id 4XYZ\r\n\tfor <lea@b.example>" + DATE + " (CET)",
        ("mx.b.example", "mail.a.example", "mx1.a.example", "192.0.2.1", "ESMTPS", "lea@b.example"),
    ),
    "postfix, no reverse name": (
        "from mail.a.example (unknown [192.0.2.1]) by mx.b.example (Postfix) with ESMTP id 4" + DATE,
        ("mx.b.example", "mail.a.example", "", "192.0.2.1", "ESMTP", ""),
    ),
    "postfix, address literal as HELO": (
        "from [10.0.0.7] (unknown [192.0.2.1]) by mx.b.example (Postfix) with ESMTP id 4" + DATE,
        ("mx.b.example", "10.0.0.7", "", "192.0.2.1", "ESMTP", ""),
    ),
    "postfix, IPv6": (
        "from m.a.example (m.a.example [IPv6:2001:db8::1]) by mx.b.example (Postfix) with ESMTPS id 4" + DATE,
        ("mx.b.example", "m.a.example", "m.a.example", "2001:db8::1", "ESMTPS", ""),
    ),
    "postfix, local": (
        "by mx.b.example (Postfix, from userid 1000) id 4" + DATE,
        ("mx.b.example", "", "", "", "", ""),
    ),
    "exim": (
        "from mx1.a.example ([192.0.2.1] helo=mail.a.example) by mx.b.example with esmtps (TLS1.3) (Exim 4.96)"
        " (envelope-from <retour@a.example>) id 1abc-00 for lea@b.example" + DATE,
        ("mx.b.example", "mail.a.example", "mx1.a.example", "192.0.2.1", "esmtps", "lea@b.example"),
    ),
    "exim, no reverse name": (
        "from [192.0.2.1] (helo=mail.a.example) by mx.b.example with esmtp (Exim 4.96) id 1abc" + DATE,
        ("mx.b.example", "mail.a.example", "", "192.0.2.1", "esmtp", ""),
    ),
    "exim with port": (
        "from [192.0.2.1] (port=4711 helo=mail.a.example) by mx.b.example with esmtp id 1" + DATE,
        ("mx.b.example", "mail.a.example", "", "192.0.2.1", "esmtp", ""),
    ),
    "sendmail": (
        "from mail.a.example (mx1.a.example [192.0.2.1] (may be forged)) by mx.b.example (8.17.1/8.17.1) with ESMTP id x"
        + DATE,
        ("mx.b.example", "mail.a.example", "mx1.a.example", "192.0.2.1", "ESMTP", ""),
    ),
    "sendmail with ident": (
        "from mail.a.example (jean@mx1.a.example [192.0.2.1]) by mx.b.example with SMTP id x" + DATE,
        ("mx.b.example", "mail.a.example", "mx1.a.example", "192.0.2.1", "SMTP", ""),
    ),
    "exchange": (
        "from MR1.prod.outlook.example (2603:10a6:500::5) by PR2.prod.outlook.example (2603:10a6:102::8) with Microsoft SMTP\r\n"
        " Server (version=TLS1_2, cipher=TLS_ECDHE) id 15.20.1" + DATE,
        ("PR2.prod.outlook.example", "MR1.prod.outlook.example", "", "2603:10a6:500::5", "Microsoft", ""),
    ),
    "qmail": (
        "from unknown (HELO mail.a.example) (192.0.2.1)\r\n  by mx.b.example with SMTP; 3 Mar 2025 09:00:00 -0000",
        ("mx.b.example", "mail.a.example", "", "192.0.2.1", "SMTP", ""),
    ),
    "gmail": (
        "from mail-x.a.example (mail-x.a.example. [192.0.2.1]) by mx.b.example with ESMTPS id a1 for <lea@b.example>"
        + DATE
        + " (PST)",
        ("mx.b.example", "mail-x.a.example", "mail-x.a.example", "192.0.2.1", "ESMTPS", "lea@b.example"),
    ),
    "a comment that speaks": (
        "from x (by evil.example with love [192.0.2.1]) by mx.b.example with ESMTP id 4" + DATE,
        ("mx.b.example", "x", "", "", "ESMTP", ""),
    ),
    "ovh, inner": (
        "from unknown (HELO output28.b.example) (192.168.11.93)\r\n    by 192.168.1.2 with AES256-GCM-SHA384 encrypted SMTP"
        + DATE,
        ("192.168.1.2", "output28.b.example", "", "192.168.11.93", "AES256-GCM-SHA384", ""),
    ),
    "yahoo": (
        "from 192.0.2.1 (EHLO mail.a.example)\r\n by 10.253.231.24 with SMTPs\r\n (version=TLS1_2 cipher=TLS_ECDHE)"
        + DATE,
        ("10.253.231.24", "mail.a.example", "", "192.0.2.1", "SMTPs", ""),
    ),
    "mailo": (
        "from mail.a.example [192.0.2.1] by b221-8.in.b.example [192.168.90.28] with ESMTP via ip-20.b.example [192.0.2.9]"
        " for <lea@b.example>" + DATE,
        ("b221-8.in.b.example", "mail.a.example", "", "192.0.2.1", "ESMTP", "lea@b.example"),
    ),
    "ionos": (
        "from mail.a.example ([192.0.2.1]) by mx.b.example\r\n (mxeue102 [192.0.2.67]) with ESMTPS (Nemesis) id 1MP242"
        "\r\n for <lea@b.example>" + DATE,
        ("mx.b.example", "mail.a.example", "", "192.0.2.1", "ESMTPS", "lea@b.example"),
    ),
    "vger": (
        'from out5.a.example ([192.0.2.1]:18114 "EHLO\r\n\tout3.a.example" rhost-flags-OK-OK-OK-FAIL) by b.example with ESMTP\r\n'
        "\tid S1 (ORCPT <rfc822;lea@b.example>)" + DATE,
        ("b.example", "out3.a.example", "out5.a.example", "192.0.2.1", "ESMTP", ""),
    ),
    "an address alone may be what the client says of itself": (
        "from 127.0.0.1 by mx.b.example with HTTP" + DATE,
        ("mx.b.example", "127.0.0.1", "", "", "HTTP", ""),
    ),
    "two by clauses": (
        "from a (b.example [192.0.2.1]) by mx.b.example with ESMTP by other.example" + DATE,
        ("", "", "", "", "", ""),
    ),
    "an open parenthesis": ("from a ( (b.example [192.0.2.1]) by mx.b.example" + DATE, ("", "", "", "", "", "")),
    "nonsense": ("(((", ("", "", "", "", "", "")),
    "mapped IPv4": (
        "from a (b.example [::ffff:192.0.2.1]) by mx.b.example with ESMTP id 4" + DATE,
        ("mx.b.example", "a", "b.example", "192.0.2.1", "ESMTP", ""),
    ),
}


@pytest.mark.parametrize("style", HOPS)
def test_hop(style):
    value, expected = HOPS[style]
    hop = read(mail(header=f"Received: {value}\r\nFrom: a@b.example\r\n{REST}")).hops[0]
    assert (hop.by, hop.helo, hop.rdns, hop.ip, hop.with_, hop.for_) == expected
    if style != "nonsense":
        assert hop.date == datetime(2025, 3, 3, 9, tzinfo=UTC)


REAL = "198.51.100.7"
SAID = "{helo}"
SERVERS = {
    "postfix": f"from {SAID} (unknown [{REAL}]) by mx.b.example (Postfix) with ESMTPS id 4{DATE}",
    "postfix, named": f"from {SAID} (a.example [{REAL}]) (using TLSv1.3) by mx.b.example (Postfix) with ESMTP id 4{DATE}",
    "exim": f"from a.example ([{REAL}]:25 helo={SAID}) by mx.b.example with esmtp (Exim 4.96) (envelope-from <x@a.example>) id 1{DATE}",
    "exim, no name": f"from [{REAL}] (helo={SAID}) by mx.b.example with esmtp (Exim 4.96) (envelope-from <x@a.example>) id 1{DATE}",
    "exim, port": f"from [{REAL}] (port=4711 helo={SAID}) by mx.b.example with esmtp id 1{DATE}",
    "sendmail": f"from {SAID} (a.example [{REAL}] (may be forged)) by mx.b.example (8.17.1/8.17.1) with ESMTP id x{DATE}",
    "exchange": f"from {SAID} ({REAL}) by mx.b.example (10.1.2.3) with Microsoft SMTP Server (version=TLS1_2) id 15.20{DATE}",
    "gmail": f"from {SAID} (a.example. [{REAL}]) by mx.b.example with ESMTPS id a1 for <lea@b.example>{DATE} (PST)",
    "qmail": f"from unknown (HELO {SAID}) ({REAL}) by mx.b.example with SMTP{DATE}",
    "qmail, ident": f"from a.example (HELO {SAID}) (jean@{REAL}) by mx.b.example with SMTP{DATE}",
    "yahoo": f"from {REAL} (EHLO {SAID}) by mx.b.example with SMTPs (version=TLS1_2){DATE}",
    "vger": f'from a.example ([{REAL}]:53 "EHLO {SAID}" rhost-flags-OK) by mx.b.example with ESMTP id S1{DATE}',
    "mailo": f"from {SAID} [{REAL}] by mx.b.example [192.168.90.28] with ESMTP{DATE}",
}
ARTFUL = (
    "x", " ", "(", ")", "[127.0.0.1]", "127.0.0.1", "10.0.0.7", "[IPv6:::1]", " by mx.b.example ", " with LMTP ", "; ", "by",
    "HELO ", "EHLO ", "helo=", "port=25 ", "unknown ", " (unknown [127.0.0.1])", "(127.0.0.1)", " (HELO y) (127.0.0.1)", "@",
    " (envelope-from <boss@good.example>)", "envelope-from ", "<", ">", "\\", '"', "\t", " from ", " for ", ",", "x([127.0.0.1])",
    "x (y", ") (z [127.0.0.1]", ") by mx.b.example (",
)  # fmt: skip


@pytest.mark.parametrize("server", SERVERS)
@settings(max_examples=80)
@given(pieces=st.lists(st.sampled_from(ARTFUL), max_size=7))
@example(pieces=["x([127.0.0.1])"])
@example(pieces=["x (unknown [127.0.0.1]) by mx.b.example with LMTP; "])
@example(pieces=["[127.0.0.1]"])
@example(pieces=["x" * 5000])
def test_helo_changes_nothing_but_helo(server, pieces):
    """Whatever a client says of itself: the address and the host that are read are the true ones, or none."""
    hop = received(SERVERS[server].replace(SAID, "".join(pieces)))
    assert hop.ip in {REAL, ""}
    assert hop.by in {"mx.b.example", ""}
    assert hop.envelope_from in {"x@a.example" if "exim" in server and "port" not in server else None, None}
    assert not hop.with_.startswith("LMTP")


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("helo", ["a.example", "[10.0.0.7]", "127.0.0.1", "localhost", "User", "x?[127.0.0.1]?"])
def test_ordinary_and_lying_helo_leave_the_address_readable(server, helo):
    untold = server == "mailo" and "[" in helo  # its form gives no way to tell a literal from the address
    assert received(SERVERS[server].replace(SAID, helo)).ip == ("" if untold else REAL)


@given(pieces=st.lists(st.sampled_from(ARTFUL), max_size=7))
@example(pieces=["(x@y"])
@example(pieces=['"a) by mx.b.example (b"@evil.example'])
@example(pieces=["<>) (z [127.0.0.1]>"])
@example(pieces=[">) (z [127.0.0.1]"])
def test_the_envelope_sender_changes_nothing_but_itself(pieces):
    said = "".join(pieces)
    exim = (
        f"from a.example ([{REAL}] helo=a) by mx.b.example with esmtp (Exim 4.96) (envelope-from <{said}>) id 1{DATE}"
    )
    hop = received(exim)
    assert hop.ip in {REAL, ""}
    assert hop.by in {"mx.b.example", ""}
    assert hop.envelope_from in {" ".join(f"<{said}>".split())[1:-1], None}


@pytest.mark.parametrize(
    ("comment", "sender"),
    [
        ("(envelope-from <>)", ""),
        ("(envelope-from <a@b.example>)", "a@b.example"),
        ("(envelope-sender a@b.example)", "a@b.example"),
        ("(envelope-from <(x)@y.example>)", "(x)@y.example"),
        ("(envelope-from <(x@y.example>)", None),
        ("(envelope-from )", None),
        ("(envelope-from <a@b.example>) (envelope-from <c@d.example>)", None),
        ('(envelope-from <"boss@good.example>) (z"@evil.example>)', None),
        ('(envelope-from <">) (z"@evil.example>)', None),
        ('(envelope-from "boss@good.example) (z"@evil.example)', None),
        ("(envelope-from <a@b.example>) (Exim 4.96)", "a@b.example"),
        ("", None),
    ],
)
def test_the_envelope_sender_is_never_guessed(comment, sender):
    """An envelope sender with a parenthesis is not the null sender (S-02)."""
    assert received(f"from a ([192.0.2.1]) by mx.b.example with esmtp {comment} id 1{DATE}").envelope_from == sender


def received(value: str) -> Hop:
    return read(mail(header=f"Received: {value}\r\nFrom: a@b.example\r\n{REST}")).hops[0]


def test_hops_are_newest_first_with_their_place():
    message = read(
        mail(header=f"Received: by two.example\r\nX: y\r\nReceived: by one.example\r\nFrom: a@b.example\r\n{REST}")
    )
    assert [(hop.by, hop.index) for hop in message.hops] == [("two.example", 0), ("one.example", 2)]


def test_the_envelope_sender_of_exim():
    message = read(mail(header=f"Received: {HOPS['exim'][0]}\r\nFrom: a@b.example\r\n{REST}"))
    assert message.hops[0].envelope_from == "retour@a.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "demain",
        "Mon, 99 Mar 2025",
        "Mon, 3 Mar 99999999999 10:00:00 +0100",
        "3 Mar 2025 10:00:00 +9999999999",
        "1" * 9000,
    ],
)
def test_unreadable_dates_are_none(text):
    assert parse_date(text) is None
