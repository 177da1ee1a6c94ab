"""Both manifests against what Microsoft publishes of them: the XSD of add-in only manifests, the JSON schema of unified ones.

The essentials of both stand here as tables, since neither lies on a fresh machine; tests/soak/office.py takes the published schema.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from tests.outlook.builder import BUILDER, built

ORIGIN = "https://vigie.example.org"
BASE = f"{ORIGIN}/addins/outlook"
APP = "{http://schemas.microsoft.com/office/appforoffice/1.1}"
BASIC = "{http://schemas.microsoft.com/office/officeappbasictypes/1.0}"
V10 = "{http://schemas.microsoft.com/office/mailappversionoverrides}"
V11 = "{http://schemas.microsoft.com/office/mailappversionoverrides/1.1}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

# Children in the order of the XSD (OfficeAppManifestV1_1, MailAppVersionOverridesV1_0 and V1_1, OfficeAppBasicTypesV1_0), by local name,
# or by xsi:type where that decides. "?": may be missing, "*": any number, "+": one at least. ReportPhishing*: the published reference.
ORDER = {
    "MailApp": "Id Version ProviderName DefaultLocale DisplayName Description IconUrl HighResolutionIconUrl? SupportUrl? AppDomains? Hosts"
    " Requirements FormSettings Permissions Rule DisableEntityHighlighting? VersionOverrides?",
    "VersionOverridesV1_0": "Description? Requirements? Hosts? Resources? VersionOverrides?",
    "VersionOverridesV1_1": "Description? Requirements? Hosts? Resources? VersionOverrides?",
    "DisplayName": "Override*",
    "Description": "Override*",
    "AppDomains": "AppDomain+",
    "Hosts": "Host+",
    "Requirements": "Sets",
    "Sets": "Set+",
    "FormSettings": "Form+",
    "ItemRead": "DesktopSettings TabletSettings? PhoneSettings?",
    "DesktopSettings": "SourceLocation RequestedHeight",
    "RuleCollection": "Rule+",
    "MailHost": "Runtimes? DesktopFormFactor?",
    "Runtimes": "Runtime+",
    "Runtime": "Override?",
    "DesktopFormFactor": "FunctionFile? ExtensionPoint+",
    "MessageReadCommandSurface": "OfficeTab* CustomTab*",
    "OfficeTab": "Group+",
    "Group": "Label Control+",
    "Button": "Label Supertip Icon Action",
    "Supertip": "Title Description",
    "Icon": "Image+",
    "ShowTaskpane": "SourceLocation SupportsPinning?",
    "ExecuteFunction": "FunctionName",
    "ReportPhishingCommandSurface": "ReportPhishingCustomization",
    "ReportPhishingCustomization": "Control PreProcessingDialog SourceLocation",
    "PreProcessingDialog": "Title Description ReportingOptions? FreeTextLabel? MoreInfo?",
    "Resources": "Images? Urls? ShortStrings? LongStrings?",
    "Images": "Image+",
    "Urls": "Url+",
    "ShortStrings": "String+",
    "LongStrings": "String+",
    "String": "Override*",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("built"), origin=ORIGIN)


@pytest.fixture(scope="module")
def xml(folder: Path) -> ET.Element:
    return ET.parse(folder / "manifest.xml").getroot()


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(folder.parent / "vigie-outlook.zip") as made:
        assert made.testzip() is None
        return {name: made.read(name) for name in made.namelist()}


@pytest.fixture(scope="module")
def unified(package: dict[str, bytes]) -> Any:
    return json.loads(package["manifest.json"])


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def kind(element: ET.Element) -> str:
    given = element.get(XSI)
    return local(element) if given is None or given == "ItemIs" else given


def test_every_element_stands_where_the_schema_has_it(xml: ET.Element) -> None:
    for element in xml.iter():
        children = " ".join(local(child) for child in element) + " "
        if children == " " and kind(element) not in ORDER:
            continue
        marks = {"?": "?", "*": "*", "+": "+"}
        order = [(word.rstrip("?*+"), marks.get(word[-1], "")) for word in ORDER[kind(element)].split()]
        pattern = "".join(f"(?:{name} ){mark}" for name, mark in order)
        assert re.fullmatch(pattern, children.lstrip()), f"{kind(element)}: {children}"


def test_who_it_is_and_what_it_may(xml: ET.Element) -> None:
    def text(name: str) -> str:
        return xml.findtext(f"{APP}{name}", "")

    assert GUID.fullmatch(text("Id"))
    assert re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,5}){3}", text("Version"))
    assert int(text("Version").partition(".")[0]) >= 1
    assert text("DefaultLocale") == "fr-FR"
    assert text("Permissions") == "ReadItem"
    assert {(one.get(XSI), one.get("ItemType"), one.get("FormType")) for one in xml.iter(f"{APP}Rule")} == {
        ("RuleCollection", None, None),
        ("ItemIs", "Message", "Read"),
    }
    assert [one.attrib for one in xml.iter(f"{APP}Set")] == [{"Name": "Mailbox", "MinVersion": "1.8"}]
    assert [one.get("DefaultMinVersion") for one in xml.iter(f"{BASIC}Sets")] == ["1.8", "1.14"]
    assert 32 <= int(xml.findtext(f".//{APP}RequestedHeight", "0")) <= 450


def test_every_address_is_ours_by_https(xml: ET.Element, folder: Path) -> None:
    found = [value for one in xml.iter() for value in (*one.attrib.values(), one.text or "") if "://" in value]
    addresses = {value for value in found if not value.startswith("http://schemas.")}
    assert addresses
    for address in addresses - {ORIGIN}:
        assert address.startswith(f"{BASE}/")
        assert (folder / address.removeprefix(f"{BASE}/")).is_file(), address


def test_texts_fit_and_are_in_both_languages(xml: ET.Element) -> None:
    """ShortString has 125 characters, LongString 250; Override for whoever does not read French."""
    short, long = 125, 250
    for element in xml.iter():
        if element.get("DefaultValue") is None or "://" in str(element.get("DefaultValue")):
            continue
        others = {one.get("Locale"): one.get("Value", "") for one in element if local(one) == "Override"}
        if element.get("DefaultValue") != "Vigie":
            assert set(others) == {"en-US", "en-GB"}, element.attrib
        most = (
            long if local(element) == "Description" or str(element.get("id")).endswith((".tip", ".consent")) else short
        )
        assert all(0 < len(value) <= most for value in (str(element.get("DefaultValue")), *others.values()))


@pytest.mark.parametrize("space", [V10, V11])
def test_whatever_is_named_is_there(xml: ET.Element, folder: Path, space: str) -> None:
    """Nodes of 1.0 and 1.1 share nothing: each names resources of its own."""
    (node,) = xml.iter(f"{space}VersionOverrides")
    (resources,) = node.findall(f"{space}Resources")
    ids = [one.get("id") for one in resources.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    named = {
        one.get("resid")
        for part in node
        if local(part) != "VersionOverrides"
        for one in part.iter()
        if one.get("resid")
    }
    assert named == set(ids)
    assert all(len(str(one)) <= 32 for one in ids)
    sizes = [one.get("size") for one in next(node.iter(f"{space}Icon"))]
    assert sizes == ["16", "32", "80"]
    for function in node.iter(f"{space}FunctionName"):
        assert f'Office.actions.associate("{function.text}"' in (folder / "runtime.js").read_text(encoding="utf-8")


def test_icons_have_the_size_that_they_are_asked_for(xml: ET.Element, folder: Path, package: dict[str, bytes]) -> None:
    sizes = {path.name: Image.open(path).size for path in (folder / "icons").glob("*.png")}
    for name, (width, height) in sizes.items():
        assert width == height
        assert name == f"vigie-{width}.png" or name in ("color.png", "outline.png")
    assert Image.open(io.BytesIO(package["color.png"])).size == (192, 192)
    outline = Image.open(io.BytesIO(package["outline.png"])).convert("RGBA")
    assert outline.size == (32, 32)
    alpha, *shades = (outline.getchannel(one).tobytes() for one in "ARGB")
    drawn = {shade for solid, shade in zip(alpha, zip(*shades, strict=True), strict=True) if solid == 255}
    assert drawn == {(255, 255, 255)}  # white on transparent, nothing else
    assert str(xml.find(f"{APP}IconUrl").get("DefaultValue")).endswith("-64.png")  # type: ignore[union-attr]  # the XSD's order has it
    assert str(xml.find(f"{APP}HighResolutionIconUrl").get("DefaultValue")).endswith("-128.png")  # type: ignore[union-attr]  # the same


# The unified manifest, as its published schema 1.21 has it: for each kind of object what has to be there, and what may be.
SHAPES: dict[str, tuple[str, str]] = {
    "": (
        "manifestVersion version id developer name description icons accentColor",
        "$schema localizationInfo validDomains authorization extensions",
    ),
    "developer": ("name websiteUrl privacyUrl termsOfUseUrl", ""),
    "name": ("short", "full"),
    "description": ("short full", ""),
    "icons": ("outline color", ""),
    "localizationInfo": ("defaultLanguageTag", "additionalLanguages"),
    "localizationInfo.additionalLanguages": ("languageTag file", ""),
    "authorization": ("", "permissions"),
    "authorization.permissions": ("", "resourceSpecific"),
    "authorization.permissions.resourceSpecific": ("name type", ""),
    "extensions": ("", "requirements runtimes ribbons alternates"),
    "requirements": ("", "capabilities scopes formFactors"),
    "capabilities": ("name", "minVersion maxVersion"),
    "runtimes": ("id code", "requirements type lifetime actions"),
    "code": ("page", "script"),
    "actions": ("id type", "displayName pinnable view multiselect supportsNoItemContext"),
    "ribbons": ("tabs", "requirements contexts fixedControls spamPreProcessingDialog"),
    "tabs": ("", "id label position builtInTabId groups"),
    "groups": ("", "id label icons controls builtInGroupId"),
    "controls": ("id type label icons supertip", "actionId enabled"),
    "fixedControls": ("id type label icons supertip actionId enabled", ""),
    "spamPreProcessingDialog": ("title description", "spamReportingOptions spamFreeTextSectionTitle spamMoreInfo"),
    "supertip": ("title description", ""),
    "extensions icons": ("size url", ""),
}
MOST = {
    "developer.name": 32,
    "name.short": 30,
    "name.full": 100,
    "description.short": 80,
    "description.full": 4000,
    "label": 64,
    "title": 64,
    "description": 250,
    "id": 64,
}


def objects(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object with its path, without the numbers of lists."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from objects(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner, path)


def shape(path: str) -> tuple[str, str]:
    if path.startswith("extensions."):
        path = "extensions icons" if path.endswith(".icons") else path.rpartition(".")[2]
    return SHAPES[path]


def test_the_unified_manifest_has_the_published_shape(unified: Any) -> None:
    for path, found in objects(unified):
        needed, allowed = (set(words.split()) for words in shape(path))
        assert needed <= set(found) <= needed | allowed, path
        for key, value in found.items():
            most = MOST.get(f"{path}.{key}") or MOST.get(key)
            assert not isinstance(value, str) or most is None or 0 < len(value) <= most, (path, key)
    assert GUID.fullmatch(unified["id"])
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", unified["version"])
    assert re.fullmatch(r"#[0-9A-Fa-f]{6}", unified["accentColor"])
    assert unified["manifestVersion"] in unified["$schema"]
    assert unified["validDomains"] == ["vigie.example.org"]


def test_it_says_the_same_as_the_other_manifest(unified: Any, xml: ET.Element, folder: Path) -> None:
    """One add-in: the same id, so that nobody gets two; the same rights, pages, functions and consent."""
    assert unified["id"] == xml.findtext(f"{APP}Id")
    assert xml.findtext(f"{APP}Version") == f"{unified['version']}.0"
    assert unified["authorization"]["permissions"]["resourceSpecific"] == [
        {"name": "MailboxItem.Read.User", "type": "Delegated"}
    ]
    (extension,) = unified["extensions"]
    assert extension["requirements"]["scopes"] == ["mail"]
    text = json.dumps(unified, ensure_ascii=False)
    for address in set(re.findall(r'"(https://[^"]+)"', text)) - {unified["$schema"]}:
        assert (folder / address.removeprefix(f"{BASE}/")).is_file(), address
    actions = {action["id"] for runtime in extension["runtimes"] for action in runtime["actions"]}
    (check, report) = extension["ribbons"]
    named = [control["actionId"] for tab in check["tabs"] for group in tab["groups"] for control in group["controls"]]
    assert {*named, *(control["actionId"] for control in report["fixedControls"])} == actions
    assert {one.text for one in xml.iter(f"{V11}FunctionName")} <= actions
    assert [item["minVersion"] for item in report["requirements"]["capabilities"]] == ["1.14"]
    consent = next(one for one in xml.iter(f"{BASIC}String") if one.get("id") == "report.consent")
    assert report["spamPreProcessingDialog"]["description"] == consent.get("DefaultValue")


def test_its_english_replaces_every_text(unified: Any, package: dict[str, bytes]) -> None:
    english = json.loads(package["en.json"])
    for key, value in english.items():
        if key == "$schema":
            continue
        found = unified
        for step in re.findall(r"[^.\[\]]+", key):
            found = found[int(step)] if step.isdigit() else found[step]
        assert isinstance(found, str)
        most = MOST.get(key) or MOST[key.rpartition(".")[2]]
        assert 0 < len(value) <= most, key
    texts = {
        value
        for path, found in objects(unified["extensions"])
        for key, value in found.items()
        if key in ("label", "title", "description")
    }
    assert len(texts - {"Vigie"}) + 4 <= len(english)


def test_nothing_is_left_to_fill_in_and_two_builds_are_the_same(folder: Path, tmp_path: Path) -> None:
    again = built(tmp_path, origin=ORIGIN)
    for path in sorted(folder.parent.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            assert content == (again.parent / path.relative_to(folder.parent)).read_bytes(), path
            assert path.suffix == ".png" or not re.search(rb"@[A-Z]+@", content), path
    assert not (folder / "unified").exists()


def test_an_account_of_the_organisation(tmp_path: Path) -> None:
    ids = {"client": "11111111-2222-3333-4444-555555555555", "tenant": "66666666-7777-8888-9999-000000000000"}
    made = built(tmp_path, origin=ORIGIN, server="https://api.example.org", **ids)
    settings = (made / "settings.js").read_text(encoding="utf-8")
    for value in ("https://api.example.org", *ids.values(), f"api://{ids['client']}/access_as_user"):
        assert f'"{value}"' in settings
        assert f'"{value}"' in (made / "runtime.js").read_text(encoding="utf-8")
    assert "connect-src https://api.example.org;" in (made / "taskpane.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://vigie.example.org"},
        {"origin": "https://vigie.example.org/"},
        {"origin": "https://Vigie.example.org"},
        {"origin": 'https://x"><script>'},
        {"origin": ORIGIN, "server": "https://x/y"},
        {"origin": ORIGIN, "client": "11111111-2222-3333-4444-555555555555"},
        {"origin": ORIGIN, "client": "me", "tenant": "common"},
        {"origin": ORIGIN, "scope": "api://x/access"},
    ],
)
def test_what_cannot_be_built_with_is_said(
    tmp_path: Path, wrong: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = [part for name, value in wrong.items() for part in (f"--{name}", value)]
    assert BUILDER.main([str(tmp_path), *given]) == 2
    assert capsys.readouterr().err.startswith("Outlook: ")
    assert list(tmp_path.iterdir()) == []


def test_without_an_origin_it_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert BUILDER.main([str(tmp_path)]) == 0
    assert "make addins ORIGIN=" in capsys.readouterr().out
    assert BUILDER.main([str(tmp_path), "--origin", ORIGIN]) == 0
    assert str(tmp_path / "outlook") in capsys.readouterr().out
