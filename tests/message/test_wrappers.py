"""Rewritten links are undone by the formats of their services, and nobody else's (C-44, C-45). Every target is invented."""

from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.message.links import resolve
from vigie.message.wrappers import NAMES, unwrap

INNER = "https://fraude.example/x?a=1"
CODED = quote(INNER, safe="")
B64 = b64encode(INNER.encode()).decode()
B64_URL = urlsafe_b64encode(INNER.encode()).decode().rstrip("=")
KEY = urlsafe_b64encode(b'{"lang": "FR", "url": "https://fraude.example/x?a=1", "token": "gAAAA"}').decode()

CERTAIN = [
    f"https://eur01.safelinks.protection.outlook.com/?url={CODED}&data=05%7C01&sdata=x&reserved=0",
    f"https://gcc02.safelinks.protection.outlook.com/ap/t-59584e83/?url={CODED}&data=05",
    f"https://gov.safelinks.protection.office365.us/?url={CODED}&data=05",
    f"https://chn01.safelinks.protection.partner.outlook.cn/?URL={CODED}&data=05",
    f"https://na01.safelinks.protection.outlook.com/?data=05&amp;url={CODED}&amp;reserved=0",
    f"https://statics.teams.cdn.office.net/evergreen-assets/safelinks/2/atp-safelinks.html?url={CODED}&locale=fr",
    f"https://urldefense.proofpoint.com/v1/url?u={CODED}&k=x",
    "https://urldefense.proofpoint.com/v2/url?u=https-3A__fraude.example_x-3Fa-3D1&d=DwMF&c=x",
    "https://urldefense.com/v3/__https://fraude.example/x?a=1__;!!abc!def$",
    "https://urldefense.us/v3/__https:/fraude.example/x?a=1__;!!abc!def$",
    f"https://linkprotect.cudasvc.com/url?a={CODED}&c=E,1,N0Z&typo=1",
    f"https://eu-central-1.protection.sophos.com/?d=fraude.example&u={quote(B64)}&i=NWY&t=QkN&h=afb3&s=AVN",
    f"https://imsva91-ctp.trendmicro.com:443/wis/clicktime/v1/query?url={CODED}&umid=8C9&auth=f2b4",
    f"https://protect2.fireeye.com/v1/url?k=3D84f6a8c0&q=1&e=6739&u={CODED}",
    f"https://protect2.fireeye.com/url?k=1ffa&u={CODED}",
    f"https://linklock.titanhq.com/analyse?url={CODED}&data=eJx",
    f"https://antiphishing.vadesecure.com/v4?f=UU1X&i=RTNL&k=ywmE&r=ZnVk&s=634b&u={CODED}",
    f"https://m365.eu.vadesecure.com/safeproxy/v4?f=a&i=b&k=c&r=d&s=e&u={CODED}",
    f"https://atpscan.global.hornetsecurity.com/?d=HzV&f=rhm&k=Eb5a&s=a1b0&u={CODED}",
    f"https://scanmail.trustwave.com/?c=12359&d=r4Hr&u={CODED}",
    f"https://urlsand.esvalabs.com/?u={CODED}&e=1",
    f"https://scanner.topsec.com/?d=1&r=show&u={CODED}&t=x",
    f"https://eu01.fortimailcloud.com/fmlurlsvc/?fewReq=x&url={CODED}",
    f"https://www.google.com/url?q={CODED}&source=gmail&ust=1",
    f"https://www.google.fr/url?sa=t&url={CODED}",
    f"https://images.google.co.uk/url?q={CODED}",
    f"https://translate.google.com/translate?sl=auto&tl=fr&u={CODED}",
    f"https://www.google.com/aclk?sa=L&adurl={CODED}",
    f"https://www.googleadservices.com/pagead/aclk?sa=L&adurl={CODED}",
    "https://www.google.com/amp/s/fraude.example/x?a=1",
    "https://fraude-example.cdn.ampproject.org/c/s/fraude.example/x?a=1",
    f"https://www.bing.com/ck/a?!&&p=0&u=a1{B64_URL}&ntb=1",
    f"https://r.search.yahoo.com/_ylt=A0ge/RV=2/RE=165/RO=10/RU={CODED}/RK=2/RS=rHo",
    f"https://duckduckgo.com/l/?uddg={CODED}&rut=x",
    f"https://l.facebook.com/l.php?u={CODED}&h=AT0",
    f"https://l.instagram.com/?u={CODED}&e=AT0",
    f"https://www.facebook.com/flx/warn/?u={CODED}",
    f"https://l.wl.co/l?u={CODED}",
    f"https://www.linkedin.com/safety/go?url={CODED}&trk=x",
    f"https://www.linkedin.com/redir/redirect?url={CODED}&urlhash=x",
    f"https://t.co/redirect?url={CODED}&sig=x",
    f"https://www.youtube.com/redirect?event=x&q={CODED}",
    f"https://out.reddit.com/t3?url={CODED}",
    f"https://slack-redir.net/link?url={CODED}",
    f"https://t.umblr.com/redirect?z={CODED}&t=x",
    f"https://vk.com/away.php?to={CODED}",
    f"https://steamcommunity.com/linkfilter/?u={CODED}",
    f"https://www.pinterest.fr/offsite/?url={CODED}",
    f"https://disq.us/?url={CODED}",
    f"https://www.evernote.com/OutboundRedirect.action?dest={CODED}",
    f"https://nav.smartscreen.microsoft.com/?url={CODED}",
    f"https://emails.azure.microsoft.com/redirect/?destination={CODED}",
]
# What is shown is the target as far as anybody can tell; a token beside it decides.
TOKEN = [
    (f"https://secure-web.cisco.com/1fCCdfJv_BYjz/{CODED}", "Cisco"),
    (f"https://mibc-fr-05.mailinblack.com/securelink/?url=https://fraude.example&key={KEY}", "Mailinblack"),
    ("https://url.avanan.click/v2/r01/___https://fraude.example/x?a=1___.YXAzOnB", "Check Point"),
    ("https://protect.checkpoint.com/v2/___https:/fraude.example/x?a=1___.YXAzOnB", "Check Point"),
    (f"https://clicktime.symantec.com/15tSt?h=zRUj&u={CODED}", "Symantec"),
    (f"https://link.edgepilot.com/s/4239f747/ca21cb?u={CODED}", "Zix"),
    (f"https://abc.r.us-east-1.awstrack.me/L0/{CODED}/1/0100/x=1", "Amazon SES"),
]
OPAQUE = [
    ("https://protect-eu.mimecast.com/s/YP9XCWQRPfDXo1NIKijuVb2y7", "Mimecast"),
    ("https://url.uk.m.mimecastprotect.com/s/YP9XCWQRPfDXo1NIKijuVb2y7?domain=ameli.fr", "Mimecast"),
    ("https://url.emailprotection.link/?bkrcT345E6zVHw~", "Intermedia"),
    ("https://links.eu1.defend.egress.com/Warning?crId=6&Domain=ameli.fr&Base64Url=eNo", "Egress"),
    ("https://antiphishing.vadesecure.com/2/cC5xdWViZXJ0/page/", "Vade"),
    ("http://atpscan.global.hornetsecurity.com/?d=bl0W&f=kXUM&k=zA1z", "Hornetsecurity"),
]


