"""What is wrong with a vigie.toml, as one line for a person. Values are never repeated: one of them may be a secret."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rapidfuzz import process

from vigie.auth_checks.settings import DnsSettings, TrustSettings
from vigie.cli.language import say
from vigie.cli.status import Fault, Status
from vigie.rules.brand import BrandError
from vigie.scanner.operation.settings import OperationSettings
from vigie.scanner.settings import AccountSettings

Place = tuple[str | int, ...]


class ConfigError(Fault):
    """One line: file, line, key, what is wrong, what would be right."""

    def __init__(self, path: Path, line: int | None, key: str, wrong: str, right: str = "") -> None:
        where = ":".join([str(path), *([str(line)] if line else [])])
        parts = [where, *([key] if key else []), wrong]
        super().__init__(": ".join(parts) + (f" ; {right}" if right else ""), Status.USAGE)


def syntax(path: Path, error: tomllib.TOMLDecodeError) -> ConfigError:
    """Not TOML at all."""
    match = re.fullmatch(
        r"(?P<text>.*?) \(at (line (?P<line>\d+), column \d+|end of document)\)", str(error), re.DOTALL
    )
    wrong = match["text"] if match else str(error)
    line = int(match["line"]) if match and match["line"] else None
    if "Cannot declare" in wrong or "Cannot overwrite" in wrong:
        right = say("une clé ou une section y est deux fois", "a key or section stands there twice")
    else:
        right = say(
            'une ligne s\'écrit clé = "texte", clé = 5, clé = true ou clé = ["a", "b"]',
            'a line reads key = "text", key = 5, key = true or key = ["a", "b"]',
        )
    return ConfigError(path, line, "", say("TOML incorrect", "not valid TOML") + f" ({wrong})", right)


def refused(
    path: Path, text: str, data: Mapping[str, Any], fault: Mapping[str, Any], fields: Mapping[str, str]
) -> ConfigError:
    """Something that a settings model refuses.

    `fault` as pydantic gives it, without the input; `fields`: the keys that the model has there, with descriptions.
    """
    place: Place = tuple(fault["loc"])
    key = str(place[-1]) if place else ""
    if fault["type"] == "extra_forbidden":
        wrong, right = say("clé inconnue", "unknown key"), _known(fields, key)
    else:
        wrong, right = _wrong(fault, fields, key)
    return ConfigError(path, locate(text, place), _name(place, data), wrong, right)


def _known(fields: Mapping[str, str], key: str) -> str:
    """What the key was probably meant to be."""
    if key.lower() in {"password", "passwd", "pass", "secret", "mot_de_passe"}:
        return say(
            "un secret n'a pas sa place ici : password_file, password_env ou password_command",
            "a secret does not belong here: password_file, password_env or password_command",
        )
    if key.lower() in {"client_secret", "refresh_token", "access_token", "token"}:
        return say(
            "un secret n'a pas sa place ici : client_secret_file, client_secret_env ou client_secret_command",
            "a secret does not belong here: client_secret_file, client_secret_env or client_secret_command",
        )
    near = process.extractOne(key.lower(), list(fields), score_cutoff=65)
    if near is not None:
        return say(f"vouliez-vous dire {near[0]} ?", f"did you mean {near[0]}?")
    return say("possibles : ", "possible: ") + ", ".join(fields)


_TYPES = {
    "int": ("un nombre entier, par exemple 993", "a whole number, such as 993"),
    "float": ("un nombre, par exemple 2.5", "a number, such as 2.5"),
    "bool": ("true ou false", "true or false"),
    "string": ("un texte entre guillemets", "a text in quotes"),
    "tuple": ('une liste, par exemple ["a", "b"]', 'a list, such as ["a", "b"]'),
    "path": ("un chemin de fichier entre guillemets", "a file path in quotes"),
    "model": (
        "une section [..], ou [[accounts]] pour chaque compte",
        "a section [..], or [[accounts]] for each account",
    ),
}
_PATTERNS = {
    "schedule": ('une durée comme "30s", "5m", "1h"', 'a time such as "30s", "5m", "1h"'),
    "at": ('une heure : "07:30"', 'a time of day: "07:30"'),
    "name": ("lettres, chiffres et . _ @ + - (64 au plus)", "letters, digits and . _ @ + - (64 at most)"),
    "issuer": ('une adresse "https://..."', 'an address "https://..."'),
    "client_id": ("l'identifiant donné par le fournisseur", "the ID that the provider gave"),
    "tenant": ("l'identifiant ou le domaine de l'annuaire", "the directory's ID or domain"),
    "sender": ("une adresse : vigie@example.org", "an address: vigie@example.org"),
    "url": ('"sqlite:///vigie.db" ou "postgresql+psycopg://..."', '"sqlite:///vigie.db" or "postgresql+psycopg://..."'),
}
_OWN_WORDS = {
    "exactly one of password_file": "il faut exactement une des clés password_file, password_env, password_command, ou [accounts.oauth]",
    "issuer is needed": 'issuer va avec provider = "oidc", et avec aucun autre',
    "at most one of client_secret": "une seule des clés client_secret_file, client_secret_env, client_secret_command",
    'flow = "app" needs': 'flow = "app" demande client_secret_file, client_secret_env ou client_secret_command',
    'flow = "app" is not': 'flow = "app" n\'existe pas chez Google : "browser"',
    'flow = "device" gives': 'flow = "device" ne donne pas accès au courrier chez Google : "browser"',
    'tls = "none" is refused': 'tls = "none" est refusé hors de la machine : "implicit" ou "starttls"',
    "quarantine_folder cannot": "quarantine_folder ne peut pas être un des dossiers analysés",
    "listen is a loopback": 'listen est une adresse de boucle locale avec un port : "127.0.0.1:9464"',
    "recipients are addresses": 'recipients contient des adresses : ["admin@example.org"]',
    "username goes with": "username va avec exactement une des clés password_file, password_env, password_command",
    "exactly one of url": "il faut exactement une des clés url, url_file",
    'url is "https': 'url est "https://..." ; "http://" n\'est permis que sur cette machine',
    "base_url is": 'base_url est "https://nom", sans chemin ; "http://" n\'est permis que sur cette machine',
    "listen is an address with": 'listen est une adresse avec un port : "127.0.0.1:8025"',
    "listen off this machine": 'listen hors de cette machine va avec base_url = "https://nom"',
    "scopes are words": 'scopes contient des mots, dont "openid"',
    "trusted_proxies are": 'trusted_proxies contient des adresses : ["127.0.0.1"]',
    "no such brand": "marque inconnue",
}


def _wrong(fault: Mapping[str, Any], fields: Mapping[str, str], key: str) -> tuple[str, str]:
    kind, context = str(fault["type"]), fault.get("ctx", {})
    bad = say("valeur incorrecte", "wrong value")
    if kind == "missing":
        described = fields.get(key)
        return say("clé manquante", "key missing"), f'{key} = "..."' + (f" ({described})" if described else "")
    if kind == "literal_error":
        return bad, say("possibles : ", "possible: ") + str(context.get("expected", "")).replace(" or ", ", ").replace(
            "'", '"'
        )
    if kind == "string_pattern_mismatch":
        return bad, say(*_PATTERNS.get(key, (str(context.get("pattern")), str(context.get("pattern")))))
    if kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        sign = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<", "less_than_equal": "≤"}[kind]
        return bad, f"{sign} {next(iter(context.values()), '')}"
    if kind == "too_short":
        return say("liste vide", "empty list"), say("il en faut au moins un", "at least one is needed")
    if kind == "value_error":
        error = context.get("error", fault["msg"])
        return say(error.french, str(error)) if isinstance(error, BrandError) else _own(str(error)), ""
    if key == "accounts":
        return say("mauvais type", "wrong type"), say(
            "[[accounts]] : double crochet, une fois par compte", "[[accounts]]: double brackets, once per account"
        )
    expected = next((words for name, words in _TYPES.items() if kind.startswith(name)), None)
    return say("mauvais type", "wrong type"), say(*expected) if expected else str(fault["msg"])


def _own(text: str) -> str:
    """A sentence of our own settings models, in the reader's language where it is known."""
    for beginning, french in _OWN_WORDS.items():
        if text.startswith(beginning):
            _, colon, rest = text.partition(":") if beginning == "no such brand" else ("", "", "")
            return say(french + colon + rest.replace("; there are", " ; il y a"), text)
    return text


