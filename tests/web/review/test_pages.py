"""The pages of the review as a browser gets them: what is shown, what is decided, and what nobody else may see."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ledger.made import outcome, record
from tests.web.review import seeded
from tests.web.served import Browser, Served, text
from vigie.ledger.people_types import Role
from vigie.ledger.spreadsheet import COLUMNS
from vigie.ledger.types import Decision, Record
from vigie.web.review import message, opening


@pytest.fixture
def fraud(served: Served) -> Record:
    return seeded.held(served.ledger, seeded.case(seeded.FORM))


@pytest.fixture
def reviewer(served: Served) -> Browser:
    return served.browser(served.add("Marie"))


def decide(browser: Browser, case: Record, deed: str, *, seen: int | None = None, **more: str):
    if seen is None:
        now = browser.served.ledger.record(case.id)
        assert now is not None
        seen = now.version
    return browser.post(f"/cases/{case.id}/decision", {"deed": deed, "seen": str(seen), **more}, on="/cases")


# -- looking -------------------------------------------------------------------------------------------------------------


def test_the_four_answers_come_in_the_order_in_which_a_person_decides(reviewer, fraud):
    page = text(reviewer.get(f"/cases/{fraud.id}"))
    headings = [
        "1. Ce qu'il prétend être",
        "2. Ce qui prouve le contraire",
        "3. Ce qu'il veut",
        "4. Ce qui va se passer",
    ]
    places = [page.index(heading) for heading in headings]
    assert places == sorted(places)
    assert "Ce message est un faux" in page
    assert "Il est en quarantaine, dans le dossier « Quarantaine » de la boîte accueil." in page
    assert "Vigie n'efface aucun message" in page
    assert "Il contient une pièce jointe qui peut exécuter quelque chose" in page


def test_in_english_too(served, fraud):
    page = text(served.browser(served.add("Ann", language="en")).get(f"/cases/{fraud.id}"))
    for heading in ("1. What it claims to be", "2. What proves it is not", "3. What it wants", "4. What will happen"):
        assert heading in page
    assert "This message is false" in page


def test_every_kind_of_verdict_has_its_page_in_both_languages(served, subtests):
    browsers = [served.browser(served.add(name, language=name)) for name in ("fr", "en")]
    for uid, sample in enumerate(("101", "110", "130", "132", "140", "160", "201", "220", "234", "241"), 1):
        case = seeded.left(served.ledger, seeded.case(sample, uid))
        for browser in browsers:
            with subtests.test(sample):
                found = browser.get(f"/cases/{case.id}")
                assert found.status_code == 200
                assert "{" not in text(found)


def test_a_case_of_which_little_is_kept_has_its_page(served, reviewer, subtests):
    kept = ["", "{", "[]", "null", '{"findings": 3, "links": [1, {}], "authentication": []}', '{"links": {}}']
    for uid, case_json in enumerate(kept, 1):
        with subtests.test(case_json):
            case = seeded.held(served.ledger, record(uid, case_json=case_json, subject="", author=""))
            page = reviewer.get(f"/cases/{case.id}")
            assert page.status_code == 200
            assert "(sans objet)" in text(page)
            assert "Remettre en place" in text(page)


def test_the_list_narrows_searches_and_turns_its_pages(served, reviewer):
    for uid in range(1, 121):
        seeded.held(served.ledger, record(uid, subject=f"Remboursement n° {uid}" if uid % 2 else f"Attestation {uid}"))
    first = reviewer.get("/cases")
    assert "120 cas" in text(first)
    assert first.text.count("data-row") == 50
    older = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = reviewer.get(older)
    assert second.text.count("data-row") == 50
    assert 'rel="prev"' in second.text
    assert "60 cas" in text(reviewer.get("/cases?q=remboursement"))
    assert "Aucun cas" in text(reviewer.get("/cases?q=remboursement&pile=released"))
    assert "120 cas" in text(reviewer.get("/cases?verdict=impersonation&sort=author&since=2020-01-01&until=2030-01-01"))
    assert "Aucun cas" in text(reviewer.get("/cases?account=compta"))


ADDRESSES = [
    "pile=x&sort=y&verdict=z&theme=%00",
    "since=0000-00-00&until=9999-12-31",
    "mark=%27%3B--&q=%25_%27%22",
    "q=" + "a" * 3000,
    "campaign=%F0%9F%92%A9&account=%FF",
    "decided=nothing",
    "page=-1&q=%00%01%1b",
    "q=NEAR%28a+b%29+%22+OR+1%3D1",
    "q=%ED%A0%80&mark=%ED%A0%80",
]


def test_nothing_in_an_address_is_an_error(reviewer, fraud, subtests):
    for query in ADDRESSES:
        with subtests.test(query):
            assert reviewer.get(f"/cases?{query}").status_code == 200
            assert reviewer.get(f"/?{query}").status_code == 200


def test_the_overview_says_what_waits_and_how_the_service_stands(served, reviewer):
    for uid in range(1, 4):
        seeded.held(served.ledger, record(uid, judged_at=served.clock(), theme="card"))
    served.ledger.beat("accueil", "INBOX", served.clock(), 0, "", known_at=served.clock())
    served.ledger.beat("compta", "INBOX", served.clock(), 2, "login refused")
    page = text(reviewer.get("/"))
    assert "3 cas attendent une décision" in page
    assert "tout va bien" in page
    assert "en panne" in page
    assert "carte Vitale" in page
    served.clock.passes(hours=1)
    assert "muet" in text(reviewer.get("/?days=365"))


def test_a_drawing_is_also_told_in_words(served, reviewer):
    for uid in range(1, 6):
        served.ledger.add_records([record(uid, judged_at=served.clock() - timedelta(days=uid))], None)
    page = reviewer.get("/")
    assert 'role="img" aria-label="Du ' in page.text
    assert "5 usurpations" in text(page)


# -- deciding ------------------------------------------------------------------------------------------------------------


def test_a_release_is_asked_of_the_scanner_and_can_be_undone(served, reviewer, fraud):
    answer = decide(reviewer, fraud, "release")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{fraud.id}?said=released")
    assert served.ledger.record(fraud.id).decision is Decision.RELEASED
    (wanted,) = served.ledger.open_intents("accueil")
    assert wanted.kind.value == "release"
    assert "Il est en train de revenir" in text(reviewer.get(f"/cases/{fraud.id}"))
    (entry,) = [entry for entry in served.ledger.audit_entries() if entry.what == "decided"]
    assert entry.who == "web:Marie"


def test_a_confirmation_from_the_list_leads_back_to_it_and_is_undone_there(served, reviewer, fraud):
    answer = decide(reviewer, fraud, "confirm", back="/cases?sort=oldest")
    assert answer.headers["location"] == f"/cases?sort=oldest&decided={fraud.id}"
    page = reviewer.get(answer.headers["location"])
    assert "fraude confirmée, par Marie" in text(page)
    assert decide(reviewer, fraud, "undo", back="/cases").status_code == 303
    assert served.ledger.record(fraud.id).decision is None


def test_nobody_is_led_elsewhere(reviewer, fraud, subtests):
    backs = [
        "https://evil.example/cases",
        "//evil.example",
        "/cases\\@evil.example",
        "/cases@evil.example\n",
        "/cases/..//evil.example",
    ]
    for deed, back in zip(("confirm", "undo") * 3, backs, strict=False):
        with subtests.test(back):
            answer = decide(reviewer, fraud, deed, back=back)
            assert answer.headers["location"].startswith("/cases")
            assert "\n" not in answer.headers["location"]
            assert "\\" not in answer.headers["location"]


def test_a_conflict_is_told_and_changes_nothing(served, reviewer, fraud):
    seen = served.ledger.record(fraud.id).version
    other = served.browser(served.add("Paul"))
    assert decide(other, fraud, "confirm", seen=seen).status_code == 303
    answer = decide(reviewer, fraud, "release", seen=seen)
    assert answer.status_code == 409
    assert "fraude confirmée, par Paul" in text(answer)
    assert (
        f'data-again="/cases/{fraud.id}"' in answer.text
    )  # where its script looks for what is new: not where the form went
    assert served.ledger.record(fraud.id).decision is Decision.CONFIRMED
    assert decide(reviewer, fraud, "confirm", seen=seen).status_code == 303  # both wanted the same


def test_the_next_case_leads_through_all_that_wait(served, reviewer):
    """The list's usual order, round and round; from a case that waits no more, too."""
    cases = [
        seeded.held(served.ledger, seeded.case(seeded.FORM, uid, judged_at=served.clock.now.replace(second=uid % 2)))
        for uid in range(1, 6)
    ]
    order = [*cases[4::-2], *cases[3::-2]]  # of odd seconds, then of even ones; the later put in first
    ids = [case.id for case in order]

    def following(case_id: str) -> str:
        found = re.search(r'href="/cases/([^"]+)" data-key="j"', reviewer.get(f"/cases/{case_id}").text)
        return found[1] if found else ""

    assert [following(one) for one in ids] == [*ids[1:], ids[0]]
    assert 'href="/cases?sort=oldest" data-key="l"' in reviewer.get(f"/cases/{ids[0]}?sort=oldest").text
    for case_id, behind in zip(ids[::-1], [*ids[-2::-1], ids[-1]], strict=True):
        assert following(f"{case_id}?sort=oldest") == f"{behind}?sort=oldest"
    for odd in ("newest", "x", "%00", "author'--"):
        assert following(f"{ids[0]}?sort={odd}") == ids[1] + ("?sort=author" if odd == "author" else "")
    led = decide(reviewer, order[1], "confirm", sort="oldest").headers["location"]
    assert led == f"/cases/{ids[1]}?sort=oldest&said=confirmed"
    assert following(ids[0]) == following(ids[1]) == ids[2]
    for one in order[2:]:
        decide(reviewer, one, "confirm")
    assert following(ids[0]) == ""


