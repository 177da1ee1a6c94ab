"""What every answer has: headers, errors without a cause, limits, both languages."""

from __future__ import annotations

import ast
import re
import socket
import string
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter

from tests import canary
from tests.web.conftest import MAILBOXES
from tests.web.served import Served, serve, text
from vigie.ledger.audit import What
from vigie.ledger.people_types import Role
from vigie.web import pages, serving, words
from vigie.web.headers import SAME
from vigie.web.settings import WebSettings

WEB = Path(pages.__file__).parent


@pytest.fixture(scope="module")
def open_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("shell"), mailboxes=MAILBOXES) as served:
        broken = APIRouter()

        @broken.get("/broken")
        def crash() -> None:
            raise ValueError(canary.secret("mail"))

        @broken.get("/api/broken")
        def crash_for_programs() -> None:
            raise ValueError(canary.secret("mail"))

        served.app.include_router(broken)
        yield served


@pytest.mark.parametrize("path", ["/sign-in", "/nothing", "/static/vigie.css", "/healthz", "/broken", "/api/nothing"])
def test_every_answer_has_the_headers(open_pages: Served, path: str) -> None:
    """W-05, W-11."""
    answer = open_pages.browser().get(path)
    for name, value in SAME.items():
        if name != "Cache-Control" or not path.startswith("/static"):
            assert answer.headers[name] == value, name
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "server" not in answer.headers


def test_https_adds_what_https_has(tmp_path: Path) -> None:
    with serve(tmp_path, base_url="https://vigie.example.org") as served:
        host, port = served.address
        with httpx.Client(base_url=f"http://{host}:{port}", headers={"Host": "vigie.example.org"}) as http:
            answer = http.get("/sign-in")
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        (cookie,) = answer.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-vigie=")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
        assert "domain" not in cookie.lower()


def test_another_host_name_is_refused(open_pages: Served) -> None:
    """DNS rebinding: a name of the attacker that leads to this address."""
    for host in ("evil.example", "127.0.0.1", "localhost:1"):
        assert open_pages.browser().get("/sign-in", headers={"Host": host}).status_code == 421
        assert open_pages.browser().get("/healthz", headers={"Host": host}).status_code == 200


