"""Received fields in the styles of the usual servers."""

from datetime import UTC, datetime

import pytest

from tests.message.mails import REST, mail
from vigie.message.parse import read
from vigie.message.received import parse_date

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
        ("mx.b.example", "x", "", "192.0.2.1", "ESMTP", ""),
    ),
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
