"""What a digest says, in French and English."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["fr", "en"]
WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "subject.one": "[Vigie] {count} courriel en quarantaine",
        "subject.many": "[Vigie] {count} courriels en quarantaine",
        "reviewer.one": "Depuis le {since}, {count} courriel a été mis en quarantaine dans les boîtes que vous suivez.",
        "reviewer.many": "Depuis le {since}, {count} courriels ont été mis en quarantaine dans les boîtes que vous suivez.",
        "owner.one": "Depuis le {since}, {count} courriel adressé à cette boîte ({account}) a été mis en quarantaine : il semble faux.",
        "owner.many": "Depuis le {since}, {count} courriels adressés à cette boîte ({account}) ont été mis en "
        "quarantaine : ils semblent faux.",
        "reviewer.what": "Le lien de chacun ouvre sa page, où vous décidez.",
        "owner.what": "Vous n'avez rien à faire. Si l'un d'eux vous était vraiment destiné, son lien permet de le demander ; "
        "chaque lien sert une seule fois et reste valable {days} jours.",
        "at": "{number}. Le {at}, boîte {account}",
        "author": "Expéditeur annoncé : {author}",
        "no_author": "(aucun)",
        "subject": "Objet : {subject}",
        "no_subject": "(sans objet)",
        "why": "Pourquoi : {why}",
        "impersonation": "il semble écrit par quelqu'un d'autre que celui qu'il annonce",
        "confirmed": "Une personne a confirmé que c'est une fraude.",
        "decide": "Voir et décider",
        "ask": "Demander ce courriel",
        "reviewer.more": "Et {count} de plus : {link}",
        "owner.more": "Et {count} de plus : demandez à la personne qui administre Vigie.",
        "foot": "Les adresses sont écrites avec [.] et [@] pour que rien ne s'ouvre d'un clic. Ce message est envoyé automatiquement.",
        "colon": " : ",
    },
    "en": {
        "subject.one": "[Vigie] {count} message in quarantine",
        "subject.many": "[Vigie] {count} messages in quarantine",
        "reviewer.one": "Since {since}, {count} message was put into quarantine in the mailboxes that you look after.",
        "reviewer.many": "Since {since}, {count} messages were put into quarantine in the mailboxes that you look after.",
        "owner.one": "Since {since}, {count} message to this mailbox ({account}) was put into quarantine: it seems to be false.",
        "owner.many": "Since {since}, {count} messages to this mailbox ({account}) were put into quarantine: they seem to be false.",
        "reviewer.what": "The link of each opens its page, where you decide.",
        "owner.what": "You need not do anything. If one of them was really meant for you, its link lets you ask for it; "
        "each link works once, and for {days} days.",
        "at": "{number}. {at}, mailbox {account}",
        "author": "Sender as announced: {author}",
        "no_author": "(none)",
        "subject": "Subject: {subject}",
        "no_subject": "(no subject)",
        "why": "Why: {why}",
        "impersonation": "it seems to be written by somebody else than it announces",
        "confirmed": "A person has confirmed that it is a fraud.",
        "decide": "Look and decide",
        "ask": "Ask for this message",
        "reviewer.more": "And {count} more: {link}",
        "owner.more": "And {count} more: ask the person who runs Vigie.",
        "foot": "Addresses are written with [.] and [@], so that nothing opens by a click. This message is sent automatically.",
        "colon": ": ",
    },
}


def words(language: str) -> dict[str, str]:
    """The words of a language; French for one that there is not."""
    return WORDS["en" if language == "en" else "fr"]


def counted(told: dict[str, str], key: str, count: int, **values: object) -> str:
    """`key.one` or `key.many`; in French nothing is singular, too."""
    one = count < 2 if told is WORDS["fr"] else count == 1
    return told[f"{key}.{'one' if one else 'many'}"].format(count=count, **values)