def test_a_crash_tells_a_number_and_nothing_else(open_pages: Served, caplog: pytest.LogCaptureFixture) -> None:
    """W-27."""
    page = open_pages.browser().get("/broken")
    assert page.status_code == 500
    assert canary.MARK not in page.text + caplog.text
    number = re.search(r"[0-9a-f]{12}", text(page))
    assert number is not None
    assert number[0] in caplog.text
    assert "ValueError at" in caplog.text
    problem = open_pages.browser().get("/api/broken", headers={"Accept-Language": "en"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json() | {"id": ""} == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": words.said("en")("error.text.500"),
        "id": "",
    }


def test_a_value_that_is_refused_is_not_repeated(open_pages: Served) -> None:
    long = canary.secret("password") * 50
    answer = open_pages.browser().post("/sign-in", {"name": "x", "password": long}, on="/sign-in")
    assert (answer.status_code, canary.is_in(answer.content)) == (422, False)


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /" + b"x" * 5000, 414),
        (b"GET /sign-in?" + b"x" * 5000, 414),
        (b"TRACE /", 405),
        (b"CONNECT /", 405),
        (b"GET /../../etc/passwd", 404),
        (b"GET /static/../app.py", 404),
        (b"GET /static/%2e%2e/app.py", 404),
        (b"GET /%00", 404),
        (b"GET /%ff%fe", 404),
    ],
    ids=str,
)
def test_strange_requests(open_pages: Served, request_line: bytes, status: int) -> None:
    host, port = open_pages.address
    with socket.create_connection((host, port)) as plain:
        plain.sendall(request_line + f" HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = plain.makefile("rb").readline()
    assert answer.split()[1] == str(status).encode()


def test_no_answer_waits_for_an_acknowledgement() -> None:
    """asyncio sets TCP_NODELAY where the socket says that it is TCP; without it each answer takes 40 ms more."""
    with serving.bound(WebSettings(listen="127.0.0.1:0")) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_bodies_are_bounded(open_pages: Served) -> None:
    browser = open_pages.browser()
    token = browser.token("/sign-in")
    big = {"csrf": token, "name": "x" * 70_000, "password": "x"}
    assert browser.send("/sign-in", big).status_code == 413
    many = {"csrf": token} | {f"f{number}": "" for number in range(2000)}
    assert browser.send("/sign-in", many).status_code == 400

    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b"a" * 1000

    chunked = browser.http.post("/sign-in", content=endless(), headers={"Origin": open_pages.origin})
    assert chunked.status_code == 413
    twice = browser.http.post(
        "/sign-in",
        content=f"csrf={token}&csrf={token}&name=x&password=x",
        headers={"Origin": open_pages.origin, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert twice.status_code == 403


def test_a_bearer_request_has_no_cookies(open_pages: Served) -> None:
    admin = open_pages.browser(open_pages.add("Racine", Role.ADMIN))
    assert (
        admin.http.post("/api/x", headers={"Authorization": "Bearer x"}).status_code == 404
    )  # no 403: no form is asked for
    assert admin.http.post("/people/invite", headers={"Authorization": "Bearer x"}).status_code == 403


def test_a_ledger_that_is_damaged_is_told(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        served.ledger.close()  # opened again by the next question
        served.ledger.path.write_bytes(b"nonsense" * 1000)
        assert served.browser().get("/healthz").status_code == 200
        assert served.browser().get("/readyz").status_code == 500


def test_there_is_no_documentation_page(open_pages: Served) -> None:
    """W-28."""
    for path in ("/docs", "/redoc", "/openapi.json", "/metrics", "/debug"):
        assert open_pages.browser().get(path).status_code == 404
    assert open_pages.browser().get("/api/openapi.json").json()["info"]["title"] == "Vigie"


def test_the_language_is_the_browsers_then_the_persons(open_pages: Served) -> None:
    browser = open_pages.browser()
    assert '<html lang="fr">' in browser.get("/sign-in").text
    assert '<html lang="en">' in browser.get("/sign-in", headers={"Accept-Language": "de, en;q=0.5"}).text
    browser.post("/language", {"language": "en", "next": "//evil.example"}, on="/sign-in")
    assert '<html lang="en">' in browser.get("/sign-in").text
    user = open_pages.add("Lingua")
    browser = open_pages.browser(user)
    browser.post("/language", {"language": "en", "next": "/profile"})
    assert '<html lang="en">' in open_pages.browser(user).get("/profile").text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-GB,fr;q=0.9", "en"),
        ("fr;q=0.1,en;q=0.2", "en"),
        ("en;q=x", "fr"),
        ("de", "fr"),
        ("en;q=0", "fr"),
    ],
)
def test_accept_language(header: str, language: str) -> None:
    assert words.wanted(header) == language


# -- the templates and their words -----------------------------------------------------------------------------------


def templates() -> list[Path]:
    return sorted((WEB / "templates").rglob("*.j2"))


def test_both_languages_say_the_same() -> None:
    fr, en = words.catalogue("fr"), words.catalogue("en")
    assert fr.keys() == en.keys()
    for key, told in fr.items():
        names = [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in (told, en[key])]
        assert names[0] == names[1], key
        assert told.strip(), key
        assert en[key].strip(), key


def test_the_log_can_be_narrowed_to_everything_that_it_tells(open_pages: Served) -> None:
    for language in words.LANGUAGES:
        assert {f"audit.kind.{kind}" for kind in What} <= words.catalogue(language).keys()
    admin = open_pages.browser(open_pages.add("Racine", Role.ADMIN))
    for what, chosen in (("", ""), ("?what=", ""), ("?what=bulk", "bulk")):
        found = admin.get(f"/audit{what}")
        assert found.status_code == 200
        assert re.findall(r'value="(\w*)" selected', found.text) == [chosen] * bool(chosen)


def test_every_word_that_a_page_says_exists() -> None:
    known = words.catalogue("fr").keys()
    for path in (*templates(), *WEB.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for key in re.findall(r"""\bt\(\s*["']([a-z_]+\.[a-z_.-]+)["']\s*[,)]""", source):
            assert key in known, f"{path}: {key}"
        for key in re.findall(r"""\bt\.counted\(\s*["']([a-z_.]+)["']""", source):
            assert f"{key}.one" in known, f"{path}: {key}"
        for key in re.findall(r"""said="([a-z_.]+)"\)""", source):
            assert f"said.{key}" in known, f"{path}: {key}"


def test_no_template_trusts_a_value() -> None:
    """W-01, W-14: everything is escaped; nothing of the page is a script, a style or a handler."""
    for path in templates():
        source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\|\s*safe|autoescape|Markup", source), path
        assert not re.search(r"""<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+\s*=\s*["']|javascript:""", source), (
            path
        )
        assert not re.search(r"\s[a-z-]+\s*=\s*\{\{", source), f"{path}: an attribute without quotes"
    for path in WEB.rglob("*.py"):
        assert not re.search(r"\bMarkup\(|autoescape=False", path.read_text(encoding="utf-8")), path


def test_every_form_carries_its_token() -> None:
    for path in templates():
        for form in re.findall(r'<form\b[^>]*method="post".*?</form>', path.read_text(encoding="utf-8"), re.DOTALL):
            assert "form.token(csrf)" in form or 'name="csrf"' in form, path


def test_no_handler_of_a_safe_method_changes_anything() -> None:
    """Every GET handler is read: none calls what writes into the ledger."""
    writing = {
        "decide",
        "invite",
        "accept",
        "renew",
        "remove",
        "withdraw",
        "change_rights",
        "set_disabled",
        "set_password",
        "note",
    }
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            if any(mark.startswith("router.get(") for mark in marks):
                called = {
                    call.func.attr
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
                }
                assert not called & writing, f"{path}: {node.name}"
