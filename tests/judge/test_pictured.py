"""Letters in pictures: what is read, what is not, and that neither a picture nor the program can do any harm (threats C-42, X-13)."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from tests.judge import lettered
from tests.judge.lettered import BANNER, PLAIN, letter, mail, saved
from tests.judge.test_workers import until
from vigie.auth_checks.settings import DnsSettings
from vigie.judge import pictured, tesseract
from vigie.judge.edition import edition, settings_of
from vigie.judge.examine import Examiner
from vigie.judge.pictured import UNREAD, with_pictures
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.judge.tesseract import Tesseract
from vigie.judge.workers import WorkerPool
from vigie.message.formats import legible
from vigie.message.parse import parse
from vigie.message.types import Layer, Message
from vigie.rules import brand
from vigie.rules.types import Label

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AMELI = (brand.load("ameli"),)
TABLE = "level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext\\n" + "".join(
    f"5\t1\t1\t1\t{number}\t1\t0\t0\t9\t9\t91.0\t{word}\\n" for number, word in enumerate(("lettre", "avis", "numero"))
)


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> Tesseract:
    """A program of that name, first on the PATH, which does that when it is given a picture."""
    path = folder / "tesseract"
    path.write_text(
        f'#!/bin/sh\ncase "$1" in\n--version) echo "tesseract 9.9.9";;\n--list-langs) echo fra;;\n*) {does};;\nesac\n'
    )
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    found = tesseract.installed()
    assert found is not None
    assert found.name == "tesseract 9.9.9 fra"
    return found


def told(message: Message) -> list[tuple[Layer, str]]:
    return [(block.layer, block.text) for block in message.blocks if block.where.startswith("image/")]


def unread(message: Message) -> list[str]:
    return [defect.detail for defect in message.defects if defect.code == UNREAD]


class Reader:
    """Reads every picture alike, and keeps what it got."""

    def __init__(self) -> None:
        self.sheets: list[bytes] = []

    def read(self, sheet: bytes, seconds: float) -> str:
        assert 0 < seconds <= 60
        self.sheets.append(sheet)
        return "les mots de cette image"


PAGE = saved(letter(PLAIN))
SHOWN = '<img src="cid:page">'
WORDS = "<p>" + "Nous vous racontons notre semaine au jardin. " * 8 + "</p>"


@pytest.mark.parametrize(
    ("html", "disposition", "layers"),
    [
        ("", "inline", [Layer.ATTACHMENT]),
        (SHOWN, "inline", [Layer.ATTACHMENT]),
        (f'<a href="https://x.example/">{SHOWN}</a>', "inline", [Layer.ATTACHMENT]),
        (f'<a href="https://x.example/">{SHOWN}</a><p>Pour ne plus recevoir nos messages</p>', "inline", [Layer.OUTER]),
        (f"<p>Regarde ce que je viens de recevoir !</p>{SHOWN}", "inline", [Layer.ATTACHMENT]),
        ("<p>Vous trouverez le courrier ci-joint.</p>", 'attachment; filename="page.png"', [Layer.ATTACHMENT]),
        (f"<blockquote>{SHOWN}</blockquote>", "inline", [Layer.ATTACHMENT]),
        (WORDS + SHOWN, "inline", []),
        (WORDS + f'<a href="https://x.example/">{SHOWN}</a>', "inline", []),
    ],
)
def test_whose_words_they_are(html: str, disposition: str, layers: list[Layer]) -> None:
    message = with_pictures(parse(mail(PAGE, html, disposition=disposition)), Reader(), AMELI, 60)
    assert [layer for layer, _ in told(message)] == layers


def test_a_picture_in_a_data_url_is_read_too() -> None:
    coded = base64.b64encode(PAGE).decode()
    raw = mail(b"", f'<a href="https://x.example/"><img src="data:image/png;base64,{coded}"></a>')
    assert told(with_pictures(parse(raw), Reader(), AMELI, 60))


def test_nothing_of_a_mail_from_an_official_address_is_read() -> None:
    """A misread number must not make a genuine mail doubtful; of a forged one the address says enough."""
    sender = AMELI[0].senders[0].address
    address = sender if sender.partition("@")[0] else f"info{sender}"
    reader = Reader()
    with_pictures(parse(mail(PAGE, SHOWN, author=f"ameli <{address}>")), reader, AMELI, 60)
    assert not reader.sheets


def test_the_largest_four_are_read_and_one_only_once() -> None:
    base = parse(mail(PAGE, SHOWN))
    pages = [saved(letter(PLAIN, width=600 + 10 * number)) for number in range(6)]
    shown = tuple(replace(base.pictures[0], data=page) for page in [*pages, *pages])
    reader = Reader()
    message = with_pictures(replace(base, pictures=shown), reader, AMELI, 60)
    assert len(told(message)) == len(reader.sheets) == pictured.PICTURES
    assert all(b"\n%d " % width in sheet for sheet, width in zip(reader.sheets, (620, 630, 640, 650), strict=True))


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (120, 60), "white"),
        Image.new("RGB", (900, 900), "white"),
        lettered.photo(),
        Image.effect_noise((400, 300), 200),
    ],
    ids=["small", "blank", "photograph", "noise"],
)
def test_a_picture_without_strokes_is_not_handed_over(picture: Image.Image) -> None:
    assert legible.sheet(saved(picture)) is None


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA", "PA", "CMYK", "I;16", "YCbCr"])
def test_every_mode_becomes_grey(mode: str) -> None:
    kind = {"CMYK": "JPEG", "YCbCr": "JPEG", "PA": "WEBP"}.get(mode, "PNG")
    picture = letter(PLAIN)
    picture = (
        picture.convert("I").point(lambda x: x * 257).convert("I;16")
        if mode == "I;16"
        else picture.convert(mode if mode != "PA" else "P")
    )
    sheet = legible.sheet(saved(picture.convert("RGBA") if mode == "PA" else picture, kind))
    assert sheet is not None
    assert sheet.startswith(b"P5\n640 ")


def test_a_page_of_many_pixels_is_reduced() -> None:
    large = letter(PLAIN).resize((3840, 1968))
    sheet = legible.sheet(saved(large))
    assert sheet is not None
    assert len(sheet) < 2_600_000


def bomb(width: int, height: int, depth: int = 1, kind: int = 0) -> bytes:
    """A PNG of so many pixels of one colour, which takes a few kilobytes. `kind`: 0 grey, 6 RGBA."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, depth, kind, 0, 0, 0))
    bits = depth * (4 if kind == 6 else 1)
    rows = zlib.compress(bytes((width * bits + 7) // 8 + 1) * min(height, 5_000), 1)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
        PAGE[: len(PAGE) // 2],
        PAGE[:40] + b"\xff" * 4000,
        bomb(60_000, 60_000),
        bomb(25_000_001, 1),
        b"GIF89a" + b"\x40\x06\x40\x06\x00\x00\x00" + b"\x2c" * 50,
        b"BM" + b"\xff" * 200,
        PAGE + bytes(legible.SHEET_BYTES),
    ],
    ids=["garbage", "cut", "overwritten", "bomb", "one-row", "gif", "bmp", "too-large"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # pytest asks for them again
def test_hostile_pictures_are_never_handed_over(data: bytes) -> None:
    reader = Reader()
    with_pictures(parse(mail(data, "")), reader, AMELI, 60)
    assert not reader.sheets


# -- the program ---------------------------------------------------------------------------------------------------------


def test_it_gets_pixels_and_fixed_arguments_and_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_CANARY", "secret")
    does = f"{{ echo \"$@\"; env; head -c 15; }} >&2 2>/dev/null; head -c 3 >/dev/null; printf '{TABLE}'; env | grep -c CANARY"
    reader = program(tmp_path, monkeypatch, does)
    message = with_pictures(parse(mail(PAGE, "")), reader, AMELI, 60)
    assert not told(message), "grep found no canary and ended with 1"
    assert unread(message) == ["tesseract ended with status 1"]
    reader = program(
        tmp_path,
        monkeypatch,
        f"""test "$(head -c 2)" = P5 && test "$*" = "{" ".join(tesseract._ARGUMENTS)}" && printf '{TABLE}'""",
    )
    message = with_pictures(parse(mail(PAGE, "")), reader, AMELI, 60)
    assert told(message) == [(Layer.ATTACHMENT, "lettre\navis\nnumero")]
    assert not unread(message)


def test_it_can_write_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = program(tmp_path, monkeypatch, f"cat > '{tmp_path}/kept'")
    message = with_pictures(parse(mail(PAGE, "")), reader, AMELI, 60)
    assert unread(message)
    assert not (tmp_path / "kept").exists() or not (tmp_path / "kept").stat().st_size


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("exit 1", "tesseract ended with status 1"),
        ("kill -SEGV $$", "tesseract ended with status -11"),
        ("kill -KILL $$", "tesseract ended with status -9"),
        ("exec sleep 60", "longer than"),
        ("while :; do :; done", "longer than"),
        ("exec >&-; sleep 60", "longer than"),
        ("exec cat /dev/zero", "more than 1048576 bytes of output"),
    ],
    ids=["fails", "crashes", "is-killed", "sleeps", "turns", "closes-its-output", "does-not-stop"],
)
def test_a_program_that_fails_or_hangs_is_a_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, why: str
) -> None:
    reader = program(tmp_path, monkeypatch, does)
    message = with_pictures(parse(mail(PAGE, "")), reader, AMELI, 0.7 if why == "longer than" else 30)
    assert [detail for detail in unread(message) if detail.startswith(why)]
    assert not any(defect.structural for defect in message.defects if defect.code == UNREAD)
    assert not told(message)


