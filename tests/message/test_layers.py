# ruff: noqa: E501 - a mail's own lines are as long as they are
"""Who speaks: French and English quoting, forwarding, and the forward that is none."""

import pytest

from tests.message.mails import REST, codes, html, mail, seen
from vigie.message.parse import read
from vigie.message.types import Layer

OWN = "Bonjour Marc, que penses-tu de ce message que je viens de recevoir ?"
THEIRS = "Votre carte Vitale expire, cliquez sur https://fraude.example/x"
HEAD = "De : Assurance Maladie <x@fraude.example>\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : Léa <lea@exemple.example>\nObjet : Votre carte"
PLAIN = {
    "gmail fr": (f"Le lun. 3 mars 2025 à 10:12, X <x@fraude.example> a écrit :\n\n> {THEIRS}", Layer.QUOTED),
    "gmail fr wrapped": (f"Le lun. 3 mars 2025 à 10:12, X <\nx@fraude.example> a écrit :\n\n> {THEIRS}", Layer.QUOTED),
    "gmail en": (f"On Mon, Mar 3, 2025 at 10:12 AM X <x@fraude.example> wrote:\n> {THEIRS}", Layer.QUOTED),
    "gmail en wrapped": (f"On Mon, Mar 3, 2025 at 10:12 AM X\n<x@fraude.example>\nwrote:\n> {THEIRS}", Layer.QUOTED),
    "marks only": (f"> {THEIRS}\n> fin", Layer.QUOTED),
    "gmail forward": (
        f"---------- Forwarded message ---------\nFrom: X <x@fraude.example>\nDate: Mon\nSubject: y\n\n{THEIRS}",
        Layer.FORWARDED,
    ),
    "gmail forward fr": (f"---------- Message transféré ----------\nDe : X\n\n{THEIRS}", Layer.FORWARDED),
    "thunderbird forward": (f"-------- Message transféré --------\nSujet : y\nDate : z\n\n{THEIRS}", Layer.FORWARDED),
    "apple forward": (f"Début du message transféré :\n\nDe: X <x@fraude.example>\n\n{THEIRS}", Layer.FORWARDED),
    "apple forward en": (f"Begin forwarded message:\n\nFrom: X\n\n{THEIRS}", Layer.FORWARDED),
    "outlook old": (f"-----Message d'origine-----\n{HEAD}\n\n{THEIRS}", Layer.FORWARDED),
    "outlook old en": (
        f"-----Original Message-----\nFrom: X\nSent: Monday\nTo: Y\nSubject: Z\n\n{THEIRS}",
        Layer.FORWARDED,
    ),
    "outlook block": (f"{HEAD}\n\n{THEIRS}", Layer.FORWARDED),
    "outlook block en": (f"From: X <x@fraude.example>\nSent: Monday\nTo: Léa\nSubject: y\n\n{THEIRS}", Layer.FORWARDED),
    "outlook block with line": (f"________________________________\n{HEAD}\n\n{THEIRS}", Layer.FORWARDED),
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_text_with_own_words_above(name):
    theirs, layer = PLAIN[name]
    message = read(mail(f"{OWN}\n\n{theirs}\n"))
    assert OWN in seen(message)
    assert "carte Vitale" not in seen(message)
    assert "carte Vitale" in seen(message, layer)
    assert [link.layer for link in message.links if link.host == "fraude.example" and link.scheme == "https"] == [layer]
    assert "fake-forward" not in codes(message)


@pytest.mark.parametrize("name", [name for name in PLAIN if name != "marks only"])
@pytest.mark.parametrize(
    "subject", ["TR: Votre carte", "Fwd: Votre carte", "Fw: Votre carte", "Re: Votre carte", "RE : Votre carte"]
)
def test_an_answer_or_forward_needs_no_own_words(name, subject):
    head = f"From: Jean <jean@exemple.example>\r\nSubject: {subject}\r\n"
    message = read(mail(PLAIN[name][0], header=head))
    assert "carte Vitale" not in seen(message)
    assert "carte Vitale" in seen(message, Layer.QUOTED, Layer.FORWARDED)


@pytest.mark.parametrize("name", PLAIN)
def test_a_forward_out_of_nothing_is_the_senders_own_text(name):
    message = read(mail(PLAIN[name][0]))
    assert "carte Vitale" in seen(message)
    assert {link.layer for link in message.links} == {Layer.OUTER}
    assert message.structural_defects == ()
    if name != "marks only" and "gmail fr" not in name and "gmail en" not in name:
        assert "fake-forward" in codes(message)


def test_an_answer_between_the_quoted_lines():
    body = f"Le 3 mars 2025 à 10:12, X a écrit :\n> {THEIRS}\n\nNe clique pas !\n\n> Cordialement\n"
    message = read(mail(body, header="From: a@exemple.example\r\nSubject: Re: y\r\nIn-Reply-To: <1@x.example>\r\n"))
    assert seen(message) == "Ne clique pas !"


def test_an_answer_above_text_without_marks():
    body = f"Merci.\n\nLe 3 mars 2025 à 10:12, X <x@fraude.example> a écrit :\n\n{THEIRS}\n"
    message = read(mail(body, header="From: a@exemple.example\r\nSubject: Re: y\r\nIn-Reply-To: <1@x.example>\r\n"))
    assert seen(message) == "Merci."


@pytest.mark.parametrize(
    "text",
    [
        "Le conseil vous a écrit :\nVotre carte Vitale expire.",
        "De : vous à nous, un mot.\nVotre carte Vitale expire.",
        "De : la caisse\nObjet : votre dossier\nVotre carte Vitale expire.",
        "Date : 3 mars\nVotre carte Vitale expire.",
        "Nom : x\nÀ : Paris\nVotre carte Vitale expire.",
    ],
)
def test_what_merely_resembles_a_quotation_is_the_senders_own(text):
    assert "carte Vitale" in seen(read(mail(f"{OWN}\n{text}\n")))


COPIED = f"De : Votre caisse <x@fraude.example>\nObjet : virement rejeté\n\n{THEIRS}\n"
"""As people copy it by hand, with what they took for the head of the mail."""


@pytest.mark.parametrize(
    ("subject", "above", "theirs"),
    [
        ("TR: virement rejeté", f"{OWN}\nJe n'ai pas cliqué, je pense que c'est une arnaque.", True),
        ("TR: virement rejeté", "Bonjour,", False),
        ("virement rejeté", f"{OWN}\nJe n'ai pas cliqué, je pense que c'est une arnaque.", False),
    ],
)
def test_a_forward_that_was_copied_by_hand(subject, above, theirs):
    message = read(mail(f"{above}\n\n{COPIED}", header=f"From: a@exemple.example\r\nSubject: {subject}\r\n"))
    assert ("carte Vitale" in seen(message)) is not theirs
    assert ("carte Vitale" in seen(message, Layer.FORWARDED)) is theirs


HTML = {
    "gmail": f'<div>{OWN}</div><div class="gmail_quote"><div>Le lun. 3 mars 2025 à 10:12, X &lt;<a href="mailto:x@fraude.example">x@fraude.example</a>&gt; a écrit :<br></div>'
    '<blockquote><p>Votre carte Vitale expire <a href="https://fraude.example/x">ici</a></p></blockquote></div>',
    "apple": f'{OWN}<br><div><blockquote type="cite"><div>Le 3 mars 2025 à 10:12, X a écrit :</div></blockquote></div>'
    '<div><blockquote type="cite">Votre carte Vitale expire <a href="https://fraude.example/x">ici</a></blockquote></div>',
    "outlook": f'<p>{OWN}</p><div style="border-top:solid #E1E1E1 1.0pt"><p><b>De :</b> X &lt;x@fraude.example&gt;<br><b>Envoyé :</b> lundi 3 mars<br>'
    '<b>À :</b> Léa<br><b>Objet :</b> y</p></div><p>Votre carte Vitale expire <a href="https://fraude.example/x">ici</a></p>',
    "outlook table": f"<p>{OWN}</p><table><tr><td>From:</td><td>X</td></tr><tr><td>Sent:</td><td>Monday</td></tr><tr><td>Subject:</td><td>y</td></tr></table>"
    '<p>Votre carte Vitale expire <a href="https://fraude.example/x">ici</a></p>',
    "gmail forward": f'<div>{OWN}</div><div>---------- Forwarded message ---------<br>De : X<br></div>Votre carte Vitale expire <a href="https://fraude.example/x">ici</a>',
}


@pytest.mark.parametrize("name", HTML)
def test_html_with_own_words_above(name):
    message = html(HTML[name])
    assert OWN in seen(message)
    assert "carte Vitale" not in seen(message)
    assert {link.layer for link in message.links if link.scheme == "https"} <= {Layer.QUOTED, Layer.FORWARDED}


@pytest.mark.parametrize(
    "body",
    [
        "<blockquote>{}</blockquote>",
        "Bonjour,<blockquote>{}</blockquote>",
        '<div class="gmail_quote">{}</div>',
        '<div>Bonjour Madame, voici une information importante.</div><div class="gmail_quote yahoo_quoted" type="cite">{}</div>',
        "<div>-----Message d'origine-----</div><div>{}</div>",
    ],
)
def test_layout_that_only_code_calls_a_quotation_is_the_senders_own(body):
    message = html(body.format('Votre carte Vitale expire <a href="https://fraude.example/x">ici</a>'))
    assert "carte Vitale" in seen(message)
    assert {link.layer for link in message.links} == {Layer.OUTER}


def test_both_alternatives_have_their_layers():
    body = (
        f"--b\r\nContent-Type: text/plain\r\n\r\n{OWN}\r\n\r\n{PLAIN['gmail forward'][0]}\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n{HTML['gmail forward']}\r\n--b--\r\n"
    )
    message = read(mail(body, header=f"From: a@exemple.example\r\n{REST}", kind="multipart/alternative; boundary=b"))
    assert "carte Vitale" not in seen(message)
    assert seen(message).count(OWN) == 2
