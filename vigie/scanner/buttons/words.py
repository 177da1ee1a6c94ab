"""What a reply says, in French and English."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["fr", "en"]
WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "short.impersonation": "C'est un faux",
        "short.suspicious": "Message douteux",
        "short.undecided": "Ni prouvé, ni faux",
        "short.genuine": "Message authentique",
        "short.unrelated": "Rien à dire de ce message",
        "short.unexamined": "Message non examiné",
        "told.impersonation": "Ce message est un faux.",
        "told.suspicious": "Ce message est douteux.",
        "told.undecided": "Rien ne prouve ce message, et rien ne le contredit nettement.",
        "told.genuine": "Ce message est authentique.",
        "told.unrelated": "Ce message ne se présente pas comme venant d'un organisme que Vigie protège.",
        "told.unexamined": "Ce message n'a pas pu être examiné : rien n'a été vérifié.",
        "asked": "Vous avez demandé si ce message est vrai :",
        "reported": "Vous avez signalé ce message comme une fraude :",
        "thanks.kept": "Merci. Votre signalement est enregistré ; une copie du message est gardée, chiffrée, pour les personnes qui "
        "examinent les fraudes.",
        "thanks.too-big": "Merci. Votre signalement est enregistré. Le message est trop volumineux pour qu'une copie en soit gardée : ne "
        "le supprimez pas, les personnes qui examinent les fraudes le regarderont dans votre boîte.",
        "thanks.too-many": "Merci. Votre signalement est enregistré. Aucune copie du message n'est gardée, car beaucoup d'autres ont été "
        "signalés depuis une heure : ne le supprimez pas, les personnes qui examinent les fraudes le regarderont dans votre boîte.",
        "author": "De : {text}",
        "subject": "Objet : {text}",
        "came": "Reçu le {text}",
        "nobody": "(aucun expéditeur)",
        "no_subject": "(sans objet)",
        "why": "Pourquoi :",
        "do": "Que faire :",
        "back": "Vigie le remet dans le dossier « {folder} ».",
        "inbox": "Vigie le remet dans votre boîte de réception.",
        "quarantine": "Vigie le met dans le dossier de quarantaine « {folder} ». Les personnes qui suivent cette boîte peuvent le rendre.",
        "stays": "Il reste dans le dossier « {folder} » : Vigie ne peut pas le déplacer sans risque. Vous pouvez le reprendre vous-même.",
        "circles": "Il est revenu plus de {count} fois en un jour dans le dossier « {folder} » : une règle de votre messagerie l'y déplace "
        "sans doute. Il y reste, pour ne pas tourner sans fin. Retirez cette règle, puis reprenez-le.",
        "partial": "Il est trop volumineux : seul son début a été examiné.",
        "unread": "Un message que vous avez déplacé dans le dossier « {folder} » n'a pas pu être examiné : l'examen s'est interrompu à "
        "chaque fois. Rien n'a été vérifié. Il reste dans ce dossier.",
        "unread.reported": "Votre signalement n'est pas encore enregistré : il le sera avec l'examen.",
        "unread.careful": "N'ouvrez aucun lien et aucune pièce jointe de ce message. Dans le doute, passez par le site ou le numéro que "
        "vous connaissez déjà.",
        "unread.wait": "Vigie réessaie jusqu'à trois fois dans l'heure, et vous répond dès que c'est fait.",
        "unread.ask": "Sans autre réponse dans une heure ou deux, montrez-le à la personne qui s'occupe de votre messagerie. Vous pouvez "
        "le reprendre vous-même.",
        "unmoved": "Vigie n'a pas pu déplacer ce message comme prévu :",
        "unmoved.back.subject": "Non mis en quarantaine",
        "unmoved.stays.subject": "Non remis en place",
        "unmoved.back": "Il n'a pas été mis en quarantaine : la messagerie ne l'a pas accepté, ou quelqu'un l'a rendu entre-temps.",
        "unmoved.stays": "La messagerie ne l'accepte pas : il reste dans le dossier « {folder} ». Vous pouvez le reprendre vous-même.",
        "unmoved.answer": "La réponse de Vigie sur le message lui-même ne change pas.",
        "many.subject": "Vos {count} messages",
        "many": "Vous avez déplacé {count} messages à la fois : voici les réponses, chacune en une ligne.",
        "many.noted": "Merci. Vos signalements sont enregistrés.",
        "many.kept": "Messages dont une copie est gardée, chiffrée, pour les personnes qui examinent les fraudes : {count} sur {total}.",
        "many.unkept": "Messages trop volumineux, ou trop nombreux en une heure, pour qu'une copie en soit gardée : {count} sur {total}. "
        "Ne les supprimez pas : ces personnes les regarderont dans votre boîte.",
        "foot": "Les adresses citées sont écrites avec [.] et [@] pour que rien ne s'ouvre d'un clic. Vigie a déposé ce message dans votre "
        "boîte ; il n'a voyagé nulle part, et personne ne lit les réponses.",
        "quotes": "« {text} »",
        "colon": " : ",
    },
    "en": {
        "short.impersonation": "It is false",
        "short.suspicious": "Doubtful message",
        "short.undecided": "Neither proven nor false",
        "short.genuine": "Genuine message",
        "short.unrelated": "Nothing to say of this message",
        "short.unexamined": "Message not examined",
        "told.impersonation": "This message is false.",
        "told.suspicious": "This message is doubtful.",
        "told.undecided": "Nothing proves this message, and nothing clearly contradicts it.",
        "told.genuine": "This message is genuine.",
        "told.unrelated": "This message does not present itself as coming from an organisation that Vigie protects.",
        "told.unexamined": "This message could not be examined: nothing was verified.",
        "asked": "You asked whether this message is real:",
        "reported": "You reported this message as a fraud:",
        "thanks.kept": "Thank you. Your report is noted; a copy of the message is kept, encrypted, for the people who examine frauds.",
        "thanks.too-big": "Thank you. Your report is noted. The message is too large for a copy to be kept: do not delete it, the people "
        "who examine frauds will look at it in your mailbox.",
        "thanks.too-many": "Thank you. Your report is noted. No copy of the message is kept, since many others have been reported within "
        "an hour: do not delete it, the people who examine frauds will look at it in your mailbox.",
        "author": "From: {text}",
        "subject": "Subject: {text}",
        "came": "Received {text}",
        "nobody": "(no sender)",
        "no_subject": "(no subject)",
        "why": "Why:",
        "do": "What to do:",
        "back": 'Vigie puts it back into the folder "{folder}".',
        "inbox": "Vigie puts it back into your inbox.",
        "quarantine": 'Vigie puts it into the quarantine folder "{folder}". The people who look after this mailbox can give it back.',
        "stays": 'It stays in the folder "{folder}": Vigie cannot move it without risk. You may take it back yourself.',
        "circles": 'It came back more than {count} times in a day into the folder "{folder}": a rule of your mail program moves it there, '
        "most likely. It stays there, so as not to turn for ever. Remove that rule, then take it back.",
        "partial": "It is too large: only its beginning was examined.",
        "unread": 'A message that you moved into the folder "{folder}" could not be examined: the examination was cut off each time. '
        "Nothing was verified. It stays in that folder.",
        "unread.reported": "Your report is not noted yet: it will be when the message is examined.",
        "unread.careful": "Open no link and no attachment of that message. In doubt, use the site or the number that you know already.",
        "unread.wait": "Vigie tries again up to three times within the hour, and answers you as soon as it is done.",
        "unread.ask": "Without another answer within an hour or two, show it to the person who looks after your mail. You may take it back "
        "yourself.",
        "unmoved": "Vigie could not move this message as was meant:",
        "unmoved.back.subject": "Not put into quarantine",
        "unmoved.stays.subject": "Not put back",
        "unmoved.back": "It was not put into quarantine: the mail server did not accept that, or somebody has given it back meanwhile.",
        "unmoved.stays": 'The mail server does not accept that: it stays in the folder "{folder}". You may take it back yourself.',
        "unmoved.answer": "Vigie's answer about the message itself stays the same.",
        "many.subject": "Your {count} messages",
        "many": "You moved {count} messages at a time: here are the answers, a line each.",
        "many.noted": "Thank you. Your reports are noted.",
        "many.kept": "Messages of which a copy is kept, encrypted, for the people who examine frauds: {count} of {total}.",
        "many.unkept": "Messages too large, or too many within an hour, for a copy to be kept: {count} of {total}. Do not delete them: "
        "those people will look at them in your mailbox.",
        "foot": "Addresses that are quoted are written with [.] and [@], so that nothing opens by a click. Vigie has put this message into "
        "your mailbox; it has travelled nowhere, and nobody reads replies to it.",
        "quotes": '"{text}"',
        "colon": ": ",
    },
}