def test_nothing_that_it_started_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrapper that has not given way to the program: both end."""
    reader = program(tmp_path, monkeypatch, f"{shutil.which('sleep')} 98.375 & wait")
    message = with_pictures(parse(mail(PAGE, "")), reader, AMELI, 0.7)
    assert unread(message) == ["longer than 0.7 s"]
    until(lambda: not running(b"98.375"), "ended")


def running(word: bytes) -> bool:
    """A process with that argument; one that has ended and is not yet reaped has none."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if word in path.read_bytes():
                return True
    return False


def test_of_two_hundred_pictures_four_are_read_and_it_is_said() -> None:
    head, _, _ = mail(PAGE, "").partition(b"\r\n\r\n")
    head = head[: head.index(b"Content-Type")] + b'Content-Type: multipart/mixed; boundary="b"\r\n'
    part = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    page = saved(letter(PLAIN[2:4], size=12, width=300))
    pages = [base64.encodebytes(page + bytes([number])) for number in range(200)]
    raw = head + b"\r\n" + b"".join(b"--b\r\n" + part + page + b"\r\n" for page in pages) + b"--b--\r\n"
    reader = Reader()
    message = with_pictures(parse(raw), reader, AMELI, 60)
    assert len(reader.sheets) == pictured.PICTURES
    assert unread(message) == ["more than 4 pictures, or than 40000000 pixels"]
    assert "too-many-pictures" in {defect.code for defect in message.defects}


