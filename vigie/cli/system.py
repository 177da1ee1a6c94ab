"""Why the system refused something, in the reader's language: it answers in English, whatever his locale says."""

from __future__ import annotations

import errno
import os

from vigie.cli.language import say

_FRENCH = {
    errno.ENOENT: "ce fichier n'existe pas",
    errno.EACCES: "droits insuffisants",
    errno.EPERM: "opération interdite",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.EEXIST: "ce fichier existe déjà",
    errno.ENAMETOOLONG: "ce nom est trop long",
    errno.ELOOP: "ces liens tournent en rond",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "votre quota est atteint",
    errno.EROFS: "ce disque est en lecture seule",
    errno.EIO: "erreur de lecture ou d'écriture du disque",
    errno.EMFILE: "trop de fichiers ouverts",
    errno.ENFILE: "trop de fichiers ouverts sur cette machine",
    errno.ENOMEM: "mémoire insuffisante",
    errno.EADDRINUSE: "cette adresse est déjà prise",
    errno.EADDRNOTAVAIL: "cette adresse n'est pas de cette machine",
    errno.ECONNREFUSED: "connexion refusée",
    errno.ETIMEDOUT: "pas de réponse à temps",
}
_BY_TEXT = {os.strerror(number): french for number, french in _FRENCH.items()}


def reason(error: OSError | str) -> str:
    """Of the error, or of its text (strerror); one that is not known here as the system says it."""
    text = error if isinstance(error, str) else error.strerror or type(error).__name__
    return say(_BY_TEXT.get(text, text), text)