def _name(place: Place, data: Mapping[str, Any]) -> str:
    """`accounts[accueil].port`: the account by its name where it has a usable one, else by its number from 1."""
    words: list[str] = []
    here: Any = data
    for key in place:
        try:
            here = here[key]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(key, int):
            named = here.get("name") if isinstance(here, Mapping) else None
            tidy = isinstance(named, str) and re.fullmatch(r"[A-Za-z0-9._@+-]{1,64}", named)
            words[-1:] = [f"{words[-1] if words else ''}[{named if tidy else key + 1}]"]
        else:
            words.append(key)
    return ".".join(words)


def locate(text: str, place: Place) -> int | None:
    """The line, from 1, of the key at `place`: its own, else its table's header; None where TOML's short forms hide it."""
    table, key, inner = _table(place)
    number = next((part for part in place if isinstance(part, int)), 0)
    header_line: int | None = None
    inside, seen = True, -1  # above the first header, a table's name is a key itself
    wanted = table
    for at, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([\w.\-]+)\s*\]\]?", line)
        if header:
            below = header[1] == f"{table}.{key}"  # [accounts.oauth] belongs to the [[accounts]] above it
            seen += header[1] == table or (below and seen < 0)  # [alerts.mail] needs no [alerts]
            inside = (header[1] == table or below) and seen == number
            header_line, wanted = at if inside else header_line, inner if below else key
        elif inside and wanted and re.match(rf"\s*[\"']?{re.escape(wanted)}[\"']?\s*=", line):
            return at
    return header_line


