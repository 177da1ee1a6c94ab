"""Who wrote it: one reading of ordinary mails, every reading of the others (threats S-08..S-26, S-53, S-61)."""

import pytest

from tests.message.mails import REST, codes, mail, word
from vigie.message.fields import scan
from vigie.message.parse import read

ORDINARY = [
    ("jean@exemple.example", ""),
    ("<jean@exemple.example>", ""),
    ("Jean Dupont <jean@exemple.example>", "Jean Dupont"),
    ('"Dupont, Jean" <jean@exemple.example>', "Dupont, Jean"),
    ('"Jean \\"Jo\\" Dupont" <jean@exemple.example>', 'Jean "Jo" Dupont'),
    ("jean@exemple.example (Jean Dupont)", "Jean Dupont"),
    ("=?utf-8?q?Am=C3=A9lie_L=C3=A9vy?= <jean@exemple.example>", "Amélie Lévy"),
    ("=?iso-8859-1?Q?Ren=E9?= Dupont <jean@exemple.example>", "René Dupont"),
    (f"{word('Société ')}\r\n {word('générale')} <jean@exemple.example>", "Société générale"),
    ("Amélie <jean@exemple.example>", "Amélie"),
    ('"service@autre.example" <jean@exemple.example>', "service@autre.example"),
    (f"{word('service@autre.example')} <jean@exemple.example>", "service@autre.example"),
    ('"Léa (via Forum)" <jean@exemple.example>', "Léa (via Forum)"),
    ("L'Équipe [Exemple] <jean@exemple.example>", "L'Équipe [Exemple]"),
    ("A. B. Dupont\r\n <jean@exemple.example>", "A. B. Dupont"),
    ("Ameli | FranceConnect <jean@exemple.example>", "Ameli | FranceConnect"),
    # sloppy, and yet of one reading
    ("Dupont, Jean <jean@exemple.example>", "Dupont, Jean"),
    ("Service: Jean <jean@exemple.example>", "Service: Jean"),
    ("jean@exemple.example <jean@exemple.example>", "jean@exemple.example"),
    ("Jean (perso) <jean@exemple.example>", "Jean (perso)"),
]


@pytest.mark.parametrize(("value", "display"), ORDINARY)
def test_an_ordinary_author_has_one_reading_and_no_structural_defect(value, display):
    message = read(mail(header=f"From: {value}\r\n{REST}"))
    assert message.author_readings == 1
    assert [(author.display, author.addr, author.domain) for author in message.authors] == [
        (display, "jean@exemple.example", "exemple.example")
    ]
    assert message.structural_defects == ()