def test_what_is_not_possible_is_said(served, reviewer):
    case = seeded.left(served.ledger, seeded.case(seeded.FORM))
    answer = decide(reviewer, case, "release")
    assert answer.status_code == 409
    assert "il est à sa place" in text(answer)


def test_a_form_that_is_none_changes_nothing(served, reviewer, fraud, subtests):
    for form in (
        {},
        {"deed": "delete", "seen": "0"},
        {"deed": "release", "seen": "x"},
        {"deed": "undo", "seen": str(1 << 60)},
    ):
        with subtests.test(str(form)):
            assert reviewer.post(f"/cases/{fraud.id}/decision", form, on="/cases").status_code == 422
    assert served.ledger.record(fraud.id).decision is None


# -- who may what --------------------------------------------------------------------------------------------------------


def test_a_reader_sees_and_decides_nothing(served, fraud):
    browser = served.browser(served.add("Lucie", Role.READER))
    page = browser.get(f"/cases/{fraud.id}")
    assert page.status_code == 200
    assert 'data-key="r"' not in page.text
    assert decide(browser, fraud, "release").status_code == 403
    assert browser.post(f"/cases/{fraud.id}/message", on="/cases").status_code == 403


def test_another_mailbox_looks_as_if_it_did_not_exist(served, fraud):
    browser = served.browser(served.add("Zoe", Role.ADMIN, frozenset({"compta"})))
    assert browser.get(f"/cases/{fraud.id}").status_code == 404
    assert decide(browser, fraud, "release", seen=0).status_code == 404
    assert browser.post(f"/cases/{fraud.id}/message", on="/cases").status_code == 404
    assert fraud.id not in browser.get("/cases?pile=all").text
    assert fraud.id not in browser.get("/cases.csv?pile=all").text
    assert f"/cases/{fraud.id}" not in browser.get(f"/cases?decided={fraud.id}").text
    assert served.ledger.record(fraud.id).decision is None


