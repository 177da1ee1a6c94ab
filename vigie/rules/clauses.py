"""French clauses of folded text: where one ends, whether it warns, reports or denies rather than asks. Linear patterns only (X-10).

A protective clause ("ne communiquez jamais vos codes") cancels what it says itself and nothing more: frauds copy such sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TEXT = 60_000
"""Characters that are looked at; a person reads less."""
MAX_CLAUSE = 600
_WRAPPED = 50
"""A line of at least this many characters without a full stop goes on in the next one (mail software wraps at 72)."""

_END = re.compile(r"([.!?;…]+(?=[\s\"')\]]|$)|[\n•·►▶→|]+| - )")
_TURN = re.compile(
    r",? (?=(?:mais|toutefois|cependant|neanmoins|sinon|en revanche|par contre|veuillez|merci de|merci d'|puis|alors)\b)"
    r"|, (?=nous (?:(?:vous )?(?:invitons|prions|demandons)|devons)\b)"
)

_NOT = re.compile(
    r"\bn(?:e |')(?:\w+[ '-]){1,6}?(?:jamais|pas|aucun\w*|point|nullement|guere|en aucun cas|rien|plus(?! qu))\b"
    r"|\bne (?:jamais|pas|plus)\b"
    r"|\b(?:jamais|en aucun cas|aucunement|sous aucun pretexte|a aucun moment|il ne faut|nul besoin|pas besoin|inutile de)\b"
    r"|\b(?:refusez|evitez|abstenez|gardez-vous|mefiez|mefiance)\b"
)
# Negations that ask all the same: "n'oubliez pas de", "si vous ne ... pas", "vous n'avez plus qu'a".
_ASKS_ALL_THE_SAME = re.compile(
    r"\bn(?:e |'|' )?(?:oubli|tard|hesit|manqu|neglig|attend|perd|ignor)\w* (?:pas|plus|surtout pas)\b"
    r"|\b(?:si vous|si|a moins que vous|tant que vous|dans le cas ou vous|au cas ou vous|faute de|a defaut|sans)\b.{0,20}\bn(?:e |')"
    r"|\b(?:pour|afin de|sous peine de|evite[rz]? de|de) ne (?:pas|plus)\b"
    r"|\bn(?:e |')\w+ (?:plus )?qu[e']"
    r"|\b(?:si|dans le cas ou|au cas ou|tant que|faute de|a defaut|sans reponse|sans action)\b.{0,40}\baucun"
    r"|\bn'(?:a|ont|est|sont|etes|es|avons|avez) (?:\w+ )?(?:a |par |dans |sous )?aucune?\b"
    r"|\bn'(?:a|ont|est|sont|avons|avez) (?:toujours )?(?:pas|plus|jamais) (?:encore |toujours )?"
    r"(?:pu|ete|abouti|permis|recu|trouve|regle|paye|valable|actif|active"
    r"|accessible|possible|conforme|associ\w+|rattach\w+|reli\w+|reconnu\w*|valide\w*|finalis\w+|renseign\w+|confirm\w+)\b"
    r"|\b(?:ne sont|n'est|n'etes|ne suis) plus (?:a jour|pris\w*|accept\w+|rembours\w+|valides?|valables?|acti\w+"
    r"|reconnu\w*|associ\w*|couvert\w*|rattach\w*)\b"
    r"|\bn'etant plus\b"
    r"|\bn'est pas (?:a jour|complet|valide|complete|confirme|verifie|finalise)"
    r"|\bne (?:ser\w+|pourr\w+|fonctionn\w+|beneficie\w+|perdez|recevr\w+|recevez|dispos\w+)\b"
)
_REPORTED = re.compile(
    r"\b(?:arnaqu\w*|escroc\w*|escroquer\w*|hameconn\w*|phishing|smishing|filoutage|fraudeurs?|cybercrimin\w*|cyberdelinqu\w*"
    r"|usurp\w*|frauduleu\w*|pretend\w* (?:etre|venir|emaner)|se (?:font|fait|faisant) passer|faux (?:mails?"
    r"|courriels?|e-mails?|sms|messages?|sites?|conseillers?)"
    r"|pretext\w*|pieges?|malveillan\w*|canulars?|invitent? a (?:completer|cliquer|renseigner|remplir)"
    r"|incitent? a|signalez|ne cliquez|ne repondez"
    r"|(?:message|mail|courriel|sms|email) (?:vous )?(?:demand|invit|incit|indiqu|annonc|pretend)\w*)\b"
)
_ASKED_HERE = re.compile(
    r"\b(?:(?:j'ai|nous avons) besoin (?:que vous|de vo)|ecrivez[- ](?:moi|nous)\b"
    r"|(?:r?envoy|retourn|transmett|communiqu|adress|fourniss|confirm|valid)i?ez[- ](?:moi|nous|ici)\b"
    r"|(?:me|nous) (?:r?envoy|retourn|transmett|communiqu|adress|fourniss)i?ez\b)"
)
"""Who writes asks it himself, whatever pretext he gives: "pour bloquer l'opération frauduleuse, renvoyez-moi le code"."""
_ASKED_ELSEWHERE = re.compile(
    r"\b(?:demand|invit|incit|pretend|pretext|se f(?:ait|ont)|signal|transf\w+|captur)\w*|\b(?:copie|exemplaire) du (?:message|mail)"
)
FRAUD_WORD = re.compile(
    r"\b(?:arnaqu\w*|escroc\w*|escroquer\w*|hameconn\w*|phishing|smishing|filoutage|fraudeurs?|cybercrimin\w*|cyberdelinqu\w*|usurp\w*"
    r"|frauduleu\w*|se (?:font|fait|faisant) passer|faux (?:mails?|courriels?|e-mails?|sms|messages?|sites?"
    r"|conseillers?)|malveillan\w*|canular|faux de bout en bout|nombreux a nous (?:transmettre|signaler|envoyer)"
    r"|(?:mails?|courriels?|messages?|envois?) (?:fictifs?|factices?|pieges?|d'exercice|de test)"
    r"|(?:campagne|exercice|module|action) (?:interne )?de sensibilisation"
    r"|scams?|scammers?|fraudsters?|fake (?:e-?mails?|mails?|messages?)|impersonat\w+)\b"
)
_FRAUD_TITLE = re.compile(
    r"\b(?:arnaqu\w*|escroc\w*|escroquer\w*|hameconn\w*|phishing|faux (?:mails?|courriels?|e-mails?|sms"
    r"|messages?|sites?)|se (?:font|fait) passer|"
    r"attention aux?|gare aux?|vigilance aux?|mefiez)\b"
)
_QUOTED = re.compile(r'"[^"\n]{3,300}"|<<[^<>\n]{3,300}>>')


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. `plain` is false where it denies, warns, or reports what others do."""

    text: str
    plain: bool
    asked: bool = False
    """It is a question: a headline's "votre carte expire ?" states nothing, "pouvez-vous envoyer ... ?" still asks for it."""


