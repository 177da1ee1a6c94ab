"""Somebody shows the reader a mail that he got, copied into his own: "j'ai reçu ça, tu crois que c'est vrai ?".

What mail programs set apart is a quotation (message/layers.py); here nothing but words tells it. Who gives a name of his own is believed
so far that the text accuses nobody; where he doubts what he shows, or calls it false, it claims nothing. All patterns are linear.
"""

from __future__ import annotations

import re
from enum import IntEnum

from vigie.rules.clauses import FRAUD_WORD
from vigie.rules.lookalike import Grade, likeness
from vigie.rules.standing import Standing, persons
from vigie.rules.view import View

_FIRST, _LAST = 450, 350
"""Characters of the body in which people say so: above what they show, and below it."""
_MAIL = r"(?:(?:e-?)?mails?|messages?|courriels?|sms|textos?|textes?|trucs?|courriers?)"
_THIS = rf"(?:ca|cela|ceci|c'|(?:ce|cet|cette|le|ces|les) (?:\w+ )?{_MAIL}\b)"
_WHO = (
    r"(?:j'ai|je viens de|on a|on vient de|nous avons|tu as|(?:maman|papa|mamie|papi|mamy|papy|belle-maman) (?:a|vient de)"
    r"|(?:ma|mon|mes|notre|nos|une|un|des|plusieurs|certains|certaines|quelques) (?:[\w-]+ ){1,3}?(?:a|ont|vient de|viennent de))"
)
_GOT = re.compile(
    rf"\b{_WHO} (?:[\w'-]+ ){{0,3}}?(?:recu|recevoir|eu|avoir)\b[ ,:]{{1,3}}(?:[\w'-]+ ){{0,4}}?{_THIS}"
    rf"|(?<!vous )(?<!nous )\b(?:a|ont|avait|avaient) (?:[\w-]+ ){{0,2}}?(?:recu|eu) (?:[\w-]+ ){{0,2}}?{_THIS}"
    r"|\b(?:m'a|m'ont|nous ont|lui ont) (?:\w+ )?(?:envoye|ecrit) ?(?:ca|ceci|cela)? ?:"
    r"|\bje (?:te|vous|t'|le|la|les|l'|me permets de (?:te|vous))(?: le| la| l'| les)? ?(?:re)?copie"
    r"|\bje (?:te|vous) (?:le |la |les )?(?:mets|colle|montre|transfere|fais suivre|transmets) (?:[\w'-]+ ){0,3}?"
    rf"(?:ce|le|ci-dessous|tel|ca)\b"
    rf"|\bvoici (?:le|ce|un) {_MAIL} (?:que|recu|frauduleux|suspect|en question)\b"
    rf"|\bci-(?:dessous|apres)[ ,:]{{1,2}}(?:le|ce|un) {_MAIL} (?:que|recu|frauduleux|suspect|en question)\b"
    rf"|\b(?:ce|un) {_MAIL} (?:[\w-]+ )?(?:circule|tourne)\b|\b(?:voici|voila) ce qui (?:circule|tourne)\b"
    rf"|\bregarde[zr]? (?:moi )?(?:ca|ce que (?:j'ai|je|on)|ce {_MAIL})"
    rf"|\bt(?:'as|u as|a) vu (?:ca|sa|ce {_MAIL})\b"
    r"|(?<!you )(?<!you have )(?<!you've )\b(?:got|received) this (?:one|e-?mail|message|text|by|in|last|today|yesterday)\b"
    r"|\b(?:i|we|my [\w-]+) (?:have |has )?(?:just )?(?:got|received) this\b"
    r"|\bthis (?:e-?mail|message) is (?:going around|doing the rounds)\b"
    rf"|\b(?:j'?ai|g|je vien[st]? de|vien[st]? de) (?:\w+ ){{0,2}}?(?:recu|recevoir|eu) (?:sa|ca|ce {_MAIL})\b"
    rf"|\btombee? sur (?:ca|sa|ce {_MAIL})\b|\b(?:on|ils?|elle) m'(?:a|ont) (?:envoye|ecrit) (?:ca|sa|ceci|cela)\b"
    rf"|\bcopier?[- ]coller? (?:du|de ce) {_MAIL}\b|\bvoila (?:le|ce) {_MAIL} (?:que (?:j'ai|je|on)|dont (?:je|on))"
    rf"|\bvoila ce (?:que (?:j'ai|on a) recu|qui m'est arrive)\b|\b(?:un|ce) {_MAIL} (?:arrive|recu) (?:\S+ ){{0,3}}(?:sur mon|dans ma)\b"
    rf"|\bsi ce {_MAIL} vient (?:bien |vraiment )?de\b|\bc'est quoi ce (?:truc|{_MAIL})"
    r"|\b(?:what do you make of|look at) this\b|\bpasting (?:below )?the (?:e-?mail|message|text)\b"
    r"|\bi (?:have |just )?(?:got|received) (?:the following|a (?:weird|strange|odd|dodgy)) (?:e-?mail|message|text)\b"
    r"|\b(?:mum|mom|dad|anyone else) (?:got|getting) (?:a (?:weird|strange)|these)\b"
)
_TO_READER = re.compile(
    r"\b(?:votre|vos|your|pour vous|assures?|veuillez|merci d'y|donner suite|vous (?:adress|concern|est|sont|etes|invit|demand|devez|avez"
    r"|avons|a|ont)\w*|circule (?:unique|sous|par|seule)\w*|en retour|incomplet|en compte|been opened)\b"
    r"|\bregardez ce (?!que)|\bt(?:u as|'as|a) vu ce (?!.{0,60}(?:recu|vrai|faux))|\bnous avons (?:\w+ )?(?:recu|eu) (?:le|cela|ceci|c')"
    r"|\bhad this\b"
)
"""What a sentence of the sender's own to the reader has, who speaks of mail all the same: "votre caisse a reçu le courrier"."""
_MYSELF = re.compile(
    r"(?<![\w'])(?:je|j'|g|on|moi|m'|ma|mon|mes|maman|mamie|papa|papi|i|my|mum|mom|dad|we|us|me)(?![\w])|(?<![\w'])[jm]'"
)
_ROBOT = re.compile(r"(?:no-?reply|ne-?pas-?repondre|noreply|do-?not-?reply|notifications?)\b")
_INTRODUCES = re.compile(
    rf"(?<!vous )(?<!nous )\b(?:ai|as|a|ont|avait) (?:[\w-]+ ){{0,2}}?(?:recu|eu|pris|repris|montre|lu|trouve) (?:[\w-]+ ){{0,2}}?"
    rf"(?:ca|cela|ceci|(?:ce|cet|le|un|son|leur|l') ?(?:\w+ )?{_MAIL}\b)"
    rf"|\b(?:que|qu'on|que l'on) (?:je|j'ai|on|nous) (?:\w+ )?(?:re)?(?:colle|copie)\b|\bje (?:le |la |l')?(?:re)?(?:colle|copie)\b"
    r"|\bce qui (?:circule|tourne)\b"
)
"""What stands in a line that ends with a colon, further down as well: "le mail de confirmation, que je colle :"."""
_INTRODUCTION, _LINES = 250, 200
_DOUBTS = re.compile(
    r"\b(?:vrais?|vraie|faux?|fausse|arnaques?|officiels?|normal|serieux|fiable|legitime|bidon|authentique|fraude|piege"
    r"|real|legit|genuine|scam)\b[^.!?\n]{0,40}\?"
    r"|\b(?:dois-je|doit-elle|doit-il|faut-il) (?:\w+ )?(?:cliquer|repondre|payer|y aller)\b"
    r"|\b(?:je dois|elle doit|il doit|il faut) (?:\w+ )?(?:cliquer|repondre|payer|y aller)\b[^.!\n]{0,40}\?"
    r"|\bsavoir si (?:elle|il|on|je) (?:doit|dois|peut|peux) (?:\w+ )?(?:cliquer|repondre|payer)\b|\bje fais quoi\b|\bje dois faire quoi\b"
    r"|\b(?:c'est|ce serait|c'etait|ca (?:a l'air|sent)) (?:[\w']+ ){0,3}?(?:faux|une fausse|bidon|une fraude|un piege|suspect|louche)\b"
    r"|\b(?:ne cliqu(?:e|ez|er) (?:surtout )?pas|n'ouvr(?:e|ez) (?:surtout )?pas|supprime[rz]?-le|bizarre|louche)\b"
    r"|\b(?:don't|do not) (?:click|open)\b"
)
_THINKS = re.compile(r"\b(?:qu'en (?:penses?|pensez|dis|dites)|t'en penses|vous en pensez)\b")
_HIS_OWN = re.compile(
    r"\b(?:vous|votre|vos|your?|contre|protection|compte|jamais|connexion|acces|en cas de|sans risque|aucune?|n'est (?:pas|ni)"
    r"|n'etait pas|pas (?:un|une|du|de|d')\b|is not|isn't|not a|no scam)"
)
"""What a fraud has that speaks of frauds: "une connexion frauduleuse", "protégez-vous contre les arnaques", "ce n'est pas un faux"."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


class Copied(IntEnum):
    """What the sender says of the mail that stands in his own."""

    NOT = 0
    """He shows none, or is nobody."""
    TOLD = 1
    """He got it."""
    DOUBTED = 2
    """He got it, and asks whether it is true or says that it is not."""


def copied(view: View) -> Copied:
    """Of senders who give a name of their own, at an address that is nothing like the brand's and no robot's."""
    authors = view.message.authors
    if view.known is Standing.NOBODY:
        return Copied.NOT
    if any(
        likeness(author.domain, view.brand).grade is not Grade.NONE or _ROBOT.match(author.addr.lower())
        for author in authors
    ):
        return Copied.NOT
    bodies = [item.text for item in view.spoken if not item.is_subject]
    said = [_introduced(text) for text in bodies]
    if not bodies or not all(said):
        return Copied.NOT
    somebody = persons(authors, view.folded, view.brand) or all(_MYSELF.search(sentence) for sentence in said)
    subject = " ".join(item.text for item in view.spoken if item.is_subject)
    return Copied.DOUBTED if somebody and all(disbelieves(text, subject) for text in bodies) else Copied.TOLD


def _introduced(text: str) -> str:
    """The sentence in which he says that he got what he shows; "" where there is none."""
    told = (sentence for sentence in _SENTENCE.split(text[:_FIRST]) if _GOT.search(sentence))
    lines = (line.rstrip()[-_INTRODUCTION:] for line in text.split("\n")[:_LINES])
    led = (line for line in lines if line.endswith(":") and _INTRODUCES.search(line))
    return next((sentence for sentence in (*told, *led) if not _TO_READER.search(sentence)), "")


def disbelieves(text: str, subject: str = "") -> bool:
    """The subject, or the beginning or the end of the folded text, asks whether it is true, or says that it is not."""
    sentences = [sentence for part in (subject, text[:_FIRST], text[-_LAST:]) for sentence in _SENTENCE.split(part)]
    return any(
        _THINKS.search(sentence)
        or (not _HIS_OWN.search(sentence) and (_DOUBTS.search(sentence) or FRAUD_WORD.search(sentence)))
        for sentence in sentences
    )