# -- the message itself --------------------------------------------------------------------------------------------------


def fetched(served: Served, browser: Browser, case: Record, raw: bytes) -> str:
    """The address of the message's page once the scanner has answered."""
    asked = browser.post(f"/cases/{case.id}/message", on=f"/cases/{case.id}")
    assert asked.status_code == 303
    assert "va chercher le message" in text(browser.get(asked.headers["location"]))
    (wanted,) = served.ledger.wanted_views("accueil", served.clock())
    served.ledger.answer_view(wanted.request_id, raw, served.clock())
    return str(asked.headers["location"])


def test_the_message_is_fetched_shown_and_handed_out(served, reviewer, fraud):
    """W-03, W-21."""
    raw = seeded.message(seeded.FORM)
    way = fetched(served, reviewer, fraud, raw)
    page = reviewer.get(way)
    assert "formulaire_carte_V3.html" in text(page)
    assert '<mark class="k-' in page.text
    assert "mx.demo.example" in text(page)  # a hop
    assert f'sandbox="" referrerpolicy="no-referrer" src="{way}/frame"' in page.text
    shown = reviewer.get(f"{way}/frame")
    assert "La nouvelle génération de carte Vitale" in text(shown)
    assert shown.headers["content-security-policy"] == message.FRAMED["Content-Security-Policy"]
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    taken = reviewer.get(f"{way}/raw")
    assert taken.content == raw
    assert taken.headers["content-type"] == "application/octet-stream"
    assert taken.headers["content-disposition"] == f'attachment; filename="vigie-{fraud.id}.eml"'
    assert taken.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in taken.headers["content-security-policy"]
    looks = [entry.detail["how"] for entry in served.ledger.audit_entries() if entry.what == "view"]
    assert looks == ["asked", "headers", "rendered", "raw"]


