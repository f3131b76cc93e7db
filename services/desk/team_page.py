"""The page of a team: place by place, what moving one person changes before it is done, and the orders that do it."""

from collections.abc import Awaitable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response

from services.desk import team, wording
from services.desk.backends import Backends, Part, Refusal
from services.desk.case import Case
from services.desk.forms import Errors, Form
from services.desk.guard import Own, room
from services.desk.names import names
from services.desk.paper import page
from services.desk.person import Person
from services.desk.proposals import peers_of
from services.desk.request_orders import Order
from services.desk.request_page import Adviser, Services
from services.desk.seen import case_of
from services.desk.somebody import found as found_by_name
from services.kit.database import Database

router = room()
_WHY, _CHOICE, _CONSENT, _INSTEAD, _MOST = "to_decide_a_request", "choice.", "consent.", 4, 4000
_REPLACEABLE = ("consenting", "placed")


@router.get("/requests/{ident}/team")
async def show(request: Request, ident: str, person: Adviser, own: Own, services: Services) -> Response:
    """The team as it is, or as it would be with others (`choice.<place>`); with `place` and `peer` what giving that place to them changes,
    with `place` and `who` those whom the register finds by these words; with `costs` what each constraint cost when it was proposed."""
    asked = Form({name: request.query_params.getlist(name) for name in request.query_params})
    return await draw(request, ident, person, own, services, asked)


async def draw(
    request: Request, ident: str, person: Person, own: Database, services: Backends, asked: Form, status: int = 200,
    errors: Errors | None = None,
) -> Response:  # fmt: skip
    """The page for what was asked or typed."""
    case, suggestion = await case_of(own, person, ident)
    chosen = choices(asked)
    place, peer, who = asked["place"][:64], asked["peer"][:64], asked["who"][:200]
    refused = ""
    seats: Part[Any] = Part(None)
    if case.to_do == "decide" or case.lines:
        query = {"chosen": [f"{at}:{each}" for at, each in chosen.items()], "most": _INSTEAD}
        seats, refused = await _said(services, services.get(person, "matcher", f"/matches/{ident}/seats", **query))
    lineup: Part[Any] = Part(None)
    if case.origin != "arrangement" and (not case.lines or asked["costs"]):  # of a decided one the register of that day is laid out again
        lineup, _ = await _said(services, services.get(person, "matcher", f"/matches/{ident}/team"))
    named: Part[Any] = Part(None)
    if peer and case.lines:
        query = {"place": place, "peer": peer}
        named, refused = await _said(services, services.get(person, "matcher", f"/matches/{ident}/stand-ins", **query))
    found: Part[Any] = await found_by_name(services, person, ident, who) if who and not peer else Part(None)
    called = await services.part(names(services, person, team.people(seats.value, lineup.value, [peer]), _WHY))
    known = called.value or {}
    shown = team.team(seats.value, lineup.value, known) if seats.value else None
    told = (named.value or {}).get("found") or []
    return page(
        request, person, "team.html", status, case=case, words=wording, errors=errors or Errors(), typed=asked.typed(), place=place,
        peer=peer, who=who, name=known.get(peer, peer), chosen=chosen, shown=shown, found=found,
        empties=team.empties(lineup.value, known) if lineup.value else (), refused=refused,
        change=team.changes(told[0]) if told else "", barred=bool(told and told[0]["rules"]),
        waived=any(whom == peer and adviser != person.id for _, whom, adviser in case.waived),
        away=next(filter(None, (seats.away, lineup.away, named.away, called.away)), ""),
        suggested=peers_of(suggestion), replaceable=replaceable(case), consents=_outstanding(case, place),
    )  # fmt: skip


def choices(form: Form) -> dict[str, str]:
    """Who was chosen, by place."""
    named = {name.removeprefix(_CHOICE): form[name][:64] for name in form.fields if name.startswith(_CHOICE)}
    return {place: peer for place, peer in named.items() if peer}


def replaceable(case: Case) -> bool:
    """Whether one member may give way now while the others stay."""
    return case.standing == "open" and case.progress in _REPLACEABLE and (case.progress == "placed" or len(case.lines) > 1)