@pytest.mark.parametrize("target", CERTAIN)
def test_the_target_is_what_the_address_says(target):
    found = resolve(target)
    assert found is not None
    assert (found.host, found.unwrapped_from, found.via) == ("fraude.example", target, "")
    assert found.target.replace("https:/f", "https://f") == INNER
    assert found.other_hosts == ()


@pytest.mark.parametrize(("target", "service"), TOKEN)
def test_where_a_token_decides_the_service_is_named_beside_what_is_shown(target, service):
    found = resolve(target)
    assert found is not None
    assert (found.host, found.via) == ("fraude.example", service)


@pytest.mark.parametrize(("target", "service"), OPAQUE)
def test_where_only_the_service_knows_the_host_stays_its_own(target, service):
    found = resolve(target)
    assert found is not None
    assert (found.via, found.unwrapped_from) == (service, None)
    assert not found.host.endswith("ameli.fr")


def test_a_host_that_a_token_names_is_another_reading():
    found = resolve("https://protect-eu.mimecast.com/s/YP9X?domain=fraude.example")
    assert found is not None
    assert found.other_hosts == ("fraude.example",)


def test_every_service_is_tested():
    tested = {
        unwrap(target.split("/")[2].split(":")[0], target) for target in [*CERTAIN, *(one for one, _ in TOKEN + OPAQUE)]
    }
    assert {found.name for found in tested if found} == set(NAMES)
    assert len(NAMES) >= 35


@pytest.mark.parametrize("depth", range(1, 6))
def test_wrappers_in_wrappers(depth):
    target = INNER
    for _ in range(depth):
        target = f"https://eur01.safelinks.protection.outlook.com/?url={quote(target, safe='')}&data=x"
    found = resolve(target)
    assert found is not None
    assert (found.host, found.target) == ("fraude.example", INNER)