def test_a_message_is_for_the_one_who_asked_and_for_ten_minutes(served, reviewer, fraud):
    way = fetched(served, reviewer, fraud, seeded.message(seeded.FORM))
    other = served.browser(served.add("Paul"))
    for path in (way, f"{way}/frame", f"{way}/raw"):
        assert other.get(path).status_code == 404
    elsewhere = seeded.held(served.ledger, seeded.case(seeded.LOOKALIKE, 2))
    assert reviewer.get(way.replace(fraud.id, elsewhere.id)).status_code == 404
    served.clock.passes(minutes=11)
    assert reviewer.get(f"{way}/raw").status_code == 404


def test_why_a_message_cannot_be_read_is_said(served, reviewer, fraud):
    asked = reviewer.post(f"/cases/{fraud.id}/message", on=f"/cases/{fraud.id}")
    (wanted,) = served.ledger.wanted_views("accueil", served.clock())
    served.ledger.answer_view(wanted.request_id, ("gone", "it is gone"), served.clock())
    page = reviewer.get(asked.headers["location"])
    assert "Il n'est plus dans la boîte" in text(page)
    assert reviewer.get(asked.headers["location"] + "/frame").status_code == 404


def test_a_message_that_cannot_be_opened_can_still_be_handed_out(served, reviewer, fraud, monkeypatch):
    # Deeper than any parser reads in a second; the process that opens it is ended by its limit of processor time.
    monkeypatch.setattr(served.site.opener, "_limits", served.site.opener._limits.model_copy(update={"cpu_s": 1}))
    body = b"<table><tr><td>" * 400_000
    raw = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + body
    way = fetched(served, reviewer, fraud, raw)
    page = reviewer.get(way)
    assert "ne peut pas être affiché sans danger" in text(page)
    assert reviewer.get(f"{way}/raw").content == raw


def test_a_process_that_says_too_much_or_nothing_is_ended(served, monkeypatch):
    """It may be the mail's by then: the pages keep no more of what it says than can be shown."""
    for boot, says in (
        ("import sys; sys.stdin.buffer.read()\nwhile True: sys.stdout.buffer.write(bytes(1 << 20))", "more than"),
        ("import sys; sys.exit(3)", "or failed"),
        ("import time; time.sleep(60)", "too long"),
        ("print('{}')", "nonsense"),
    ):
        monkeypatch.setattr(opening, "_BOOT", boot)
        monkeypatch.setattr(opening, "START_S", 5.0 if "sleep" not in boot else -served.site.opener._limits.wall_s)
        with pytest.raises(opening.OpeningError, match=says):
            served.site.opener(b"x" * 10_000_000)


# -- many ----------------------------------------------------------------------------------------------------------------


def campaign(served: Served, count: int) -> list[Record]:
    return [seeded.held(served.ledger, record(uid, campaign="c0ffee")) for uid in range(1, count + 1)]


