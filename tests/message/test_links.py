"""Where a target leads: what a browser does, and what a naive reader sees (C-24..C-30, C-44, C-45)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.message.mails import mail
from vigie.message.links import resolve, written
from vigie.message.parse import read

# target, host by the WHATWG reading, hosts of other readings
URLS = [
    ("https://www.ameli.fr/x", "www.ameli.fr", ()),
    ("HTTPS://WWW.AMELI.FR", "www.ameli.fr", ()),
    ("http://ameli.fr@fraude.example/", "fraude.example", ("ameli.fr",)),  # C-25
    ("http://ameli.fr%2Fx@fraude.example/", "fraude.example", ()),
    ("http://ameli.fr:80@fraude.example/", "fraude.example", ("ameli.fr",)),
    ("http://fraude.example\\@ameli.fr/", "fraude.example", ("ameli.fr",)),  # C-26
    ("http://ameli.fr\\@fraude.example/", "ameli.fr", ("fraude.example",)),
    ("http:\\\\fraude.example\\x", "fraude.example", ()),
    ("http:fraude.example", "fraude.example", ()),
    ("https:/fraude.example", "fraude.example", ()),
    ("http:///fraude.example", "fraude.example", ()),
    ("//fraude.example/x", "fraude.example", ()),
    ("\\\\fraude.example/x", "fraude.example", ()),
    ("ht\ntp://fr\tau\rde.example", "fraude.example", ()),  # C-27
    ("\x01 http://fraude.example ", "fraude.example", ()),
    ("http://3232235777/", "192.168.1.1", ("3232235777",)),  # C-28
    ("http://0xC0A80101/", "192.168.1.1", ("0xc0a80101",)),
    ("http://0300.0250.1.1/", "192.168.1.1", ("0300.0250.1.1",)),
    ("http://0x7f.1/", "127.0.0.1", ("0x7f.1",)),
    ("http://[::1]/", "[::1]", ()),
    ("http://%66raude.example/", "fraude.example", ()),  # C-29
    ("http://ameli%E3%80%82fr/", "ameli.fr", ()),
    ("http://ameli。fr/", "ameli.fr", ()),  # C-24
    ("http://fraude.example:99999/", "fraude.example", ()),  # C-30
    ("http://fraude.example:8080/", "fraude.example", ()),
    ("http://fraude.example./", "fraude.example", ()),
    ("http://ameli.fr%40fraude.example/", "ameli.fr", ("fraude.example",)),  # no browser reads it: both count
    ("http://fraude.example%00.ameli.fr/", "fraude.example", ()),
    ("http://fraude.example;@ameli.fr/", "ameli.fr", ("fraude.example",)),
    ("http://fraude.example,ameli.fr/", "fraude.example,ameli.fr", ("fraude.example", "ameli.fr")),
    ("http://ameli.fr?@fraude.example/", "ameli.fr", ("fraude.example",)),
    ("http://ameli.fr:80#@fraude.example/", "ameli.fr", ("fraude.example",)),
    ("http://ameli.fr:@fraude.example/", "fraude.example", ("ameli.fr",)),
    ("http://ameli.fr.@fraude.example/", "fraude.example", ("ameli.fr",)),
    ("http://fraude.example\t@ameli.fr/", "ameli.fr", ("fraude.example",)),
    ("http://ameli.fr／@fraude.example/", "fraude.example", ()),  # fullwidth slash
    ("http://ameli.fr⁄x.fraude.example/", "ameli.xn--frx-pt0a.fraude.example", ()),  # U+2044 stays in the label
    ("http://ameli.fr\u00ad.fraude.example/", "ameli.fr.fraude.example", ()),
    ("http://ⓕraude．example/", "fraude.example", ()),
    ("http://fraude%2eexample/", "fraude.example", ()),
    ("http://%2566raude.example/", "%66raude.example", ()),  # a percent sign is left over: nobody's
    ("http:////fraude.example/", "fraude.example", ()),
    ("https:\\/fraude.example/", "fraude.example", ()),
    ("///fraude.example/", "fraude.example", ()),
    ("hTTps:fraude.example", "fraude.example", ()),
    ("http://fraude.example:80:90/", "fraude.example", ()),
    ("http://fraude.example:0/", "fraude.example", ()),
    ("http://[fraude.example]/", "[fraude.example]", ()),
    ("http://192.0.519/", "192.0.2.7", ("192.0.519",)),
    ("http://127.1/", "127.0.0.1", ("127.1",)),
    ("http://[::ffff:192.0.2.7]/", "[::ffff:c000:207]", ("[::ffff:192.0.2.7]",)),
    ("http://256.1.1.1/", "256.1.1.1", ()),
    ("http://xn--zzzzz-.example/", "xn--zzzzz-.example", ()),
    ("ftp://fraude.example/x", "fraude.example", ()),
    ("webcal://fraude.example/x.ics", "fraude.example", ()),
    ("intent://fraude.example#Intent;scheme=https;end", "fraude.example", ()),
    ("ms-word:ofe|u|https://fraude.example/x.docx", "fraude.example", ()),
    ("search-ms:query=x&crumb=location:\\\\fraude.example\\x", "fraude.example", ()),
    ("file://fraude.example/x", "fraude.example", ()),
    ("mailto:a@ameli.fr,b@fraude.example", "ameli.fr", ("fraude.example",)),
    ("mailto:a@ameli.fr?subject=x&bcc=b%40fraude.example", "ameli.fr", ("fraude.example",)),
    ("mailto:?to=b@fraude.example", "fraude.example", ()),
    ("http://аmeli.fr/", "xn--meli-43d.fr", ()),
    ("http://xn--meli-43d.fr/", "xn--meli-43d.fr", ()),
    ("http://ameli.fr.fraude.example/", "ameli.fr.fraude.example", ()),
    ("hxxps://fraude.example/", "fraude.example", ()),
    ("www.fraude.example", "www.fraude.example", ()),
    ("ameli-remboursement.fr/x", "ameli-remboursement.fr", ()),
    ("https://exemple.example/r?u=https://fraude.example/x", "exemple.example", ("fraude.example",)),  # C-44
    ("https://exemple.example/r?u=https%3A%2F%2Ffraude.example%2Fx", "exemple.example", ("fraude.example",)),
    ("https://exemple.example/r?u=https%253A%252F%252Ffraude.example", "exemple.example", ("fraude.example",)),
    ("https://exemple.example/https://fraude.example/", "exemple.example", ("fraude.example",)),
]


@pytest.mark.parametrize(("target", "host", "others"), URLS)
def test_host(target, host, others):
    found = resolve(target)
    assert found is not None
    assert (found.host, found.other_hosts) == (host, others)


@pytest.mark.parametrize("filler", ["a", "a.", "é.", "%C3%A9"])
def test_a_host_longer_than_any_name_is_no_official_one_and_a_long_userinfo_hides_none(filler):
    found = resolve("http://" + filler * 2_000 + ".ameli.fr/")
    assert found is not None
    assert found.host != "ameli.fr"
    found = resolve("http://" + filler * 1_000 + "@fraude.example/")
    assert found is not None
    assert found.host == "fraude.example"


WRAPPED = [
    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Ffraude.example%2Fx%3Fa%3D1&data=05%7C01&reserved=0",
    "https://www.google.com/url?q=https%3A%2F%2Ffraude.example%2Fx%3Fa%3D1&source=gmail&ust=1",
    "https://www.google.fr/url?sa=t&url=https%3A%2F%2Ffraude.example%2Fx%3Fa%3D1",
    "https://urldefense.proofpoint.com/v2/url?u=https-3A__fraude.example_x-3Fa-3D1&d=DwMF&c=x",
    "https://urldefense.proofpoint.com/v1/url?u=https://fraude.example/x%3Fa%3D1&k=x",
    "https://urldefense.com/v3/__https://fraude.example/x?a=1__;!!abc!def$",
    "https://eur01.safelinks.protection.outlook.com/?url="
    "https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Ffraude.example%252Fx%253Fa%253D1&data=1",
]


@pytest.mark.parametrize("target", WRAPPED)
def test_wrappers_are_undone(target):
    found = resolve(target)
    assert found is not None
    assert (found.host, found.target, found.unwrapped_from) == (
        "fraude.example",
        "https://fraude.example/x?a=1",
        target,
    )


@pytest.mark.parametrize(
    "target",
    [
        "https://safelinks.protection.outlook.com.fraude.example/?url=https://ameli.fr",
        "https://google.fraude.example/url?q=https://ameli.fr",
    ],
)
def test_a_host_that_resembles_a_wrapper_is_none(target):
    found = resolve(target)
    assert found is not None
    assert found.host.endswith("fraude.example")


WRITTEN = [
    ("Voir https://a.example/x.", ["https://a.example/x"]),
    (
        "(https://a.example/x(1)) <http://b.example/>, «https://c.example/»",
        ["https://a.example/x(1)", "http://b.example/", "https://c.example/"],
    ),
    ("www.ameli.fr; WWW.AMELI.FR", ["http://www.ameli.fr", "http://WWW.AMELI.FR"]),
    ("Allez sur ameli-remboursement.fr/x. Puis", ["http://ameli-remboursement.fr/x"]),
    ("sur ameli.fr, ou ameli.fr:8080/a?b=c.", ["http://ameli.fr", "http://ameli.fr:8080/a?b=c"]),
    ("améli-vitale.fr/x", ["http://améli-vitale.fr/x"]),
    ("carte-vitale[.]com et ameli(.)fr/x", ["http://carte-vitale.com", "http://ameli.fr/x"]),
    ("hxxps://fraude[.]com/x", ["hxxps://fraude.com/x"]),
    ("http ://fraude.com/x", ["http://fraude.com/x"]),
    ("http:\\\\fraude.com\\x", ["http:\\\\fraude.com\\x"]),
    ("mailto:x@fraude.example", ["mailto:x@fraude.example"]),
    ("service@ameli.fr, jean.dupont.fr@exemple.fr", []),
    ("sur suivi-dossiers.example/x, puis", ["http://suivi-dossiers.example/x"]),
    ("SUIVI-DOSSIERS.EXAMPLE/X", ["http://SUIVI-DOSSIERS.EXAMPLE/X"]),
    (
        "suivi-dossiers.nouveau/x ou suivi-dossiers.nouveau:8080",
        ["http://suivi-dossiers.nouveau/x", "http://suivi-dossiers.nouveau:8080"],
    ),
    ("www.suivi.example", ["http://www.suivi.example"]),
    ("suivi-dossiers.example, prenom.nom/service, m.durand/mme.x, facture.pdf/2, c.a.d/etc, Art.12/Loi.x", []),
    ("x@suivi-dossiers.example/x, docs/suivi.example/x, src/main.py", []),
    ("facture.pdf, M.Dupont, fin.Il faut, 12.30, v1.2, etc...", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "targets"), WRITTEN)
def test_written(text, targets):
    assert [target for _, target in written(text)] == targets


def test_what_an_anchor_shows_is_no_link_of_its_own():
    message = read(mail('Voir <a href="https://fraude.example/">www.ameli.fr</a> ou www.ameli.fr', kind="text/html"))
    assert [(link.kind, link.host) for link in message.links] == [("anchor", "fraude.example")]
    message = read(mail('<p><a href="https://fraude.example/">ici</a> ou www.ameli.fr</p>', kind="text/html"))
    assert [(link.kind, link.host) for link in message.links] == [
        ("anchor", "fraude.example"),
        ("text", "www.ameli.fr"),
    ]


def test_list_fields_give_links():
    head = "From: a@b.example\r\nList-Unsubscribe: <https://liste.example/d?x>, <mailto:d@liste.example>\r\n"
    links = read(mail(header=head)).links
    assert {(link.where, link.host, link.scheme) for link in links} == {
        ("header:list-unsubscribe", "liste.example", "https"),
        ("header:list-unsubscribe", "liste.example", "mailto"),
    }


@given(st.text(st.sampled_from("htps:/\\@.%[]?#a1é。\t x-_=&0[")))
def test_resolve_and_written_are_total(text):
    for target in (text, "http://" + text, "https:" + text):
        found = resolve(target)
        if found:
            found.host.encode()
    list(written(text))