def _table(place: Place) -> tuple[str, str, str]:
    """("accounts", "oauth", "issuer") of ("accounts", 0, "oauth", "issuer"); "" for what is not there."""
    names = [part for part in place if isinstance(part, str)]
    first, second, third = (*names, "", "", "")[:3]
    return first, second, third


def check(path: Path, text: str, dns: DnsSettings, trust: TrustSettings) -> None:
    """What no model sees of what all accounts share. Raises ConfigError."""

    def refuse(place: Place, wrong: str, right: str = "") -> None:
        raise ConfigError(path, locate(text, place), _name(place, {}), wrong, right)

    bad = say("valeur incorrecte", "wrong value")
    for server in dns.nameservers:
        if not _parses(ipaddress.ip_address, server):
            refuse(("dns", "nameservers"), bad, say('des adresses IP : ["127.0.0.1"]', 'IP addresses: ["127.0.0.1"]'))
    for network in trust.relays:
        if not _parses(ipaddress.ip_network, network):
            refuse(("trust", "relays"), bad, say('des réseaux : ["192.0.2.0/24"]', 'networks: ["192.0.2.0/24"]'))
    if dns.zone_file is not None and not dns.zone_file.is_file():
        refuse(("dns", "zone_file"), say("fichier introuvable", "no such file"))


def check_digest(path: Path, text: str, operation: OperationSettings) -> None:
    """A digest that nobody could send. Raises ConfigError."""
    if operation.digest.on and operation.digest_server is None:
        wrong = say("aucun serveur de courrier", "no mail server")
        right = say("ajoutez [digest.mail] ou [alerts.mail]", "add [digest.mail] or [alerts.mail]")
        raise ConfigError(path, locate(text, ("digest", "on")), "digest.on", wrong, right)


def check_accounts(path: Path, text: str, accounts: Mapping[int, AccountSettings]) -> Iterator[tuple[int, ConfigError]]:
    """What an account's model alone cannot see, with the number of the account in the file."""
    names: set[str] = set()
    for number, account in accounts.items():
        if account.name in names:
            taken = say("nom déjà pris", "name taken already"), say("un nom par compte", "one name per account")
            yield number, of_account(path, text, number, account, ("name",), *taken)
        names.add(account.name)
        missing = say("fichier introuvable", "no such file")
        if account.ca_file is not None and not account.ca_file.is_file():
            yield number, of_account(path, text, number, account, ("ca_file",), missing)
        authority = account.oauth.ca_file if account.oauth else None
        if authority is not None and not authority.is_file():
            yield number, of_account(path, text, number, account, ("oauth", "ca_file"), missing)


def of_account(
    path: Path, text: str, number: int, account: AccountSettings, keys: Place, wrong: str, right: str = ""
) -> ConfigError:
    """A fault of one account, which is the `number`-th of the file, from 0."""
    line = locate(text, ("accounts", number, *keys))
    key = ".".join([f"accounts[{account.name}]", *map(str, keys)])
    return ConfigError(path, line, key, wrong, right)


def _parses(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True
