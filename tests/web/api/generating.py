"""The Python client of the API, written from its OpenAPI description: `python -m tests.web.api.generating > tests/web/api/client.py`.

It needs the standard library alone, and may be copied into any program. A test compares.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI

from vigie.web.api import check, records, reports, schemas

Schema = Mapping[str, Any]
PLAIN: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, Any]",
}
NAMES: Final = {schemas.MAIL: "", schemas.JSON: "_text"}
"""What comes behind a method's name for each kind of body."""
HEAD: Final = '''"""The API of Vigie, for Python 3.11 and its standard library. Written by tests.web.api.generating: change nothing here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener
'''
CLIENT: Final = '''

class ProblemError(Exception):
    """What the server says that cannot be (RFC 9457)."""

    def __init__(self, status: int, detail: str, retry_after_s: int | None) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail, self.retry_after_s = status, detail, retry_after_s


class _Straight(HTTPRedirectHandler):
    """A token goes to its own server and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


class Client:
    """Asks one server, with one token. Every method raises ProblemError, and OSError where nobody answers."""

    def __init__(self, base_url: str, token: str, *, timeout_s: float = 60.0) -> None:
        self._base, self._token, self._timeout_s = base_url.rstrip("/"), token, timeout_s
        self._opener = build_opener(_Straight)
'''
TAIL: Final = """
    def _ask(
        self, method: str, path: str, query: Mapping[str, Any], kind: str | None = None, body: bytes | None = None
    ) -> Any:
        given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        asked = urlencode({name: value for name, value in given.items() if value is not None})
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if kind is not None:
            headers["Content-Type"] = kind
        url = f"{self._base}{path}" + (f"?{asked}" if asked else "")
        try:
            with self._opener.open(
                Request(url, body, headers, method=method), timeout=self._timeout_s
            ) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise _problem(error) from None


def _problem(error: HTTPError) -> ProblemError:
    try:
        detail = str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        detail = error.reason
    later = error.headers.get("Retry-After", "")
    return ProblemError(error.code, detail, int(later) if later.isdecimal() else None)
"""


def described() -> dict[str, Any]:
    """What /api/openapi.json says of the API; of the pages nothing."""
    app = FastAPI(title="Vigie")
    for router in (check.router, reports.router, records.router):
        app.include_router(router)
    return app.openapi()


def render() -> str:
    """The whole module, as the formatter leaves it."""
    types: dict[str, str] = {}
    methods = "".join(_methods(described(), types))
    told = HEAD + "".join(f"\n\n{text}" for text in types.values()) + CLIENT + methods + TAIL
    formatter = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "tests/web/api/client.py", "-"]
    return subprocess.run(formatter, input=told, capture_output=True, text=True, check=True).stdout


def _methods(told: Schema, types: dict[str, str]) -> Iterator[str]:
    for path, item in told["paths"].items():
        for method, operation in item.items():
            answer = next(one for status, one in operation["responses"].items() if status.startswith("2"))
            gives = _type(answer["content"][schemas.JSON]["schema"], types)
            for kind in operation.get("requestBody", {}).get("content", {None: None}):
                yield _method(path, method, operation, kind, gives)


def _method(path: str, method: str, operation: Schema, kind: str | None, gives: str) -> str:
    name = path.rpartition("/")[2] + NAMES.get(kind or "", "")
    query = {one["name"]: one for one in operation.get("parameters", ())}
    wanted = [_parameter(one) for one in query.values()]
    body = ""
    if kind == schemas.MAIL:
        first, body = ["mail: bytes"], f", {kind!r}, mail"
    elif kind == schemas.JSON:
        fields = operation["requestBody"]["content"][kind]["schema"]["properties"]
        first, wanted = ["text: str"], [_field(key, one) for key, one in fields.items() if key != "text"] + wanted
        sent = ", ".join(f'"{key}": {key}' for key in fields)
        body = f", {kind!r}, json.dumps({{{sent}}}).encode()"
    else:
        first = []
    parameters = ", ".join(["self", *first, *(["*", *wanted] if wanted else [])])
    asked = "{" + ", ".join(f'"{key}": {key}' for key in query) + "}"
    return (
        f"\n    def {name}({parameters}) -> {gives}:\n"
        f'        """{operation["summary"]}"""\n'
        f"        told: {gives} = self._ask({method.upper()!r}, {path!r}, {asked}{body})\n        return told\n"
    )


def _parameter(one: Schema) -> str:
    text = _type(one["schema"], {})
    if one.get("required"):
        return f"{one['name']}: {text}"
    default = one["schema"].get("default")
    return f"{one['name']}: {text} = {default!r}"


def _field(name: str, one: Schema) -> str:
    return f"{name}: {_type(one, {})} = {one['default']!r}"


def _type(schema: Schema, types: dict[str, str]) -> str:
    """The Python type; of an object that has a title, a TypedDict that is added to `types`."""
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    if "anyOf" in schema:
        return " | ".join(_type(one, types) for one in schema["anyOf"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if kinds == ["array"]:
        return f"list[{_type(schema['items'], types)}]"
    if kinds == ["object"] and "properties" in schema and "title" in schema:
        required = set(schema.get("required", ()))
        fields = {name: _type(one, types) for name, one in schema["properties"].items()}
        lines = [f"    {name}: {text if name in required else f'NotRequired[{text}]'}" for name, text in fields.items()]
        types.setdefault(schema["title"], "\n".join([f"class {schema['title']}(TypedDict):", *lines]))
        return str(schema["title"])
    if kinds == ["object"]:
        one = schema.get("additionalProperties")
        values = one if isinstance(one, dict) else next(iter(schema.get("properties", {}).values()), None)
        return f"dict[str, {_type(values, types) if values else 'Any'}]"
    return " | ".join(PLAIN[kind] for kind in kinds)


if __name__ == "__main__":
    print(render(), end="")
