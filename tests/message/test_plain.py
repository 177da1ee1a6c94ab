"""What clients make of a text body beyond its characters: byte orders, flowed lines, old markup, files in it, XML entities (C-11, C-16)."""

import base64
import codecs
from functools import partial

import pytest

from tests.counting import lines
from tests.message.mails import mail, seen
from vigie.message import plain
from vigie.message.parse import read
from vigie.message.plain import FILES, without_files
from vigie.message.types import Layer

SAID = "L'Assurance Maladie : votre carte Vitale expire."


def parts(*more: str, kind: str = "multipart/mixed") -> bytes:
    """A text that says nothing, and what comes behind it."""
    all_ = ("Content-Type: text/plain\r\n\r\nBonjour.", *more)
    body = "".join(f"--b\r\n{part}\r\n" for part in all_)
    return mail(f"{body}--b--\r\n", kind=f"{kind}; boundary=b")


def encoded(data: bytes, kind: str) -> bytes:
    return mail(base64.encodebytes(data).decode(), kind=f"{kind}\r\nContent-Transfer-Encoding: base64")


@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "utf-16be"])
@pytest.mark.parametrize("written", ["utf-16-le", "utf-16-be", "utf-16"])
def test_utf_16_is_read_in_the_order_in_which_it_is_written(label, written):
    message = read(encoded(SAID.encode(written), f"text/plain; charset={label}"))
    assert seen(message).lstrip("\ufeff") == SAID


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_flowed_lines_go_on_inside_a_word(end):
    text = f"L'Assu {end}rance Mala {end}die : votre carte Vi {end}tale expire. https://velos.exam {end}ple/c{end}"
    message = read(mail(text, kind="text/plain; charset=utf-8; format=flowed; delsp=yes"))
    assert SAID in seen(message)
    assert "velos.example" in {link.host for link in message.links}


def test_flowed_lines_are_not_joined_where_nobody_says_so():
    message = read(mail("Assu \r\nrance\r\n", kind="text/plain; charset=utf-8; format=flowed"))
    assert "Assurance" not in seen(message)


def test_a_quoted_line_is_not_joined_to_the_new_text():
    message = read(mail("Merci \r\n> Assurance Maladie\r\n", kind="text/plain; format=flowed; delsp=yes"))
    assert "Assurance" not in seen(message)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "enriched",
            "L'Assu<bold>ran</bold>ce Ma<x-color><param>red</param>la</x-color>die : votre carte Vitale expire.",
        ),
        ("richtext", "L'Assurance Mala<comment>zut</comment>die : votre carte Vi<bold>tale</bold> expire."),
    ],
)
def test_commands_of_old_markup_part_no_word(kind, text):
    assert SAID in seen(read(mail(text, kind=f"text/{kind}; charset=utf-8")))


@pytest.mark.parametrize("kind", ["text/watch-html", "text/x-web-intelligent", "text/markdown"])
def test_any_text_in_line_is_a_body(kind):
    assert SAID in seen(read(parts(f"Content-Type: {kind}\r\n\r\n{SAID}")))


@pytest.mark.parametrize("more", ["; name=a.txt", "\r\nContent-Disposition: attachment"])
def test_a_named_or_attached_text_is_none(more):
    message = read(parts(f"Content-Type: text/x-log{more}\r\n\r\n{SAID}"))
    assert SAID not in seen(message)
    assert SAID in seen(message, Layer.ATTACHMENT)


def test_the_header_of_a_returned_mail_is_nobodys_text():
    part = f"Content-Type: text/rfc822-headers\r\n\r\nSubject: {SAID}"
    assert SAID not in seen(read(parts(part, kind="multipart/report")))


def written(data: bytes, name: str) -> str:
    return codecs.encode(data, "uu").decode().replace("<data>", name).replace("\n", "\r\n")


def test_a_file_written_into_the_text_is_an_attachment():
    page = f"<p>{SAID}</p><a href='https://velos.example/c'>Suite</a>".encode()
    message = read(mail("Bonjour\r\n\r\n" + written(page, "avis.html") + "Bien à vous\r\n"))
    assert seen(message) == "Bonjour\n\n\nBien à vous"
    assert SAID in seen(message, Layer.ATTACHMENT)
    assert [(item.filename, item.active) for item in message.attachments] == [("avis.html", True)]
    assert "velos.example" in {link.host for link in message.links}


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 a\r\nBonjour, voici la suite\r\nde la notice du\r\nserveur et puis\r\ndu reste\r\nend\r\n",
        b"begin 644 a\nx",
    ],
)
def test_a_text_that_speaks_of_such_files_stays_as_it_is(text):
    assert without_files(text) == (text, [])


def test_files_in_the_text_are_bounded():
    many = written(b"x", "a").encode() * (FILES + 5)
    assert len(without_files(many)[1]) == FILES
    for text in (b"begin 644 a\n" * 200_000, b"begin 644 a\n" + b"zz\n" * 400_000 + b"end\n"):
        assert lines(partial(without_files, text), plain) < 40 * FILES


DECLARED = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY m "Mala"><!ENTITY v \'Vi\'><!ENTITY w "&v;tale">]>'


@pytest.mark.parametrize(
    "kind",
    ["text/xml", "application/xhtml+xml", "image/svg+xml; name=a.svg", "application/octet-stream; name=a.xhtml"],
)
def test_a_page_says_what_it_declares(kind):
    page = f'{DECLARED}<html xmlns="http://www.w3.org/1999/xhtml"><p>L\'Assurance &m;die : votre carte &w; expire.</p></html>'
    assert SAID in seen(read(mail(page, kind=kind)), Layer.ATTACHMENT)


def test_declarations_without_end_are_bounded():
    said = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 60}">' for n in range(1, 40))
    page = f'<!DOCTYPE a [<!ENTITY e0 "{"x" * 400}">{said}]><html xmlns="http://www.w3.org/1999/xhtml">{"&e39;" * 10_000}</html>'
    message = read(mail(page, kind="application/xhtml+xml"))
    assert len(seen(message, Layer.ATTACHMENT)) < 20 * len(page)


def test_what_is_shown_only_without_ruby_is_hidden():
    message = read(mail("L'Assu<rp>x</rp>rance Mala<rp>zz</rp>die", kind="text/html; charset=utf-8"))
    assert seen(message) == "L'Assurance Maladie"