def clauses(folded: str, *, wrapped: bool = True) -> tuple[Clause, ...]:
    """The clauses of folded text in reading order. Quoted speech is cut out: it is somebody else's.

    `wrapped`: the lines may have been broken by mail software (plain text); lines of HTML are as they were written.
    """
    text = with_lists(joined(folded[:MAX_TEXT]) if wrapped else folded[:MAX_TEXT])
    found = []
    pieces = _END.split(without_quotes(text))  # sentence, its end, sentence, ...
    for sentence, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        for piece in _TURN.split(sentence):
            piece = piece.strip()[:MAX_CLAUSE]
            if len(piece) > 2:
                found.append(Clause(piece, is_plain(piece), "?" in end))
    return tuple(found)


def is_plain(clause: str) -> bool:
    """False where the clause denies, forbids, or reports a fraud."""
    if _REPORTED.search(clause) and not (_ASKED_HERE.search(clause) and not _ASKED_ELSEWHERE.search(clause)):
        return False
    return not _NOT.search(clause) or bool(_ASKS_ALL_THE_SAME.search(clause))


_SPACES = re.compile(r" {2,}")
_BULLET = "[-*•·►▶–—>☐✓+]"
_MARKED = re.compile(rf" {{0,8}}{_BULLET} ?\w")
"""An item of a list, which begins a line of its own however long the one above is."""
_ITEM = re.compile(rf"^ {{0,8}}(?:{_BULLET}|\d{{1,2}} ?[.)/-]|[a-h]\))? ?(?=[a-z0-9])")
_LIST_ITEMS = 12
_ITEM_LENGTH = 90


def with_lists(folded: str) -> str:
    """A line that ends with a colon and the short lines below it are one sentence: "nous retourner : 1. un RIB 2. ..."."""
    out: list[str] = []
    items = 0
    for line in folded.split("\n"):
        said = line.strip()
        if items and not said and items == _LIST_ITEMS:
            continue  # a blank line between the head and its list
        mark = _ITEM.match(line)
        listed = items and mark is not None and 0 < len(said) <= _ITEM_LENGTH
        if listed and mark is not None and (mark[0].strip() or "://" not in said):
            out[-1] += " " + line[mark.end() :].rstrip(" .;,") + ","
            items -= 1
        else:
            out.append(line)
            items = 0
        if said.endswith(":") and not items:  # an item that ends so is a field of a form
            items = _LIST_ITEMS
    return "\n".join(out)


def joined(folded: str) -> str:
    """Wrapped lines put together again: a long line without a full stop goes on in the next."""
    lines = folded.split("\n")
    out: list[str] = []
    goes_on = False
    for line in lines:
        if goes_on and line and not _MARKED.match(line):
            out[-1] += " " + line
        else:
            out.append(line)
        goes_on = len(line) >= _WRAPPED and line[-1:] not in ".!?:;"
    return "\n".join(out)


def without_quotes(folded: str) -> str:
    """The text without what stands in quotation marks."""
    return _SPACES.sub(" ", _QUOTED.sub(" ", folded))


def warns_of_fraud(subject: str, body: str) -> bool:
    """The text as a whole is about fraud: a warning, an article, a report. A sentence or two of advice do not make it one."""
    if _FRAUD_TITLE.search(subject) and FRAUD_WORD.search(subject + "\n" + body[:MAX_TEXT]):
        return True
    hits = len(FRAUD_WORD.findall(body[:MAX_TEXT]))
    return hits >= 3 or (hits >= 2 and bool(FRAUD_WORD.search(body[:300])))
