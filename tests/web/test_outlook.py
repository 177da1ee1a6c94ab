"""/addins/outlook/: handed out where the configuration says so; framed by Outlook and nobody else, there and nowhere else (W-05)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.cli.program import JUDGING
from tests.outlook.builder import BUILDER, built
from tests.web.served import serve
from vigie.cli import main
from vigie.web.outlook import FRAMES, LIBRARY
from vigie.web.settings import OutlookSettings

ORIGIN = "https://vigie.example.org"
EXCHANGE = "https://mail.example.org"


def test_the_add_in_may_be_framed_by_outlook_and_nothing_else_may(tmp_path: Path) -> None:
    files = built(tmp_path, origin=ORIGIN)
    with serve(tmp_path, outlook={"files": files, "frames": (EXCHANGE,)}) as pages:
        http = pages.browser().http
        for path in ("taskpane.html", "report.html", "taskpane.js", "icons/vigie-80.png", "manifest.xml", "nothing"):
            answer = http.get(f"/addins/outlook/{path}")
            assert answer.status_code == (404 if path == "nothing" else 200), path
            if path == "nothing":
                continue
            policy = answer.headers["content-security-policy"]
            assert policy.partition("frame-ancestors ")[2].split() == [*FRAMES, EXCHANGE]
            assert "unsafe" not in policy
            assert LIBRARY == BUILDER.LIBRARY
            assert f"default-src 'none'; script-src 'self' {' '.join(LIBRARY)}; style-src 'self'" in policy
            assert "x-frame-options" not in answer.headers
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
            kept = answer.headers["cache-control"]
            assert "no-store" not in kept
            assert (kept == "no-cache") == (not path.endswith(".png"))
        for path in (
            "/sign-in",
            "/static/vigie.css",
            "/addins/outlook/nothing",
            "/addins/",
            "/addins/outlook/%2e%2e/vigie.db",
        ):
            answer = http.get(path)
            assert answer.headers["x-frame-options"] == "DENY", path
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert b"SQLite" not in answer.content


def test_it_is_off_unless_it_is_switched_on(tmp_path: Path) -> None:
    with serve(tmp_path) as pages:
        assert pages.browser().get("/addins/outlook/taskpane.html").status_code == 404


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ("addins", "{}/addins n'existe pas, ou n'est pas lisible : make addins ORIGIN=https://vigie.example.org"),
        ("build", "{0}/build : donnez {0}/build/outlook"),
        ("empty", "{}/empty n'est pas ce que fait make addins ORIGIN=https://vigie.example.org"),
    ],
)
def test_a_folder_that_is_no_add_in_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: str, told: str
) -> None:
    built(tmp_path / "build", origin=ORIGIN)
    (tmp_path / "empty").mkdir()
    path = tmp_path / "vigie.toml"
    path.write_text(
        f'{JUDGING}[web]\nlisten = "127.0.0.1:1"\nbase_url = "{ORIGIN}"\n[web.outlook]\nfiles = "{files}"\n'
    )
    assert main.run(["--config", str(path), "web"]) == 2
    said = capsys.readouterr().err
    assert "web.outlook.files" in said
    assert told.format(tmp_path) in said


@pytest.mark.parametrize(
    "frame",
    [
        "*",
        "'self'",
        "http://mail.example.org",
        "https://mail.example.org/",
        "https://*.example.org",
        "https://x; script-src *",
    ],
)
def test_who_may_frame_it_is_named_letter_by_letter(frame: str) -> None:
    with pytest.raises(ValidationError, match="frames are"):
        OutlookSettings(frames=(frame,))
