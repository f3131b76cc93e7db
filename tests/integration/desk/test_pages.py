"""What the desk's pages show from its own data, to whom, and with how many statements; the services behind them are away."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from schemas.drawing import DaysDrawn
from schemas.matcher import LineSpent
from services.desk.backends import Away, Backends
from services.desk.person import Person
from services.registry import views
from tests.integration.desk.house import House
from tests.support.stories import BATH, GATESHEAD, LEEDS, Story

MOST_STATEMENTS = {
    "/desk": 7,
    "/desk?for=decide&page=1": 7,
    "/cover": 8,
    "/spread": 6,
    "/spread/price": 9,
    "/shortages": 9,
    "/requests/{}": 22,
    "/requests/{}/calls": 22,
    "/heads-ups": 6,
    "/new": 6,
    "/register": 3,
    "/register?words=Ada": 6,
}
"""Statements a page may run, those of its session and its tokens, and the beginning and end of transactions counted."""


async def test_my_desk_shows_what_waits_by_priority_with_age_and_deadline(house: House) -> None:
    other, pressing, asked = Story(), Story(priority="preventing_failure"), Story(at=house.clock.now())
    await house.hears(other, other.opened(), other.suggested())
    await house.hears(pressing, pressing.opened(), pressing.suggested())
    await house.hears(asked, asked.opened(), asked.suggested(), asked.selected(), asked.asked())
    async with house.visitor() as browser:
        text = (await browser.get("/desk")).text
    assert text.index(pressing.request) < text.index(other.request)
    assert "Preventing failure or inadequacy" in text
    assert "Due " in text
    assert re.search(r'data-count="decide">2<', text)
    assert re.search(r'data-count="consent">1<', text)
    assert "No question is open." in text


async def test_my_desk_puts_what_waits_in_the_order_that_the_matcher_counts(house: House) -> None:
    long_waiting, urgent = Story(), Story(priority="preventing_failure")
    for story, days in ((urgent, 480), (long_waiting, 500)):
        since = {"pressing_since": house.clock.now() - timedelta(days=days)}
        await house.hears(story, story.opened(), story.suggested().model_copy(update=since))
    async with house.visitor() as browser:
        text = (await browser.get("/desk")).text
    assert text.index(long_waiting.request) < text.index(urgent.request)


async def test_an_empty_desk_says_so_and_what_to_do(house: House) -> None:
    async with house.visitor() as browser:
        assert "New requests appear here by themselves" in (await browser.get("/desk")).text
        assert "Show everything" in (await browser.get("/desk?of=me")).text


async def test_where_the_suggestions_stand_a_line_says_what_a_round_may_still_improve(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "The round of 12 December 2026 may still improve this; waiting gains nothing after 20 December 2026. It can be decided now."

    async def matcher_alone(_: Backends, __: Person, service: str, path: str, **_wanted: object) -> dict[str, object]:
        if service != "matcher":
            raise Away(service)
        return {"improving": {"words": words} if path == f"/matches/{waits.request}" else None}

    monkeypatch.setattr(Backends, "get", matcher_alone)
    waits, settled = Story(), Story()
    for story in (waits, settled):
        await house.hears(story, story.opened(), story.suggested())
    async with house.visitor() as browser:
        assert words in (await browser.get(f"/requests/{waits.request}")).text
        assert "may still improve" not in (await browser.get(f"/requests/{settled.request}")).text


async def test_a_request_of_another_region_is_not_there_on_any_page_nor_for_any_order(house: House) -> None:
    story = Story(host=BATH)
    await house.hears(story, story.opened(), story.suggested())
    async with house.visitor() as browser:
        page = await browser.get("/desk")
        assert story.request not in page.text
        assert story.request not in (await browser.get("/desk?region=South+West")).text
        csrf = re.search(r'name="csrf" value="(\w+)"', page.text)
        assert csrf
        for path in ("", "/calls"):
            assert (await browser.get(f"/requests/{story.request}{path}")).status_code == 404
        form = {"csrf": csrf[1], "version": "1", "choice.lead_member-1": "p1", "answer": "yes", "because": "by_host", "why": "x" * 20}
        orders = ("confirm", "decline", "override", "waive", "cancel", "consents/c1", "complete", "draw", "answer", "offer", "withdraw")
        for order in (*orders, "owner"):
            answer = await browser.post(f"/requests/{story.request}/{order}", data={**form, "decline": "p1", "completed_on": "2027-01-01"})
            assert answer.status_code in (404, 422), order
            assert "Bath and North East Somerset" not in answer.text
    async with house.visitor(role="national_adviser", regions=["*"]) as browser:
        assert story.request in (await browser.get("/desk")).text


@pytest.mark.parametrize("role", ["operator", "group_office", "governor"])
async def test_whoever_is_no_adviser_sees_no_request(house: House, role: str) -> None:
    story = Story()
    await house.hears(story, story.opened(), story.suggested())
    async with house.visitor(role=role, regions=["*"]) as browser:
        for path in ("/desk", f"/requests/{story.request}", f"/requests/{story.request}/calls", "/live"):
            answer = await browser.get(path)
            assert (answer.status_code, story.request in answer.text) == (403, False), path


async def test_a_request_shows_who_could_help_in_words_and_says_which_part_is_away(house: House) -> None:
    story = Story(host=LEEDS)
    await house.hears(story, story.opened(), story.suggested("p1", "p2"))
    async with house.visitor() as browser:
        text = (await browser.get(f"/requests/{story.request}")).text
    assert "as good a fit as any" in text
    assert "Knows every theme asked for" in text
    assert "Has not been asked this year" in text
    assert "1,500 not in the role asked for" in text
    assert "cannot be reached at the moment" in text
    assert "Suggested: p1 and p2 for lead member" in text
    assert "style=" not in text


async def test_a_sounding_board_that_is_placed_shows_what_is_drawn_and_what_is_left(house: House) -> None:
    story = Story(host=LEEDS)
    opened = story.opened().model_copy(update={"kind": "sounding_board"})
    suggested = story.suggested().model_copy(update={"kind": "sounding_board"})
    use = {"match": "m1", "request": story.request, "on": house.clock.now().date(), "because": "call", "actor": "adviser-one"}
    drawn = DaysDrawn(**use, version=7, drawn=LineSpent(line=1, days_spent=1.5), days_left=2.5)
    await house.hears(story, opened, suggested, story.selected(), story.placed(), drawn)
    async with house.visitor() as browser:
        text = (await browser.get(f"/requests/{story.request}")).text
    assert "1.5 days drawn, 2.5 left" in text
    assert 'id="draw-reason"' in text
    assert re.search(r'name="days.1"[^>]* value="1.5"', text), "what was drawn is what was given, unless somebody says otherwise"


async def test_the_spread_says_that_a_part_is_away_and_keeps_what_was_chosen(house: House) -> None:
    async with house.visitor() as browser:
        text = (await browser.get("/spread?kind=peer_review&from=2026-01-01")).text
    assert "cannot be reached at the moment" in text
    assert 'value="2026-01-01"' in text
    assert 'value="peer_review" selected' in text


async def test_an_order_to_a_service_that_is_away_does_nothing_and_keeps_what_was_typed(house: House) -> None:
    story = Story()
    await house.hears(story, story.opened(), story.suggested("p1", "p2"))
    async with house.visitor() as browser:
        page = (await browser.get(f"/requests/{story.request}")).text
        csrf = re.search(r'name="csrf" value="(\w+)"', page)
        assert csrf
        form = {"csrf": csrf[1], "once": "k", "version": "1", "decline": "p2", "because": "asked_too_often", "reason": "They said <so>."}
        answer = await browser.post(f"/requests/{story.request}/decline", data=form)
    assert answer.status_code == 503
    assert "Nothing was done" in answer.text
    assert "They said &lt;so&gt;." in answer.text
    assert "<title>Error:" in answer.text


async def test_an_unclear_council_is_a_question_with_its_candidates_and_none_of_these(house: House) -> None:
    story = Story()
    await house.hears(story, story.doubted(LEEDS, GATESHEAD))
    async with house.visitor() as browser:
        text = (await browser.get(f"/requests/{story.request}")).text
    assert re.findall(r'name="answer" type="radio" value="(\w+)"', text) == [LEEDS, GATESHEAD, "other"]
    assert "Leeds" in text
    assert "Gateshead" in text


async def test_an_unclear_theme_is_asked_about_with_the_council_named_and_may_be_left_out(house: House) -> None:
    story = Story()
    await house.hears(story, story.doubted("care_leavers", field="themes.0", host=LEEDS))
    async with house.visitor() as browser:
        text = (await browser.get(f"/requests/{story.request}")).text
        desk = (await browser.get("/desk")).text
    assert re.findall(r'name="answer" type="radio" value="(\w+)"', text) == ["care_leavers", "other", "none"]
    assert "Leave this theme out" in text
    assert "Is it Care leavers?" in desk
    assert "Leeds" in desk


async def test_a_request_is_taken_by_one_adviser_and_the_desk_shows_whose_it_is(house: House) -> None:
    story = Story()
    await house.hears(story, story.opened(), story.suggested())
    async with house.visitor() as browser:
        csrf = re.search(r'name="csrf" value="(\w+)"', (await browser.get("/desk")).text)
        assert csrf
        assert (await browser.post(f"/requests/{story.request}/owner", data={"csrf": csrf[1]})).status_code == 303
        assert "Yours" in (await browser.get("/desk?of=me")).text
        assert story.request not in (await browser.get("/desk?of=nobody")).text
    assert [row["action"] for row in await house.sql("select action from audit")] == ["request.take"]


async def test_cover_is_entered_for_own_regions_and_a_whole_caseload_is_handed_over_with_a_reason(house: House) -> None:
    story = Story()
    await house.hears(story, story.opened(), story.suggested())
    async with house.visitor() as browser:
        csrf = re.search(r'name="csrf" value="(\w+)"', (await browser.get("/cover")).text)
        assert csrf
        form = {"csrf": csrf[1]}
        await browser.post(f"/requests/{story.request}/owner", data=form)
        entry = {**form, "person": "adviser-two", "name": "Ada <Two>", "role": "prime_associate", "starts": "2026-01-01"}
        assert (await browser.post("/cover", data={**entry, "region": "London"})).status_code == 422
        assert (await browser.post("/cover", data={**entry, "region": "Yorkshire and The Humber"})).status_code == 303
        assert "Ada &lt;Two&gt;" in (await browser.get("/cover")).text
        order = {**form, "from": "adviser-one", "to": "adviser-two"}
        assert "Say why" in (await browser.post("/cover/hand-over", data=order)).text
        assert (await browser.post("/cover/hand-over", data={**order, "reason": "On leave until May."})).status_code == 303
        assert "Ada &lt;Two&gt; looks after this request." in (await browser.get(f"/requests/{story.request}")).text
    assert [row["action"] for row in await house.sql("select action from audit order by id")][-1] == "caseload.hand_over"


async def test_support_that_has_ended_waits_for_its_days(house: House) -> None:
    story = Story()
    await house.hears(story, story.opened(), story.suggested(), story.selected(), story.placed())
    await house.sql("update request set ends = $1", house.clock.now().date() - timedelta(days=2))
    async with house.visitor() as browser:
        assert re.search(r'data-count="finish">1<', (await browser.get("/desk")).text)


async def test_a_page_runs_a_fixed_number_of_statements_however_much_there_is(house: House) -> None:
    stories = [Story() for _ in range(12)]
    for story in stories:
        await house.hears(story, story.opened(), story.suggested(*(f"p{n}" for n in range(8))))
    async with house.visitor() as browser:
        for path, most in MOST_STATEMENTS.items():
            before = house.database.statements
            assert (await browser.get(path.format(stories[0].request))).status_code == 200
            assert 0 < house.database.statements - before <= most, path


@pytest.mark.parametrize("much", [1, 60])
@pytest.mark.parametrize(("path", "most"), [("/register/peers/p1", 9), ("/register/councils/383", 9)])
async def test_a_page_of_the_register_runs_as_many_statements_for_much_work_as_for_little(
    house: House, monkeypatch: pytest.MonkeyPatch, path: str, most: int, much: int
) -> None:
    stories = [Story() for _ in range(min(much, 12))]
    for story in stories:
        await house.hears(story, story.opened(), story.suggested("p1"), story.selected(), story.placed())
    monkeypatch.setattr(Backends, "get", _of_the_registry(much, [story.request for story in stories]))
    async with house.visitor() as browser:
        before = house.database.statements
        assert (await browser.get(path)).status_code == 200
        assert 0 < house.database.statements - before <= most


def _of_the_registry(much: int, requests: list[str]) -> Any:
    """What the registry says of a peer and of a council with so many offers, peers and pieces of work."""
    day = date(2026, 4, 1)
    peer: dict[str, Any] = {
        "kind": "member", "council": LEEDS, "name": "Ada One", "party": None, "themes": ["send"], "active": True, "posts": [],
        "languages": [], "travel": [], "day_rate": None, "version": 1, "accreditations": [], "interests": [], "absences": [],
        "releases": [], "training": [], "evidence": [], "feedback": [],
    }  # fmt: skip
    council = views.CouncilProfile(
        la_code=LEEDS, gss_code="E08000035", name="Leeds", region="Yorkshire and The Humber", type="metropolitan", aliases=[], linked=[],
        willing=True, version=1, inspections=[], interventions=[],
    )  # fmt: skip
    found = [views.FoundPeer(peer=f"p{n}", region="Yorkshire and The Humber", fits=1, **peer) for n in range(much)]
    kept = {"owner": "peer:p1", "days": 4, "from_": day, "to": day, "kinds": [], "held": 0, "placed": 4, "free": 0}
    done = {"match": "m", "role": "lead_member", "council": LEEDS, "days": 4, "from_": day, "state": "placed", "visit": False}
    pieces = [views.Piece(peer=f"q{n}", request=requests[n % len(requests)], **done) for n in range(much)]
    said: dict[str, BaseModel] = {
        "/peers/p1": views.PeerProfile(peer="p1", **peer),
        f"/councils/{LEEDS}": council,
        "/accounts": views.Accounts(accounts=[views.Account(offer=f"o{n}", **kept) for n in range(much)]),
        "/given": views.Works(work=pieces),
        "/search": views.Found(peers=found, councils=[], more=False),
        "/names": views.Names(names=[views.Name(peer=piece.peer, name="Ada Two") for piece in pieces]),
    }

    async def get(_: Backends, __: Person, ___: str, path: str, **____: Any) -> Any:
        return said[path].model_dump(mode="json", by_alias=True)

    return get


async def test_an_address_that_begins_too_many_sign_ins_is_asked_to_wait(house: House) -> None:
    async with house.visitor() as browser:
        statuses = [(await browser.get("/sign-in/start")).status_code for _ in range(house.settings.sign_ins)]
        assert 429 not in statuses
        answer = await browser.get("/sign-in/start")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")
    assert "Wait five minutes" in answer.text