def test_without_time_or_memory_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    message = parse(mail(PAGE, SHOWN))
    assert unread(with_pictures(message, Reader(), AMELI, -1.0)) == ["more than is read in 0.0 s"]

    def greedy(_: bytes) -> bytes:
        raise MemoryError

    monkeypatch.setattr(legible, "sheet", greedy)
    assert unread(with_pictures(message, Reader(), AMELI, 60)) == ["more memory than a message may use"]
    large = replace(message, pictures=(replace(message.pictures[0], data=PAGE + bytes(legible.SHEET_BYTES)),))
    assert unread(with_pictures(large, Reader(), AMELI, 60)) == ["a picture of more than 1048576 bytes"]


@pytest.mark.parametrize(
    ("author", "html", "read"),
    [
        ("Service client <info@dossier-sante.example>", SHOWN, True),
        ("info@dossier-sante.example", SHOWN, True),
        ("Aline Mercoeur <aline@atelier-bois.example>", SHOWN, False),
        ("Aline Mercoeur <aline@atelier-bois.example>", f'<a href="https://x.example/">{SHOWN}</a>', True),
        ("aline.mercoeur@courriel.example", SHOWN, False),
        ("aline.mercoeur@courriel.example", f'{SHOWN}<a href="https://x.example/">ici</a>', True),
        ("Mutuelle des Lilas <lettre@mutuelle-lilas.example>", SHOWN, False),
    ],
)
def test_who_gives_a_name_of_his_own_shows_pictures(author: str, html: str, read: bool) -> None:
    reader = Reader()
    with_pictures(parse(mail(PAGE, html, author=author)), reader, AMELI, 60)
    assert bool(reader.sheets) is read


@pytest.mark.parametrize("output", ["", "nonsense", r"\xff\xfe\x00", r"5\t1\t1\t1\t1\t1\t0\t0\t9\t9\tx\tmot\n"])
def test_nonsense_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    reader = program(tmp_path, monkeypatch, f"printf '{output}'")
    assert not told(with_pictures(parse(mail(PAGE, "")), reader, AMELI, 60))


