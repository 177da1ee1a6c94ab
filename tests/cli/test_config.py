"""vigie.toml: what is read, and the one line that each mistake gets."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.cli import config, example, language
from vigie.cli.config import ConfigError

ROOT = Path(__file__).parents[2]
FILE = Path("/etc/vigie/vigie.toml")
ACCOUNT = """\
[[accounts]]
name = "accueil"
host = "imap.example.org"
username = "accueil@example.org"
password_file = "pw"
"""
OAUTH = ACCOUNT.replace('password_file = "pw"', '[accounts.oauth]\nprovider = "google"\nclient_id = "x"')


@pytest.fixture(autouse=True)
def french():
    language.use("fr")
    yield
    language.use("fr")


def test_relative_paths_are_relative_to_the_file(tmp_path):
    (tmp_path / "zone.toml").touch()
    text = '[ledger]\nurl = "sqlite:///data/v.db"\n[dns]\nzone_file = "zone.toml"\n' + ACCOUNT
    read = config.parse(text, tmp_path / "vigie.toml")
    assert read.ledger == f"sqlite:///{tmp_path}/data/v.db"
    assert read.judge.dns.zone_file == tmp_path / "zone.toml"
    assert read.accounts[0].password_file == tmp_path / "pw"
    assert read.base == tmp_path


def test_absolute_paths_stay(tmp_path):
    text = '[ledger]\nurl = "sqlite:////var/lib/vigie/v.db"\n' + ACCOUNT.replace('"pw"', '"/run/pw"')
    read = config.parse(text, tmp_path / "vigie.toml")
    assert read.ledger == "sqlite:////var/lib/vigie/v.db"
    assert read.accounts[0].password_file == Path("/run/pw")


def test_the_order_in_which_files_are_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    named, other = tmp_path / "a.toml", tmp_path / "b.toml"
    assert config.find(named, {"VIGIE_CONFIG": str(other)}) == named
    assert config.find(None, {"VIGIE_CONFIG": str(other)}) == other
    (tmp_path / "vigie.toml").touch()
    assert config.find(None, {}) == Path("vigie.toml")


def test_a_folder_that_may_not_be_entered_holds_none(tmp_path, monkeypatch):
    (tmp_path / "vigie.toml").touch()
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0)
    me = os.geteuid()
    if me == 0:  # whom nothing keeps out
        os.seteuid(65534)
    try:
        assert config.find(None, {}) != Path("vigie.toml")
    finally:
        os.seteuid(me)
        tmp_path.chmod(0o700)


# text, what the line has to hold: the place, what is wrong, what would be right
MISTAKES = [
    ("[dns\n", [":1:", "TOML incorrect"]),
    ("[dns]\nport = 1\nport = 2\n", ["TOML incorrect", "deux fois"]),
    ("nameservers = 127.0.0.1\n", [":1:", "TOML incorrect"]),
    ("[dnz]\n", [":1: dnz: clé inconnue", "vouliez-vous dire dns ?"]),
    ("[dns]\nnameserver = []\n", [":2: dns.nameserver: clé inconnue", "vouliez-vous dire nameservers ?"]),
    ("[dns]\nport = 0\n", [":2: dns.port: valeur incorrecte", "≥ 1"]),
    ("[dns]\nport = 99999\n", [":2: dns.port: valeur incorrecte", "≤ 65535"]),
    ('[dns]\nport = "x"\n', [":2: dns.port: mauvais type", "nombre entier"]),
    ('[dns]\nnameservers = "127.0.0.1"\n', [":2: dns.nameservers: mauvais type", "une liste"]),
    ('[dns]\nnameservers = ["dns.example"]\n', [":2: dns.nameservers: valeur incorrecte", "adresses IP"]),
    ('[dns]\nzone_file = "absent.toml"\n', [":2: dns.zone_file: fichier introuvable"]),
    ('[trust]\nrelays = ["x"]\n', [":2: trust.relays: valeur incorrecte", "192.0.2.0/24"]),
    ('[trust]\nprovider = "gmial"\n', [":2: trust.provider: valeur incorrecte", '"gmail"']),
    ('[ledger]\nurl = "mysql://u:geheim@h/d"\n', [":2: ledger.url: valeur incorrecte", "sqlite:///vigie.db"]),
    ("[brands]\nenabled = []\n", [":2: brands.enabled: liste vide"]),
    ('[brands]\nenabled = ["amelie"]\n', [":2: brands.enabled: marque inconnue", "ameli"]),
    ("accounts = 3\n", [":1: accounts: mauvais type", "[[accounts]]"]),
    ('[accounts]\nname = "x"\n', [":1: accounts: mauvais type", "[[accounts]]"]),
    (ACCOUNT + "prot = 993\n", [":6: accounts[accueil].prot: clé inconnue", "vouliez-vous dire port ?"]),
    (ACCOUNT + 'password = "geheim"\n', [":6: accounts[accueil].password: clé inconnue", "password_file"]),
    (ACCOUNT + 'mode = "geheim"\n', [":6: accounts[accueil].mode: valeur incorrecte", '"observe", "tag", "enforce"']),
    (ACCOUNT + 'schedule = "tous les jours"\n', [":6: accounts[accueil].schedule: valeur incorrecte", '"5m"']),
    (ACCOUNT + 'tls = "none"\n', ["accounts[accueil]", "refusé hors de la machine"]),
    (ACCOUNT + 'password_env = "X"\n', ["accounts[accueil]", "exactement une"]),
    (OAUTH + 'clientid = "x"\n', [":8: accounts[accueil].oauth.clientid: clé inconnue", "client_id ?"]),
    (
        OAUTH + 'client_secret = "geheim"\n',
        [":8: accounts[accueil].oauth.client_secret: clé inconnue", "client_secret_file"],
    ),
    (OAUTH + 'issuer = "http://geheim"\n', [":8: accounts[accueil].oauth.issuer: valeur incorrecte", "https://"]),
    (OAUTH + 'flow = "geheim"\n', [":8: accounts[accueil].oauth.flow: valeur incorrecte", '"device"']),
    (OAUTH + "client_secret_command = []\n", [":8: accounts[accueil].oauth.client_secret_command: liste vide"]),
    (OAUTH + 'ca_file = "absent.pem"\n', [":8: accounts[accueil].oauth.ca_file: fichier introuvable"]),
    (OAUTH.replace('client_id = "x"\n', ""), [":5: accounts[accueil].oauth.client_id: clé manquante"]),
    (OAUTH.replace("google", "oidc"), [":5: accounts[accueil].oauth: issuer va avec"]),
    (OAUTH + 'issuer = "https://login.example.org"\n', [":5: accounts[accueil].oauth: issuer va avec"]),
    (OAUTH + 'flow = "device"\n', [":5: accounts[accueil].oauth", "chez Google"]),
    (OAUTH + 'flow = "app"\n', [":5: accounts[accueil].oauth", "demande client_secret_file"]),
    (OAUTH + 'flow = "app"\nclient_secret_env = "X"\n', [":5: accounts[accueil].oauth", "chez Google"]),
    (OAUTH + 'client_secret_env = "X"\nclient_secret_file = "x"\n', [":5: accounts[accueil].oauth: une seule"]),
    (ACCOUNT + '[accounts.oauth]\nprovider = "google"\nclient_id = "x"\n', ["accounts[accueil]", "exactement une"]),
    (ACCOUNT.replace('file = "pw"', "command = []"), [":5: accounts[accueil].password_command: liste vide"]),
    (ACCOUNT + 'ca_file = "absent.pem"\n', [":6: accounts[accueil].ca_file: fichier introuvable"]),
    (ACCOUNT.replace('host = "imap.example.org"\n', ""), ["accounts[accueil].host: clé manquante"]),
    (ACCOUNT + ACCOUNT, [":7: accounts[accueil].name: nom déjà pris"]),
    (ACCOUNT + ACCOUNT.replace("accueil", "b", 1) + "prot = 1\n", [":11: accounts[b].prot: clé inconnue"]),
    (ACCOUNT.replace('"accueil"', '"a b"'), [":2: accounts[1].name: valeur incorrecte", "lettres, chiffres"]),
]


@pytest.mark.parametrize(("text", "parts"), MISTAKES)
def test_each_mistake_gets_one_line_without_any_value(text, parts):
    with pytest.raises(ConfigError) as caught:
        config.parse(text, FILE)
    line = str(caught.value)
    assert line.startswith(str(FILE))
    assert "\n" not in line
    assert "geheim" not in line
    for part in parts:
        assert part in line
    assert caught.value.status == 2


@pytest.mark.parametrize(("text", "parts"), MISTAKES)
def test_the_same_in_english(text, parts):
    language.use("en")
    with pytest.raises(ConfigError) as caught:
        config.parse(text, FILE)
    assert not re.search(r"[éèê]|valeur|inconnu", str(caught.value))


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path):
    path = tmp_path / "vigie.toml"
    path.write_bytes(b"[dns]\n# \xe9\n")
    with pytest.raises(ConfigError, match=r"vigie\.toml:2: n'est pas de l'UTF-8"):
        config.load(path)


def test_a_missing_file_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.toml: ne peut pas être lu"):
        config.load(tmp_path / "absent.toml")


@given(
    section=st.sampled_from(["dns", "trust", "limits", "ledger", "brands"]),
    key=st.sampled_from(["port", "url", "enabled", "nameservers", "provider", "workers", "zz", "zone_file"]),
    value=st.integers() | st.booleans() | st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=8),
)
def test_whatever_stands_there_either_loads_or_is_one_line(section, key, value):
    shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
    try:
        config.parse(f"[{section}]\n{key} = {shown}\n", FILE)
        said = ""
    except ConfigError as error:
        said = str(error)
    assert "\n" not in said


def test_the_shipped_example_is_generated_from_the_models():
    shipped = (ROOT / "deploy" / "vigie.example.toml").read_text(encoding="utf-8")
    made = subprocess.run((sys.executable, "-m", "vigie.cli.example"), capture_output=True, text=True, check=True)
    assert shipped == made.stdout, "python -m vigie.cli.example > deploy/vigie.example.toml"


def test_the_example_loads_as_it_is():
    read = config.parse(example.render(), FILE)
    assert [account.name for account in read.accounts] == ["accueil"]


def test_every_default_of_the_example_is_a_right_value():
    for header, model in example.SECTIONS:
        body = example.render().split(f"\n{header}\n")[1].split("\n\n")[0]
        for line in body.splitlines():
            key, _, value = line.removeprefix("# ").partition(" = ")
            assert key in model.model_fields
            assert key in tomllib.loads(f"{key} = {value}")


def test_the_eight_lines_are_eight_and_load():
    assert len(example.EIGHT_LINES.splitlines()) == 8
    assert config.parse(example.EIGHT_LINES, FILE).accounts[0].mode == "observe"