def test_deeper_than_that_the_host_is_the_wrapper_and_the_inner_ones_are_other_readings():
    target = INNER
    for _ in range(7):
        target = f"https://www.google.com/url?q={quote(target, safe='')}"
    found = resolve(target)
    assert found is not None
    assert found.host == "www.google.com"
    assert "fraude.example" in found.other_hosts


MIXED = [
    f"https://eur01.safelinks.protection.outlook.com/?url={quote('https://www.google.com/url?q=' + CODED, safe='')}&data=1",
    f"https://urldefense.com/v3/__https://l.facebook.com/l.php?u={CODED}__;!!a!b$",
    f"https://linkprotect.cudasvc.com/url?a={quote('https://www.bing.com/ck/a?u=a1' + B64_URL, safe='')}",
]


@pytest.mark.parametrize("target", MIXED)
def test_different_wrappers_in_each_other(target):
    found = resolve(target)
    assert found is not None
    assert found.target == INNER


FOREIGN = [
    "https://safelinks.protection.outlook.com.fraude.example/?url=https://ameli.fr",
    "https://google.fraude.example/url?q=https://ameli.fr",
    "https://google.zipp/url?q=https://ameli.fr",
    "https://urldefense.com.fraude.example/v3/__https://ameli.fr__;!!a!b$",
    "https://xsafelinks.protection.outlook.com/?url=https://ameli.fr",
    "https://mimecast.com.fraude.example/s/abc?domain=ameli.fr",
]


@pytest.mark.parametrize("target", FOREIGN)
def test_a_host_that_resembles_a_wrapper_is_none(target):
    found = resolve(target)
    assert found is not None
    assert not found.host.endswith("ameli.fr")
    assert not found.via


def test_of_two_targets_in_one_wrapper_every_one_counts():
    found = resolve("https://eur01.safelinks.protection.outlook.com/?url=https://ameli.fr&url=https://fraude.example")
    assert found is not None
    assert {found.host, *found.other_hosts} == {"ameli.fr", "fraude.example"}


def test_proofpoint_keeps_unusual_characters_behind_the_target():
    coded = urlsafe_b64encode("éà".encode()).decode().rstrip("=")
    found = resolve(f"https://urldefense.com/v3/__https://am*li.example/*x__;{coded}!!abc!def$")
    assert found is not None
    assert (found.host, found.target) == ("xn--amli-cpa.example", "https://améli.example/àx")
    run = urlsafe_b64encode(b"%%%").decode().rstrip("=")
    found = resolve(f"https://urldefense.com/v3/__https://fraude.example/a**Bz__;{run}!!abc!def$")
    assert found is not None
    assert found.target == "https://fraude.example/a%%%z"


NESTED = [
    f"https://exemple.example/click/{B64_URL}/1",
    f"https://x1.mjt.lu/lnk/AVEAAECl/5/Fh21uOr/{B64_URL}?b=1",
    f"https://exemple.example/r?d={quote(B64)}",
    f"https://exemple.example/r#{CODED}",
    f"https://exemple.example/{quote(CODED)}",
    "https://exemple.example/r?url=//fraude.example/x",
    "https://exemple.example/r?x=%2F%2Ffraude.example/x",
    "https://exemple.example/r?x=/%5Cfraude.example",
    "https://exemple.example/r;https:fraude.example",
]


@pytest.mark.parametrize("target", NESTED)
def test_targets_inside_an_unknown_redirect_are_other_readings(target):
    found = resolve(target)
    assert found is not None
    assert found.host != "fraude.example"
    assert "fraude.example" in found.other_hosts


BARE = [
    ("https://www.ameli.fr/r?next=fraude-vitale.com/x", ("fraude-vitale.com",)),
    ("https://www.ameli.fr/r?next=page.html&u=fichier.pdf&to=a.b", ()),
    ("https://www.ameli.fr/recherche?q=exemple.com", ()),
]


@pytest.mark.parametrize(("target", "others"), BARE)
def test_a_bare_host_counts_where_a_redirect_takes_one(target, others):
    found = resolve(target)
    assert found is not None
    assert found.other_hosts == others


@given(
    st.sampled_from([*CERTAIN, *(item for item, _ in TOKEN + OPAQUE)]),
    st.text(max_size=40),
    st.integers(0, 300),
)
def test_damaged_wrappers_are_undone_or_not_and_never_an_error(target, noise, position):
    damaged = target[:position] + noise + target[position:]
    found = resolve(damaged)
    assert found is None or isinstance(found.host, str)