EVIL = "x@fraude.example"
GOOD = "admin@ameli.example"
SEVERAL = {
    "S-08 two fields": f"From: {EVIL}\r\nFrom: {GOOD}\r\n",
    "S-09 blank before the name": f" From: {GOOD}\r\nFrom: {EVIL}\r\n",
    "S-10 blank before the colon": f"From : {GOOD}\r\nFrom: {EVIL}\r\n",
    "S-10 the other way": f"From: {GOOD}\r\nFrom : {EVIL}\r\n",
    "S-10 tab": f"From\t: {GOOD}\r\nFrom: {EVIL}\r\n",
    "S-11 folded name": f"From\r\n : {GOOD}\r\nFrom: {EVIL}\r\n",
    "S-13 two in one": f"From: {GOOD}, {EVIL}\r\n",
    "S-13 group": f"From: Amis: {GOOD}, {EVIL};\r\n",
    "S-14 encoded item": f"From: {word(f'<{GOOD}>')}, <{EVIL}>\r\n",
    "S-14 encoded in front": f"From: {word(f'Ameli <{GOOD}>')} <{EVIL}>\r\n",
    "S-14 quoted-printable": f"From: =?utf-8?q?=3C{GOOD.replace('@', '=40')}=3E?= <{EVIL}>\r\n",
    "S-15 route": f"From: <@fraude.example,@autre.example:{GOOD}>\r\n",
    "S-16 quoted pair": f"From: <{GOOD}>\\,<{EVIL}>\r\n",
    "S-16 escaped quote": f'From: "a\\" <{GOOD}>, " <{EVIL}>\r\n',
    "S-17 list": f"From: {GOOD},<{EVIL}>\r\n",
    "S-18 text behind": f"From: <{EVIL}>{GOOD}\r\n",
    "unquoted address as name": f"From: {GOOD} <{EVIL}>\r\n",
    "two angles": f"From: <{GOOD}> <{EVIL}>\r\n",
    "nested angles": f"From: <<{GOOD}>{EVIL}>\r\n",
    "comment": f"From: (<{GOOD}>) {EVIL}\r\n",
    "comment behind": f"From: {GOOD}({EVIL})\r\n",
    "unclosed quote": f'From: "{GOOD} <{EVIL}>\r\n',
    "folded second": f"From: {EVIL}\r\n <{GOOD}>\r\n",
    "NUL": f"From: {GOOD}\0, {EVIL}\r\n",
    "NUL in the name": f"Fr\0om: {GOOD}\r\nFrom: {EVIL}\r\n",
    "zero width in the name": f"Fr\u200bom: {GOOD}\r\nFrom: {EVIL}\r\n",
    "S-61 bare CR": f"Subject: a\rFrom: {GOOD}\r\nFrom: {EVIL}\r\n",
    "S-61 bare CR in the value": f"From: {EVIL}\rFrom: {GOOD}\r\n",
    "second at sign": "From: admin@ameli.example@fraude.example\r\n",
    "case of the name": f"FROM: {GOOD}\r\nfrom: {EVIL}\r\n",
    "behind a line that is none": f"From: {EVIL}\r\nrien\r\nFrom: {GOOD}\r\n",
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_authors_are_all_seen(name):
    message = read(mail(header=SEVERAL[name] + REST))
    domains = {author.domain for author in message.authors}
    assert {"ameli.example", "fraude.example"} <= domains
    assert message.author_readings > 1
    assert "several-authors" in codes(message, structural=True)


@pytest.mark.parametrize(
    ("header", "addr", "code"),
    [
        (f"From: <{GOOD}\u2000>\r\n", GOOD, "from-invisible"),
        (f"From: <{GOOD}\u200b>\r\n", GOOD, "from-invisible"),
        ("From: ad\u00admin@ameli.example\r\n", GOOD, "from-invisible"),
        (f"From: {word(f'Ameli <{GOOD}>')}\r\n", GOOD, "from-malformed"),
        (f"From: {word(GOOD)}\r\n", GOOD, "from-malformed"),
        (f"From : {GOOD}\r\n", GOOD, "header-space-colon"),
        (f" From: {GOOD}\r\n", GOOD, "header-leading-space"),
        (f"From\r\n : {GOOD}\r\n", GOOD, "header-folded-name"),
        (f"Subject: a\rFrom: {GOOD}\r\n", GOOD, "bare-cr"),
        (f"From: {'(' * 4000}{GOOD}\r\n", GOOD, "from-malformed"),
        (f"From: {'x' * 9000} <{GOOD}>\r\n", None, "from-too-long"),
    ],
)
def test_one_author_in_an_odd_field_is_seen_and_never_plain(header, addr, code):
    message = read(mail(header=header + REST))
    assert addr is None or {author.addr for author in message.authors} == {addr}
    assert code in codes(message, structural=True)


@pytest.mark.parametrize("value", ["", "<>", "Ameli", "Ameli:;", "@", "undisclosed", "<@>"])
@pytest.mark.parametrize("field", ["Sender", "Resent-From"])
def test_without_a_usable_author_the_sender_counts(field, value):
    message = read(mail(header=f"From: {value}\r\n{field}: {GOOD}\r\n{REST}"))
    assert GOOD in {author.addr for author in message.authors}
    assert message.author_readings == 0
    assert "no-author" in codes(message, structural=True)


def test_the_sender_does_not_count_beside_an_author():
    message = read(mail(header=f"From: {EVIL}\r\nSender: {GOOD}\r\n{REST}"))
    assert [author.addr for author in message.authors] == [EVIL]
    assert [sender.addr for sender in message.sender] == [GOOD]


@pytest.mark.parametrize(
    "name",
    [
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Reply-To",
        "Sender",
        "MIME-Version",
        "Content-Type",
    ],
)
def test_a_once_only_field_that_occurs_twice_is_structural(name):
    message = read(mail(header=f"From: {EVIL}\r\n{name}: a\r\n{name}: b\r\n{REST}"))
    assert ("duplicate-once-only-header", name.lower()) in {(d.code, d.detail) for d in message.structural_defects}


def test_addresses_of_the_other_fields():
    header = (
        f'From: {EVIL}\r\nReply-To: Aide <aide@gratuit.example>\r\nCc: a@un.example, "B, C" <b@deux.example>\r\n'
        "Delivered-To: lea@exemple.example\r\nX-Original-To: l@exemple.example\r\n"
    )
    message = read(mail(header=header + REST))
    assert [(a.display, a.addr, a.domain, a.field) for a in message.reply_to] == [
        ("Aide", "aide@gratuit.example", "gratuit.example", "reply-to")
    ]
    assert [(a.addr, a.field) for a in message.recipients] == [
        ("lea@exemple.example", "to"),
        ("a@un.example", "cc"),
        ("b@deux.example", "cc"),
        ("lea@exemple.example", "delivered-to"),
        ("l@exemple.example", "x-original-to"),
    ]


def test_idn_domains_become_a_labels():
    message = read(mail(header=f"From: Ameli <info@аmeli.fr>\r\n{REST}"))
    assert message.authors[0].domain == "xn--meli-43d.fr"


def test_an_mbox_envelope_line_is_no_field():
    raw = b"From x@fraude.example Mon Mar  3 10:00:00 2025\n" + mail()
    message = read(raw)
    assert message.authors[0].addr == "jean@exemple.example"
    assert message.structural_defects == ()


@pytest.mark.parametrize("name", ["Bcc", "cc", "Reply-To", "Subject"])
def test_a_field_behind_a_blank_is_told_also_where_it_ends_another_one(name: str) -> None:
    """S-09: on top of a signed letter it folds into the border's own field, which nobody has signed; lenient readers see a field."""
    raw = f"Received: from a by b; Mon, 16 Nov 2026 08:00:00 +0100\r\n {name}: camille@demo.example\r\nFrom: {GOOD}\r\n\r\nx".encode()
    assert "header-leading-space" in {defect.code for defect in scan(raw).defects}