def until_over(served: Served, job: str) -> None:
    """The answer comes before the job is worked off."""
    desk = served.ledger.desk("web:Marie")
    while (found := desk.bulk(job.removeprefix("/jobs/"))) is None or not found.is_over:
        time.sleep(0.05)


def test_a_campaign_is_decided_at_once_and_taken_back(served, reviewer):
    cases = campaign(served, 3)
    assert "Attestation" not in text(reviewer.get("/campaigns"))
    page = reviewer.get("/campaigns/c0ffee")
    assert "3 cas attendent une décision" in text(page)
    begun = reviewer.post("/campaigns/c0ffee/decision", {"deed": "confirm", "seen": "3"}, on="/cases")
    assert begun.status_code == 303
    job = begun.headers["location"]
    until_over(served, job)
    assert "3 sur 3" in text(reviewer.get(job))
    assert all(served.ledger.record(case.id).decision is Decision.CONFIRMED for case in cases)
    undone = reviewer.post(f"{job}/undo", on="/cases")
    until_over(served, undone.headers["location"])
    assert "Annulation" in text(reviewer.get(undone.headers["location"]))
    assert all(served.ledger.record(case.id).decision is None for case in cases)
    assert "Cette décision a été annulée" in text(reviewer.get(job))


def test_more_than_fifty_are_confirmed_by_their_number(served, reviewer):
    campaign(served, 51)
    form = {"deed": "release", "seen": "51"}
    way = "/campaigns/c0ffee/decision"
    asked = reviewer.post(way, form, on="/cases")
    assert asked.status_code == 409
    assert "Vraiment 51 messages ?" in text(asked)
    assert "Ce n'est pas ce nombre" in text(reviewer.post(way, {**form, "typed": "50"}, on="/cases"))
    assert not served.ledger.open_intents("accueil")
    begun = reviewer.post(way, {**form, "typed": " 51 "}, on="/cases")
    until_over(served, begun.headers["location"])
    assert len(served.ledger.open_intents("accueil")) == 51


def test_a_campaign_that_grew_meanwhile_is_not_decided(served, reviewer):
    campaign(served, 3)
    answer = reviewer.post("/campaigns/c0ffee/decision", {"deed": "confirm", "seen": "2"}, on="/cases")
    assert answer.status_code == 409
    assert "il y en a maintenant 3" in text(answer)


def test_what_does_not_exist_is_not_found(reviewer):
    for path in (
        "/cases/x",
        "/campaigns/x",
        "/jobs/x",
        "/cases/x/message/y",
        "/cases/x/message/y/frame",
        "/cases/x/message/y/raw",
    ):
        assert reviewer.get(path).status_code == 404, path


# -- what a mail controls ------------------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "a\r\nSet-Cookie: x=y",
    "\x00\x1b[31m\ud800",
    '=HYPERLINK("http://x")',
]


def hostile(uid: int, value: str) -> Record:
    """A case in which every field says `value`."""
    quote = {"where": value, "text": value}
    told = {
        "findings": [
            {"rule": value, "topic": value, "kind": "lure", "strength": "weak", "layer": "outer", "quotes": [quote]}
        ],
        "links": [{"shown": value, "target": value, "host": value, "official": False, "unwrapped_from": value}],
        "authentication": {
            "dkim": [{"status": value, "domain": value, "reason": value}],
            "spf": {"status": value, "domain": value},
            "dmarc": {"organizational_domain": value, "reason": value},
            "authenticated_domain": value,
        },
        "advice": {"fr": [value]},
        "explanation": {"fr": value},
    }
    case = record(uid, subject=value, author=value, message_id=value, case_json=json.dumps(told), campaign="c0ffee")
    return replace(case, place=replace(case.place, folder=value))


def test_words_of_a_mail_stay_words(served, reviewer, subtests):
    cases = [seeded.held(served.ledger, hostile(uid, value)) for uid, value in enumerate(HOSTILE, 1)]
    served.ledger.beat("accueil", HOSTILE[0], served.clock(), 0, HOSTILE[1])
    for path in ("/", "/cases", "/campaigns", "/campaigns/c0ffee", *(f"/cases/{case.id}" for case in cases)):
        with subtests.test(path):
            page = reviewer.get(path)
            assert page.status_code == 200
            for found in ("<script>alert", "<img src=x", "\u202e", "\x1b", ">49<", 'href="javascript'):
                assert found not in page.text, found
            assert "x" not in page.cookies
    rows = list(csv.reader(io.StringIO(reviewer.get("/cases.csv").content.decode("utf-8-sig"))))
    assert len(rows) == 1 + len(cases)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


