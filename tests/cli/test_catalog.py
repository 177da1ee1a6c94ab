"""`vigie catalog` lists every pack with its samples, and `--verify` refuses one that fails them; `vigie doctor` reminds of old facts."""

from datetime import date

import pytest

from tests.rules.test_packs import OWN
from vigie.cli import doctor
from vigie.cli.catalog import catalog
from vigie.cli.status import Fault, Status
from vigie.rules import brand


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "lilas.toml").write_text(OWN, encoding="utf-8")
    brand.load.cache_clear()
    return packs


def test_the_shipped_packs_are_listed_and_pass(folder, capsys):
    assert catalog(None, verify=True) is Status.DONE
    shown = capsys.readouterr().out
    assert all(name in shown for name in brand.names())
    assert "✗" not in shown
    assert catalog(None) is Status.DONE
    assert "link-outside" in capsys.readouterr().out


def test_a_folder_is_listed_too(folder, capsys):
    assert catalog(None, folder=folder, verify=True) is Status.DONE
    assert "lilas" in capsys.readouterr().out


def test_a_pack_that_fails_its_samples_ends_with_2(folder, capsys):
    (folder / "lilas.toml").write_text(OWN.replace('kind = "false"', 'kind = "other"'), encoding="utf-8")
    assert catalog(None, folder=folder, verify=True) is Status.USAGE
    assert "✗" in capsys.readouterr().out


def test_a_bad_pack_is_one_line_and_the_others_are_shown(folder, capsys):
    (folder / "lilas.toml").write_text("name = 1", encoding="utf-8")
    assert catalog(None, folder=folder) is Status.USAGE
    shown = capsys.readouterr().out
    assert "✗" in shown
    assert "urssaf" in shown
    with pytest.raises(Fault):
        catalog(None, folder=folder / "absent")


def test_doctor_reminds_of_old_facts_without_a_fault():
    pack = brand.load("ameli")
    assert doctor._pack(pack, date(2026, 11, 22), own=False).remedy == ""
    late = doctor._pack(pack, date(2099, 1, 1), own=False)
    assert late.good
    assert "3646" in late.remedy or "..." in late.remedy


def test_doctor_names_a_pack_of_ones_own_that_fails(folder):
    assert doctor._pack(brand.load("lilas", folder), date(2026, 11, 22), own=True).good
    (folder / "lilas.toml").write_text(OWN.replace('kind = "false"', 'kind = "other"'), encoding="utf-8")
    brand.load.cache_clear()
    found = doctor._pack(brand.load("lilas", folder), date(2026, 11, 22), own=True)
    assert not found.good
    assert "docs/brands.md" in found.remedy
    assert found.setup == "brand-refused"
