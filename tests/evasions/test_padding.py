"""No excuse and no padding lowers what is proven: a fraud with a contradiction and a lure stays where it is (issue 4)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.effort import often
from tests.evasions.carriers import FOOTER, HARMLESS, PROTECTIVE
from tests.evasions.letters import FRAUDS, header, judged, mail, page, plain
from tests.test_samples import told
from vigie.rules.types import Label

# the order of what is done about a mail
RANK = {Label.UNRELATED: 0, Label.GENUINE: 0, Label.UNDECIDED: 1, Label.SUSPICIOUS: 2, Label.IMPERSONATION: 3}
SENTENCES = (
    *(
        sentence.strip() + "."
        for text in (PROTECTIVE, FOOTER, HARMLESS)
        for sentence in text.split(".")
        if len(sentence) > 12
    ),
    "Ce message a été vérifié par votre antivirus : aucune menace détectée.",
    "Ceci est un message automatique, merci de ne pas y répondre.",
    "Pour ne plus recevoir nos messages, cliquez sur se désabonner.",
    "Vos données sont traitées conformément au règlement général sur la protection des données.",
    "En cas de doute, rendez-vous directement sur www.ameli.fr sans passer par un lien.",
    "Ne jetez ce courriel que si nécessaire, pensez à la planète.",
    "Mutuelle du personnel, complémentaire santé, prévoyance et retraite.",
    "Le conseil d'administration se réunira le 4 décembre à la salle des fêtes.",
)
PADDING = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8)
PLACES = st.sampled_from(("before", "behind", "both", "html-before", "html-hidden", "quoted-below", "header"))
BARE = {letter.slug: RANK[judged(mail(letter, plain(letter))).verdict.label] for letter in FRAUDS}


def padded(letter, place: str, text: list[str]) -> bytes:
    block = "\r\n".join(text)
    if place == "html-before":
        rows = "".join(f"<p>{row}</p>" for row in text)
        return mail(letter, page(letter).replace("<body>", f"<body>{rows}"), kind="text/html")
    if place == "html-hidden":
        rows = f'<div style="display:none">{block}</div>'
        return mail(letter, page(letter).replace("<body>", f"<body>{rows}"), kind="text/html")
    if place == "quoted-below":
        quoted = "\r\n".join(f"> {row}" for row in text)
        return mail(
            letter, f"{plain(letter)}\r\nLe 3 nov. 2026 à 08:00, Jean <jean@demo.example> a écrit :\r\n{quoted}\r\n"
        )
    if place == "header":
        return mail(letter, plain(letter), head=header(letter, *(f"X-Note: {row}" for row in text)))
    before = block + "\r\n\r\n" if place != "behind" else ""
    behind = "\r\n\r\n" + block if place != "before" else ""
    return mail(letter, before + plain(letter) + behind)


def test_the_frauds_are_proven_false_to_begin_with():
    assert set(BARE.values()) == {3}


@settings(max_examples=often(50, 120), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(letter=st.sampled_from(FRAUDS), place=PLACES, text=PADDING)
def test_padding_never_lowers_a_verdict(letter, place: str, text: list[str]):
    case = judged(padded(letter, place, text))
    assert RANK[case.verdict.label] >= BARE[letter.slug], told(case)
