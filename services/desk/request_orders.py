"""What an adviser does to a request: each order goes to the service that owns the matter, with the version that the page showed."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.desk import asking, doubts, page_store, when, wording
from services.desk.backends import Away, Refusal
from services.desk.case import Case
from services.desk.forms import Errors, Form
from services.desk.guard import Own, Sent, room
from services.desk.owning import take
from services.desk.paper import back
from services.desk.request_page import Adviser, Services, draw
from services.desk.seen import anything, caught_up
from services.desk.somebody import Asked
from services.kit.problems import not_found

router = room()
SERVICES = frozenset({"requests", "registry", "matcher"})
_LATELY = 30  # facts


class Order:
    """One order of one person about one request."""

    def __init__(self, request: Request, ident: str, person: Adviser, form: Sent, own: Own, services: Services) -> None:
        self.request, self.ident, self.person, self.form = request, ident, person, form
        self.own, self.services = own, services
        self.errors = Errors()

    async def send(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any],
        done: str,
        field: str = "reason",
        *,
        shows: Callable[[Case], bool] = anything,
        to: str = "",
    ) -> Response:
        """Send it and go back to the page, which says what was done; or show the page with what is wrong and what was typed.

        shows: what the request looks like when it is done, where its version stays; the command then expects none. to: another page.
        """
        if self.errors:
            return await self.again(422)
        if await self.own.once(lambda db: page_store.one(db, self.ident, self.person.own_regions)) is None:
            raise not_found("request", self.ident)
        shown = int(self.form["version"]) if self.form["version"].isdigit() else 0
        try:
            command = {**body} if shows is not anything and service == "matcher" else {**body, "expected_version": shown}
            answer = await self.services.post(self.person, service, path, command, self.form.once)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            if refusal.problems:
                self.errors.refused(refusal.problems, {name: name for name in self.form.fields}, field)
            else:
                self.errors.add(field, await self._overtaken(refusal) if refusal.stale else refusal.detail)
            return await self.again(refusal.status)
        except Away as away:
            self.errors.add(field, f"{away.words} Nothing was done; what you typed is still here.")
            return await self.again(503)
        version, match_version = (answer["version"], 0) if service == "requests" else (0, answer["version"])
        await caught_up(self.own, self.ident, version, match_version, shows)
        return back(self.request, self.person, to or f"/requests/{self.ident}", done)

    async def again(self, status: int) -> Response:
        """The page as it is now, with what was typed."""
        given = (self.request, self.ident, self.person, self.own, self.services)
        asked = Asked(self.form["place"], self.form["who"][:200], self.form["peer"])
        chosen = self.form.every("to")
        return await draw(*given, status=status, errors=self.errors, typed=self.form.typed(), asked=asked, chosen=chosen)

    async def _overtaken(self, refusal: Refusal) -> str:
        """By whom, when, and what can be done."""
        who, at = str(refusal.facts.get("changed_by", "")), str(refusal.facts.get("changed_at", ""))
        if who in SERVICES:  # which went on with what somebody had decided
            told = await self.own.once(lambda db: page_store.timeline(db, self.ident, _LATELY))
            who, at = next(((each["actor"], each["at"].isoformat()) for each in told if each["actor"] not in ("", *SERVICES)), (who, at))
        names = await self.own.once(lambda db: page_store.called(db, [who]))
        by = "You" if who == self.person.id else names.get(who, who) or "Somebody"
        on = f" on {when.moment(at)}" if at else ""
        what = "Nothing of yours was done. Read what stands here now; what you typed is kept."
        return f"{by} changed this request{on}, before you sent this. {what}"


Ordered = Annotated[Order, Depends()]


def _match(ident: str, path: str) -> str:
    return f"/matches/{ident}/{path}"


@router.post("/requests/{ident}/confirm")
async def confirm(order: Ordered) -> Response:
    """Choose one of those suggested for each place."""
    form = order.form
    choices = {name.removeprefix("choice."): form[name] for name in form.fields if name.startswith("choice.")}
    if not choices:
        order.errors.add("choice", "Select who to ask.")
    body = {"choices": choices, "because": _code(form, "because", wording.CHOOSING, "best_suggestion"), "reason": form["reason"][:2000]}
    return await order.send("matcher", _match(order.ident, "confirm"), body, "You chose who to ask. Days are being set aside.", "choice")


@router.post("/requests/{ident}/decline")
async def decline(order: Ordered) -> Response:
    """Turn some or all of those suggested down; the next best are suggested."""
    peers = order.form.every("decline")
    if not peers:
        order.errors.add("decline", "Select whom to turn down.")
    if order.form["because"] not in wording.DECLINING:
        order.errors.add("because", "Select why.")
    body = {"peers": peers, "because": order.form["because"], "reason": order.form["reason"][:2000]}
    return await order.send("matcher", _match(order.ident, "decline"), body, "Turned down. The next best are suggested.", "decline")


@router.post("/requests/{ident}/override")
async def override(order: Ordered) -> Response:
    """Choose somebody who was not suggested, with a reason."""
    reason = order.errors.reason(order.form, "why")
    body = {"choices": {order.form["place"]: order.form["peer"]}, "because": "other", "reason": reason}
    return await order.send("matcher", _match(order.ident, "override"), body, "You chose somebody else. Days are being set aside.", "why")


@router.post("/requests/{ident}/waive")
async def waive(order: Ordered) -> Response:
    """Waive the rule that stands against a peer; another adviser may then choose them."""
    reason = order.errors.reason(order.form, "why")
    body = {"place": order.form["place"], "peer": order.form["peer"], "because": "other", "reason": reason}
    return await order.send(
        "matcher", _match(order.ident, "waive"), body, "The rule is waived. Another adviser may now choose this peer.", "why"
    )


@router.post("/requests/{ident}/cancel")
async def cancel(order: Ordered) -> Response:
    """Take a match in hand back; the next best are suggested."""
    body = {"reason": order.form["reason"][:2000]}
    return await order.send("matcher", _match(order.ident, "cancel"), body, "The match was taken back. The next best are suggested.")


@router.post("/requests/{ident}/consents/{consent}")
async def consent(order: Ordered, consent: str) -> Response:
    """Record what somebody said."""
    answer, channel = order.form["answer"], _code(order.form, "channel", wording.CHANNELS, "telephone")
    field = f"answer-{consent}"
    if answer not in ("yes", "no"):
        order.errors.add(field, "Select whether they agree.")
    because = _code(order.form, "because", wording.REFUSING, "not_said")
    body = {"agreed": answer == "yes", "on_behalf": True, "channel": channel, "because": because}
    done = "Recorded: they agree." if answer == "yes" else "Recorded: they do not agree. The next best are suggested."
    return await order.send("matcher", _match(order.ident, f"consents/{consent}"), body, done, field)


@router.post("/requests/{ident}/complete")
async def complete(order: Ordered) -> Response:
    """Say that the support is done, and how many days each gave."""
    days: dict[str, float] = {}
    for name in order.form.fields:
        if name.startswith("days."):
            try:
                days[name.removeprefix("days.")] = float(order.form[name])
            except ValueError:
                order.errors.add(name, "Enter the days in figures, for example 2.5.")
    on = order.errors.need(order.form, "completed_on", "Enter the last day of the support.")
    body = {"days": days, "completed_on": on}
    return await order.send("matcher", _match(order.ident, "complete"), body, "The support is recorded as completed.", "completed_on")


@router.post("/requests/{ident}/draw")
async def draw_days(order: Ordered) -> Response:
    """Write down that days were used of support that is given as and when."""
    form = order.form
    if form["because"] not in wording.DRAWING:
        order.errors.add("because", "Select what they were used for.")
    on = order.errors.need(form, "on", "Enter the day on which the time was given.")
    days = asking.number(form["days"])
    if isinstance(days, str):
        order.errors.add("days", "Enter the days in figures, for example 0.5.")
    line = int(form["line"]) if form["line"].isdigit() else 1
    body = {"line": line, "days": days, "on": on, "because": form["because"], "reason": form["reason"][:2000]}
    return await order.send("matcher", _match(order.ident, "draw"), body, "The days are written down.", "days")


@router.post("/requests/{ident}/answer")
async def answer(order: Ordered) -> Response:
    """Say what an outside word means: one of the candidates, or what none of them is."""
    form = order.form
    field = "other" if form["answer"] == doubts.OTHER else "answer"
    if not form[field]:
        order.errors.add(field, "Select what is meant, or that it is none of these." if field == "answer" else "Select what it is instead.")
    path = f"/requests/{order.ident}/questions/{form['question']}/answer"
    return await order.send(
        "requests",
        path,
        {"answer": form[field], "reason": ""},
        "Answered. Unless something else is unclear, the request is being matched.",
        field,
    )


@router.post("/requests/{ident}/offer")
async def answer_offer(order: Ordered) -> Response:
    """Record what the council said to an offer."""
    form = order.form
    if form["answer"] not in ("yes", "no"):
        order.errors.add("answer", "Select whether the council accepts the offer.")
    if form["by"] not in wording.OFFERED_TO:
        order.errors.add("by", "Select who told you.")
    on = order.errors.need(form, "answered_on", "Enter the day on which they told you.")
    accepted = form["answer"] == "yes"
    because = _code(form, "because", wording.NOT_WANTED, "not_said")
    channel = _code(form, "channel", wording.CHANNELS, "telephone")
    body = {"accepted": accepted, "by": form["by"], "channel": channel, "answered_on": on, "because": because}
    done = f"Recorded: the council {'accepts' if accepted else 'does not want'} the offer."
    return await order.send("requests", f"/requests/{order.ident}/offer/answer", body, done, "answered_on")


@router.post("/requests/{ident}/arrangement")
async def arrangement(order: Ordered) -> Response:
    """An arrangement that does not fit: try again, or give it up."""
    if order.form["answer"] not in ("retry", "withdraw"):
        order.errors.add("answer", "Select what to do.")
    path = _match(order.ident, f"questions/{order.form['question']}")
    return await order.send("matcher", path, {"answer": order.form["answer"]}, "Done.", "answer")


@router.post("/requests/{ident}/withdraw")
async def withdraw(order: Ordered) -> Response:
    """Take the request back for the council."""
    if order.form["because"] not in wording.WITHDRAWING:
        order.errors.add("withdraw", "Select why.")
    body = {"reason_code": order.form["because"], "reason": order.form["reason"][:2000]}
    return await order.send("requests", f"/requests/{order.ident}/withdraw", body, "The request is withdrawn.", "withdraw")


@router.post("/requests/{ident}/owner")
async def own_it(request: Request, ident: str, person: Adviser, own: Own) -> Response:
    """Make the request the person's own."""
    if not await take(own, request.app.state.kitchen.clock.now(), person, ident):
        raise not_found("request", ident)
    return back(request, person, f"/requests/{ident}", "This request is now yours.")


def _code(form: Form, name: str, known: Mapping[str, str], otherwise: str) -> str:
    return form[name] if form[name] in known else otherwise