def _outstanding(case: Case, place: str) -> dict[str, str]:
    """By consent, who of those asked about the member at this place has not answered yet."""
    peer = next((line.peer for line in case.lines if line.place == place), "")
    return {ident: each.party for ident, each in case.consents.items() if each.state == "asked" and peer and each.peer == peer}


async def _said(services: Backends, call: Awaitable[Any]) -> tuple[Part[Any], str]:
    """What the matcher says; or why it has nothing to say, in its words."""
    try:
        return await services.part(call), ""
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return Part(None), refusal.detail


class TeamOrder(Order):
    """An order from the page of a team; what goes wrong is shown there."""

    async def again(self, status: int) -> Response:
        return await draw(self.request, self.ident, self.person, self.own, self.services, self.form, status, self.errors)


Ordered = Annotated[TeamOrder, Depends()]


@router.post("/requests/{ident}/team")
async def choose(order: Ordered) -> Response:
    """Ask these people: those suggested, or others with a reason."""
    form, chosen = order.form, choices(order.form)
    _, suggestion = await case_of(order.own, order.person, order.ident)
    others = set(chosen.values()) - peers_of(suggestion)
    if not chosen:
        order.errors.add("team", "Say who fills each place.")
    if others:
        order.errors.reason(form, "why")
    body = {"choices": chosen, "because": "other" if others or form["why"] else "best_suggestion", "reason": form["why"][:2000]}
    path = f"/matches/{order.ident}/{'override' if others else 'confirm'}"
    return await order.send("matcher", path, body, "You chose who to ask. Days are being set aside.", "why")


@router.post("/requests/{ident}/team/{place}")
async def replace(order: Ordered, place: str) -> Response:
    """Give one place to somebody else while the others stay."""
    form, errors = order.form, order.errors
    peer, what = form["peer"][:64], form["what"]
    if form["do"] == "waive":
        return await _waive(order, place[:64], peer)
    errors.need(form, "peer", "Choose who takes the place.")
    consent = what.removeprefix(_CONSENT) if what.startswith(_CONSENT) else ""
    if not consent and what not in wording.LEAVING:
        errors.add("what", "Select what has happened.")
    given, agreed = _number(form["given"]), form["agreed"] == "yes"
    if given is None:
        errors.add("given", "Enter the days in figures, in halves, for example 2.5.")
    case, _ = await case_of(order.own, order.person, order.ident)
    if case.progress == "placed" and not agreed:
        errors.add("agreed", "Ask those who must agree first, then say here that they have.")
    body: dict[str, Any] = {"peer": peer, "reason": errors.reason(form, "why"), "expected_version": _version(form)}
    if consent:
        channel = form["channel"] if form["channel"] in wording.CHANNELS else "telephone"
        path, body = f"consents/{consent[:200]}/refuse-and-replace", {**body, "channel": channel, "because": "not_said"}
    else:
        path, body = "replace", {**body, "place": place[:64], "given": given, "agreed": agreed, "because": what}
    done = "The place passes on. Days are being moved, and whoever must agree is asked next; what the others agreed to stands."
    return await order.send(
        "matcher", f"/matches/{order.ident}/{path}", body, done, "what",
        shows=lambda now: bool(now.escalated) or any(line.peer == peer for line in now.lines),
    )  # fmt: skip


async def _waive(order: TeamOrder, place: str, peer: str) -> Response:
    body = {"place": place, "peer": peer, "because": "other", "reason": order.errors.reason(order.form, "why")}
    done = "The rule is waived. Another adviser may now give this person the place."
    to = f"/requests/{order.ident}/team?{urlencode({'place': place, 'peer': peer})}"
    return await order.send("matcher", f"/matches/{order.ident}/waive", body, done, "why", to=to)


def _version(form: Form) -> int:
    return int(form["version"]) if form["version"].isdigit() else 0


def _number(words: str) -> float | None:
    """Days in halves; 0 for nothing typed, None for what is no such number."""
    try:
        days = float(words or 0)
    except ValueError:
        return None
    return days if 0 <= days <= _MOST and days * 2 == int(days * 2) else None
