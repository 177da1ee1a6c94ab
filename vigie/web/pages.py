"""How a handler answers: a page from a template, autoescaped (W-01, W-14), or a way to the next page."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from vigie.ledger.people_types import Role
from vigie.web import cookies, site, words
from vigie.web.person import Person
from vigie.web.review import shown

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_MARKS = re.compile("(?<=«) | (?=[»:;?!])")


@dataclass(frozen=True, slots=True)
class Way:
    """An entry of the navigation."""

    path: str
    key: str
    """Of its text: shell.nav.<key>."""
    role: Role = Role.READER


NAVIGATION = (
    Way("/", "overview"),
    Way("/cases", "cases"),
    Way("/campaigns", "campaigns"),
    Way("/handed-in", "handed_in"),
    Way("/reports", "reports"),
    Way("/accounts", "accounts"),
    Way("/people", "people", Role.ADMIN),
    Way("/tokens", "tokens", Role.ADMIN),
    Way("/audit", "audit", Role.ADMIN),
    Way("/settings", "settings", Role.ADMIN),
)


@cache
def environment() -> Environment:
    """The templates; a name that one of them lacks is an error, not a blank."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    made.filters["when"] = _when
    made.filters["day"] = _day
    made.filters["plain"] = shown.line
    made.filters["bound"] = bound
    return made


def render(request: Request, template: str, /, *, status: int = 200, **values: object) -> HTMLResponse:
    """The page. Templates see `values`, and: person, t (words), language, csrf (a form's token), navigation, here, said.

    A form carries its token by `{{ form.token(csrf) }}` (templates/form.html.j2), or `<input type=hidden name=csrf value=...>`.
    """
    person, language = present(request), language_of(request)
    told = {
        "person": person,
        "t": words.said(language),
        "language": language,
        "csrf": cookies.form_token(cookies.visit(request)),
        "navigation": [way for way in NAVIGATION if person is not None and person.may(way.role)],
        "here": request.url.path,
        "again": _again(request, values.get("here")),
        "said": _said(request, language),
        "said_wrong": request.query_params.get("said", "").startswith("wrong."),
        "now": site.of(request).now(),
    }
    response = HTMLResponse(environment().get_template(template).render(told | values), status_code=status)
    cookies.keep(request, response)
    return response


def _again(request: Request, here: object) -> str:
    """The same page once more: with what was searched for. A page that answers a form names its own address."""
    path, query = request.url.path, request.url.query
    if here is not None:
        return str(here)
    whole = f"{path}?{query}" if query and request.method == "GET" else path
    return whole if local_path(whole) == whole else path


def redirect(path: str, *, said: str = "", **query: str) -> Response:
    """After a change: the browser asks for `path` (303). `said`: the key of a sentence that is shown there, in words/*/said.toml."""
    asked = query | ({"said": said} if said else {})
    return RedirectResponse(f"{path}?{urlencode(asked)}" if asked else path, status_code=303)


def present(request: Request) -> Person | None:
    """The person, once a dependency of `entry` has looked."""
    person = getattr(request.state, "person", None)
    return person if isinstance(person, Person) else None


def language_of(request: Request) -> str:
    """The person's; else what this browser chose, or asks for."""
    person = present(request)
    if person is not None:
        return person.language
    chosen = request.cookies.get(cookies.name(request, cookies.LANGUAGE), "")
    return chosen if chosen in words.LANGUAGES else words.wanted(request.headers.get("accept-language", ""))


def local_path(path: str) -> str:
    """`path` where it leads to a page of ours; "/" for everything else: nobody is sent elsewhere by a link to us."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii() and path.isprintable()
    return path if fine and "\\" not in path and len(path) <= 1000 else "/"


def bound(text: str) -> str:
    """French marks that stand after a space stay in the line of their word, whatever a mail has put between them."""
    return _MARKS.sub("\u00a0", text)


def _when(value: datetime, t: words.Words) -> str:
    """`{{ at | when(t) }}`: a macro has no context of its own."""
    return words.when(value, t.language)


def _day(value: datetime, t: words.Words) -> str:
    return words.day(value, t.language)


@cache
def static(name: str) -> str:
    """The address of a file of static/; it changes with what is in it, so that browsers may keep it."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def _said(request: Request, language: str) -> str:
    """The sentence that the page before has left. Keys of said.* alone: a link cannot make us say anything else."""
    key, told = f"said.{request.query_params.get('said', '')}", words.said(language)
    return told(key) if told.has(key) else ""