def test_words_that_it_is_not_sure_of_are_left_out() -> None:
    def row(line: int, sure: float, text: str) -> str:
        return f"5\t1\t1\t1\t{line}\t1\t0\t0\t9\t9\t{sure}\t{text}"

    lines = [
        "head",
        row(1, 95, "votre"),
        row(1, 91, "carte"),
        row(1, 12, "~;x"),
        row(1, 93, "vitale"),
        row(2, 30, "ameli"),
    ]
    assert tesseract._lines("\n".join(lines)) == "votre carte vitale"
    assert tesseract._lines("\n".join(lines[:3])) == "", "two words are no text"


def test_without_the_program_or_its_french_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tesseract.installed() is None
    settings = JudgeSettings(dns=DnsSettings(zone_file=zone(tmp_path)))
    assert Examiner(settings).examine(mail(PAGE), now=NOW).error is None
    assert '"ocr":""' in edition(settings).settings
    other = tmp_path / "other"
    other.mkdir()
    (other / "tesseract").write_text("#!/bin/sh\necho tesseract 5.0.0 eng\n")
    (other / "tesseract").chmod(0o755)
    monkeypatch.setenv("PATH", str(other))
    assert tesseract.installed() is None


# -- verdicts ------------------------------------------------------------------------------------------------------------


def zone(folder: Path) -> Path:
    path = folder / "zone.toml"
    path.write_text('[txt]\n"_dmarc.ameli.fr" = ["v=DMARC1; p=reject"]\n')
    return path


def test_a_verdict_says_what_read_its_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "exit 1")
    on, off = JudgeSettings(), JudgeSettings(limits=LimitSettings(ocr=False))
    then = edition(on)
    assert '"ocr":"tesseract 9.9.9 fra"' in then.settings
    assert '"ocr":""' in edition(off).settings
    assert settings_of(then, off) == on
    assert settings_of(edition(off), on) == off
    before = then.settings.replace('"ocr":"tesseract 9.9.9 fra",', "")
    back = settings_of(replace(then, settings=before), on)
    assert back is not None, "a verdict of a version that read no pictures"
    assert not back.limits.ocr
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert settings_of(then, on) is None, "what read them then is not here"


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerPool]:
    dns = DnsSettings(zone_file=zone(tmp_path_factory.mktemp("dns")))
    with WorkerPool(JudgeSettings(dns=dns, limits=LimitSettings(workers=1, wall_s=60, cpu_s=60))) as judging:
        yield judging


def test_a_letter_that_is_a_picture_is_judged_in_the_process_that_can_be_killed(
    tmp_path: Path, pool: WorkerPool
) -> None:
    assert tesseract.installed() is not None, "tesseract and its French are not installed: make servers"
    case = pool.submit(mail(PAGE), received=None, key="a", now=NOW).result(120)
    assert case.error is None
    assert case.verdict.label is Label.IMPERSONATION
    assert any(quote.where == "image/page.png" for finding in case.verdict.findings for quote in finding.quotes)
    dns = DnsSettings(zone_file=zone(tmp_path))
    blind = Examiner(JudgeSettings(dns=dns, limits=LimitSettings(ocr=False)))
    assert blind.examine(mail(PAGE), now=NOW).verdict.label is Label.UNRELATED


def test_pictures_of_25_million_pixels_leave_a_verdict(pool: WorkerPool) -> None:
    """Of four bytes a pixel, and of sixteen bits of grey; the process has the memory that it usually has."""
    for depth, kind in ((8, 6), (16, 0)):
        case = pool.submit(mail(bomb(5_000, 4_999, depth, kind)), received=None, key="a", now=NOW).result(120)
        assert (case.error, case.verdict.label) == (None, Label.UNRELATED)


def test_a_slow_program_leaves_the_verdict_that_stands_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, monkeypatch, f"echo $$ > /dev/null; exec {shutil.which('sleep')} 67.125")
    limits = LimitSettings(workers=1, wall_s=12)
    with WorkerPool(JudgeSettings(dns=DnsSettings(zone_file=zone(tmp_path)), limits=limits)) as pool:
        case = pool.submit(mail(PAGE), received=None, key="a", now=NOW).result(120)
    assert (case.error, case.verdict.label) == (None, Label.UNRELATED)
    assert not running(b"67.125"), "it outlived the message"


def test_a_banner_is_read_as_it_is() -> None:
    assert tesseract.installed() is not None, "tesseract and its French are not installed: make servers"
    reader = tesseract.installed()
    assert reader is not None, "tesseract and its French are not installed: make servers"
    sheet = legible.sheet(saved(letter(tuple(line.replace("é", "e") for line in BANNER), size=30)))
    assert sheet is not None
    assert "Nos conseillers vous attendent" in reader.read(sheet, 60)