def test_who_takes_the_list_away_is_noted(served, reviewer, fraud):
    answer = reviewer.get("/cases.csv?account=accueil")
    assert fraud.id in answer.text
    (noted,) = [entry for entry in served.ledger.audit_entries() if entry.what == "exported"]
    assert (noted.who, noted.account) == ("web:Marie", "accueil")
    for elsewhere in ("cross-site", "same-site"):  # W-04: a link of another site has nothing noted in her name
        assert reviewer.get("/cases.csv", headers={"Sec-Fetch-Site": elsewhere}).status_code == 403
    assert len([entry for entry in served.ledger.audit_entries() if entry.what == "exported"]) == 1


def test_the_columns_of_the_list_have_names_in_the_language_of_the_person(served, reviewer, fraud):
    english = served.browser(served.add("Ann", language="en"))
    for browser, names in ((reviewer, ["cas", "compte", "dossier"]), (english, ["case", "account", "folder"])):
        head = next(csv.reader(io.StringIO(browser.get("/cases.csv").content.decode("utf-8-sig"))))
        assert head[:3] == names
        assert len(head) == len(COLUMNS)


def test_marks_tell_that_what_is_shown_has_changed(served, reviewer, fraud):
    """Nothing else moves them: an open page is not fetched anew at each sign of life."""
    now = served.clock.now.replace(second=1)
    served.ledger.beat("accueil", "INBOX", now, 0, "", known_at=now)
    before = reviewer.get("/events").json()
    served.ledger.beat("accueil", "INBOX", now + timedelta(seconds=3), 0, "", known_at=now)
    reviewer.get("/cases")
    assert reviewer.get("/events").json() == before
    served.ledger.beat("accueil", "INBOX", now, 2, "login refused")
    seen = reviewer.get("/events").json()
    assert (seen["cases"], seen["health"] != before["health"]) == (before["cases"], True)
    marks = [seen["cases"]]

    def changed() -> bool:
        marks.append(reviewer.get("/events").json()["cases"])
        return bool(marks[-1] != marks[-2])

    decide(reviewer, fraud, "release")
    assert changed()
    (wanted,) = served.ledger.open_intents("accueil")
    served.ledger.close_intent(outcome(wanted, destination=fraud.place))
    assert changed()
    asked = reviewer.post(f"/cases/{fraud.id}/message", on=f"/cases/{fraud.id}").headers["location"]
    assert changed()
    served.ledger.answer_view(asked.rsplit("/", 1)[1], b"x", served.clock())
    assert changed()
    seeded.held(served.ledger, record(9))
    assert changed()
    assert not changed()


def test_nobody_learns_of_changes_who_is_not_signed_in(served):
    assert served.browser().get("/events", headers={"Accept": "application/json"}).status_code == 401


# -- two people ----------------------------------------------------------------------------------------------------------


def test_what_a_colleague_has_confirmed_goes_back_once_two_people_want_it(served, reviewer, fraud):
    """W-17, as it is where nobody says otherwise."""
    paul, anne = (served.browser(served.add(name)) for name in ("Paul", "Anne"))
    assert decide(reviewer, fraud, "confirm").status_code == 303
    for deed in ("release", "undo"):
        answer = decide(paul, fraud, deed)
        assert answer.status_code == 409
        assert "dès qu'une deuxième personne" in text(answer)
    assert served.ledger.open_intents("accueil") == []
    assert "Paul demande de revenir sur cette fraude confirmée" in text(anne.get(f"/cases/{fraud.id}"))
    assert decide(anne, fraud, "release").status_code == 303
    (intent,) = served.ledger.open_intents("accueil")
    assert intent.record_id == fraud.id
    assert "demande de revenir" not in text(paul.get(f"/cases/{fraud.id}"))
