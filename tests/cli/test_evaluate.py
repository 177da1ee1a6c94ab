"""`vigie evaluate`: labels in, figures out; what it counts, and how it says that a label is wrong."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.program import FALSE, GENUINE, JUDGING, ORDINARY, vigie
from vigie.cli.evaluate import page
from vigie.cli.evaluate.command import Wanted, evaluate
from vigie.cli.evaluate.labels import labelled, unknown_folders
from vigie.cli.evaluate.measures import Judged, Share, measure, worst
from vigie.cli.evaluate.runs import Apart, apart, changes, read, save
from vigie.cli.status import Fault
from vigie.rules.types import Label

IMP, SUS, UND, GEN, UNR = Label.IMPERSONATION, Label.SUSPICIOUS, Label.UNDECIDED, Label.GENUINE, Label.UNRELATED
RUN = (
    Judged("a", (IMP,), IMP, "card", ("qr",), ("claim-text", "link-outside"), 2.0),
    Judged("b", (IMP, SUS), SUS, "card", (), ("claim-text",), 4.0),
    Judged("c", (IMP,), UNR, "refund", ("qr",), (), 1.0),
    Judged("d", (UNR,), UNR, "press", (), (), 1.0),
    Judged("e", (UNR, UND), IMP, "press", (), ("claim-text",), 1.0),
    Judged("f", (GEN,), GEN, "genuine", (), (), 1.0),
    Judged("g", (UNR,), GEN, "genuine", (), (), 90.0),
)
labels = st.sampled_from(list(Label))


def test_what_is_counted():
    found = measure(RUN, ["claim-text", "never-used"])
    assert (found.mails, found.right) == (7, Share(4, 7))
    assert (found.recall, found.warned) == (Share(1, 3), Share(2, 3))
    assert (found.precision, found.accused, found.doubted) == (Share(1, 2), Share(1, 4), Share(0, 4))
    assert (found.proven, found.believed) == (Share(1, 1), Share(1, 6))
    assert found.confusion[IMP, UNR] == 1
    assert found.themes["card"] == Share(2, 2)
    assert found.evasions == {"qr": Share(1, 2)}
    assert [(rule.rule, rule.found_in, rule.precision.part) for rule in found.rules] == [
        ("claim-text", 3, 2),
        ("link-outside", 1, 1),
        ("never-used", 0, 0),
    ]
    assert found.times_ms == (1.0, 90.0, 90.0, 90.0)


def test_the_dearest_mistake_comes_first():
    assert [mail.name for mail in worst(RUN)] == ["g", "e", "c"]


@given(st.lists(st.tuples(st.lists(labels, min_size=1, max_size=3), labels)))
def test_numbers_add_up_whatever_the_verdicts(pairs):
    mails = [Judged(str(number), tuple(accept), got) for number, (accept, got) in enumerate(pairs)]
    found = measure(mails)
    assert sum(found.confusion.values()) == len(mails)
    assert found.right.part + len(worst(mails)) == len(mails)
    assert found.recall.part <= found.warned.part
    for share in (found.right, found.recall, found.precision, found.accused, found.believed):
        low, high = share.interval
        assert 0 <= low <= high <= 1
        assert not share.whole or low <= share.value <= high + 1e-9


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "illisible"),
        ('["none.eml"]\naccept = ["genuine"]\n', "ce fichier n'existe pas"),
        ('["../a.eml"]\naccept = ["genuine"]\n', "ce fichier n'existe pas"),
        ('[a.eml]\naccept = ["genuine"]\n', 'il faut des guillemets : ["a.eml"]'),
        ('["a.eml"]\naccept = ["fake"]\n', "une liste de verdicts est attendue (sans rapport, "),
        ('["a.eml"]\naccept = "genuine"\n', "une liste de verdicts"),
        ('["a.eml"]\naccept = ["genuine"]\nthem = "x"\n', "clé inconnue them (connues : accept, evasions, theme)"),
        ("", "aucun courriel étiqueté"),
    ],
)
def test_wrong_labels_get_one_line(tmp_path, text, said):
    (tmp_path / "a.eml").write_bytes(b"From: a@example.org\n\n")
    (tmp_path / "labels.toml").write_text(text)
    with pytest.raises(Fault) as raised:
        labelled(tmp_path)
    assert said in str(raised.value)
    assert raised.value.status == 2


def test_labels_are_verdicts_in_either_language(tmp_path):
    (tmp_path / "a.eml").write_bytes(b"From: a@example.org\n\n")
    (tmp_path / "labels.toml").write_text('["a.eml"]\naccept = ["usurpation", "Suspicious"]\n')
    (found,) = labelled(tmp_path)
    assert found.accept == (Label.IMPERSONATION, Label.SUSPICIOUS)


def test_folders_named_after_verdicts_are_labels(tmp_path):
    for name in ("genuine/a.eml", "impersonation/card/b.eml"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(b"\n")
    found = [(item.name, item.accept, item.theme) for item in labelled(tmp_path)]
    assert found == [("genuine/a.eml", (GEN,), ""), ("impersonation/card/b.eml", (IMP,), "card")]


def test_folders_may_have_the_french_names_and_others_are_told(tmp_path):
    names = ("usurpation", "suspect", "inde\u0301cis", "indecis", "Authentique", "sans rapport", "faux", "vide", ".git")
    for name in names:
        (tmp_path / name).mkdir()
        if name != "vide":
            (tmp_path / name / "a.eml").write_bytes(b"\n")
    assert {(item.name.partition("/")[0], *item.accept) for item in labelled(tmp_path)} == {
        *(("usurpation", IMP), ("suspect", SUS), ("inde\u0301cis", UND), ("indecis", UND)),
        *(("Authentique", GEN), ("sans rapport", UNR)),
    }
    assert unknown_folders(tmp_path) == ("faux",)
    (tmp_path / "labels.toml").write_text("")
    assert unknown_folders(tmp_path) == ()


def test_an_unknown_folder_is_warned_of(tmp_path, capsys):
    for name in ("faux", "usurpation"):
        (tmp_path / name).mkdir()
    shutil.copy(ORDINARY, tmp_path / "faux" / "a.eml")
    with pytest.raises(Fault, match="usurpation"):
        evaluate(None, Wanted(tmp_path))
    shutil.copy(ORDINARY, tmp_path / "usurpation" / "a.eml")
    evaluate(None, Wanted(tmp_path))
    said = capsys.readouterr().err
    assert "non lu, son nom n'est pas un verdict : faux (noms compris : sans rapport, authentique" in said


def test_new_gone_and_relabelled_mails_are_counted():
    later = [Judged("a", (IMP,), IMP), Judged("b", (UNR,), SUS), Judged("new", (IMP,), IMP)]
    assert apart(later, RUN) == Apart(("new",), ("c", "d", "e", "f", "g"), ("b",))
    assert apart(RUN, RUN) == Apart((), (), ())


def test_runs_are_compared(tmp_path):
    save(tmp_path / "run.json", RUN)
    assert read(tmp_path / "run.json") == RUN
    later = [Judged("a", (IMP,), UNR), Judged("c", (IMP,), IMP), Judged("new", (IMP,), IMP)]
    found = changes(later, RUN)
    assert [(change.mail.name, change.before, change.better, change.worse) for change in found] == [
        ("a", IMP, False, True),
        ("c", UNR, True, False),
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "mails": []}', '{"version": 1, "mails": [1]}'])
def test_what_is_no_run_is_refused(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(Fault, match="--save"):
        read(tmp_path / "run.json")


def test_the_page_escapes_names():
    mails = [Judged("<script>x</script>.eml", (IMP,), UNR, "<b>theme</b>")]
    html = page.render("<i>", measure(mails), mails, page.Compared(), at=datetime(2026, 11, 22, tzinfo=UTC))
    assert "<script" not in html
    assert "<b>theme" not in html
    assert "&lt;script&gt;" in html


def test_a_folder_is_evaluated(tmp_path):
    mails = tmp_path / "mails"
    for label, mail in (
        ("impersonation", FALSE),
        ("genuine", GENUINE),
        ("unrelated", ORDINARY),
        ("suspicious", ORDINARY),
    ):
        (mails / label).mkdir(parents=True)
        shutil.copy(mail, mails / label)
    (mails / "vigie.toml").write_text(JUDGING)
    done = vigie("--lang", "en", "evaluate", "mails", "--save", "run.json", "--report", "page.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "75.0% (3/4)" in done.stdout
    assert f"unrelated     suspicious/{ORDINARY.name}  (wanted: suspicious)" in done.stdout
    assert "<svg" in (tmp_path / "page.html").read_text()
    assert b"Subject" not in (tmp_path / "run.json").read_bytes()
    run = json.loads((tmp_path / "run.json").read_text())
    assert [mail["verdict"] for mail in run["mails"]] == ["unrelated", "genuine", "unrelated", "impersonation"]
    (mails / "genuine" / GENUINE.name).unlink()
    (mails / "impersonation" / FALSE.name).rename(mails / "impersonation" / "new.eml")
    again = vigie("--lang", "en", "evaluate", "mails", "--against", "run.json", "--report", "page.html", cwd=tmp_path)
    assert "2 gone since: genuine/" in (tmp_path / "page.html").read_text(), "the page compares as the terminal does"
    assert "0 mended, 0 lost, 0 verdicts changed" in again.stdout
    assert "  1 new, without an earlier verdict: impersonation/new.eml" in again.stdout
    assert "  2 gone since: genuine/" in again.stdout


@pytest.mark.parametrize("arguments", [["absent"], ["mails", "--against", "absent.json"], []])
def test_bad_input_gets_one_line(tmp_path, arguments):
    (tmp_path / "mails").mkdir()
    done = vigie("evaluate", *arguments, cwd=tmp_path)
    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stderr


def test_the_interval_of_nothing_holds_nothing():
    assert all(Share(0, whole).interval[0] == 0.0 and Share(whole, whole).interval[1] == 1.0 for whole in range(1, 200))
