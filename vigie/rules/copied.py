"""Somebody shows the reader a mail that he got, copied into his own: "j'ai reçu ça, tu crois que c'est vrai ?".

What mail programs set apart is a quotation (message/layers.py); here nothing but words tells it. Who gives a name of his own is believed
so far that the text accuses nobody; where he doubts what he shows, or calls it false, it claims nothing. All patterns are linear.
"""

from __future__ import annotations

import re
from enum import IntEnum

from vigie.rules.clauses import FRAUD_WORD
from vigie.rules.lookalike import Grade, likeness
from vigie.rules.standing import Standing, by_name
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
    r"|(?<!you )(?<!you have )(?<!you've )\b(?:got|received|had) this (?:one|e-?mail|message|text|by|in|last|today|yesterday)\b"
    r"|\b(?:i|we|my [\w-]+) (?:have |has )?(?:just )?(?:got|received|had) this\b"
    r"|\bthis (?:e-?mail|message) is (?:going around|doing the rounds)\b"
)
_INTRODUCES = re.compile(
    rf"(?<!vous )(?<!nous )\b(?:ai|as|a|ont|avait) (?:[\w-]+ ){{0,2}}?(?:recu|eu|pris|repris|montre|lu|trouve) (?:[\w-]+ ){{0,2}}?"
    rf"(?:ca|cela|ceci|(?:ce|cet|le|un|son|leur|l') ?(?:\w+ )?{_MAIL}\b)"
    rf"|\b(?:que|qu'on|que l'on) (?:je|j'ai|on|nous) (?:\w+ )?(?:re)?(?:colle|copie)\b|\bje (?:le |la |l')?(?:re)?(?:colle|copie)\b"
    r"|\bce qui (?:circule|tourne)\b"
)
"""What stands in a line that ends with a colon, further down as well: "le mail de confirmation, que je colle :"."""
_INTRODUCTION, _LINES = 250, 200
_IS_IT = re.compile(
    r"\b(?:vrais?|vraie|faux|fausse|arnaques?|officiels?|normal|serieux|fiable|legitime|bidon|authentique|fraude|piege"
    r"|real|legit|genuine|scam)\b[^.!?\n]{0,40}\?"
    r"|\b(?:qu'en (?:penses?|pensez|dis|dites)|t'en penses|vous en pensez|je fais quoi|je dois faire quoi|que (?:dois-je|faire))\b"
    r"|\b(?:dois-je|je dois|doit-elle|doit-il|elle doit|il doit|faut-il|il faut) (?:\w+ )?(?:cliquer|repondre|payer|y aller)\b"
    r"|\bsavoir s(?:i c|i elle|'il|i on|i je)"
)
_IT_IS_NOT = re.compile(
    r"\b(?:c'est|est|ce serait|c'etait|encore) (?:[\w']+ ){0,3}?(?:un faux|faux|une fausse|bidon|une fraude|un piege|suspect|louche)\b"
    r"|\b(?:ne cliqu(?:e|ez|er) (?:surtout )?pas|n'ouvr(?:e|ez) (?:surtout )?pas|supprime[rz]?-le|a supprimer|bizarre|louche)\b"
    r"|\b(?:don't|do not) (?:click|open)\b"
)


class Copied(IntEnum):
    """What the sender says of the mail that stands in his own."""

    NOT = 0
    """He shows none, or is nobody."""
    TOLD = 1
    """He got it."""
    DOUBTED = 2
    """He got it, and asks whether it is true or says that it is not."""


def copied(view: View) -> Copied:
    """Of senders who give a name of their own, at an address that is nothing like the brand's."""
    authors = view.message.authors
    if not authors or by_name(authors, view.folded, view.brand) is Standing.NOBODY:
        return Copied.NOT
    if any(likeness(author.domain, view.brand).grade is not Grade.NONE for author in authors):
        return Copied.NOT
    bodies = [item.text for item in view.spoken if not item.is_subject]
    if not bodies or not all(_GOT.search(text[:_FIRST]) or _introduces(text) for text in bodies):
        return Copied.NOT
    subject = " ".join(item.text for item in view.spoken if item.is_subject)
    return Copied.DOUBTED if all(_doubts(text, subject) for text in bodies) else Copied.TOLD


def _introduces(text: str) -> bool:
    lines = (line.rstrip() for line in text.split("\n")[:_LINES])
    return any(line.endswith(":") and _INTRODUCES.search(line[-_INTRODUCTION:]) for line in lines)


def _doubts(text: str, subject: str) -> bool:
    return any(
        pattern.search(part)
        for pattern in (_IS_IT, _IT_IS_NOT, FRAUD_WORD)
        for part in (subject, text[:_FIRST], text[-_LAST:])
    )
