"""What an adviser does beside the decision on a request: notes, escalation, what a call came to, a word to a peer's own region."""

from typing import Annotated

from fastapi import Path, Response

from services.desk import wording
from services.desk.guard import room
from services.desk.request_orders import Ordered

router = room()
_LEAST = 10
Peer = Annotated[str, Path(max_length=64)]


@router.post("/requests/{ident}/note")
async def note(order: Ordered) -> Response:
    """Write a note."""
    words = order.errors.need(order.form, "note", "Write the note.")
    audience = order.form["audience"] if order.form["audience"] in wording.AUDIENCES else "region"
    body = {"words": words[:4000], "audience": audience}
    return await order.send("requests", f"/requests/{order.ident}/notes", body, "The note is kept.", "note")


@router.post("/requests/{ident}/escalate")
async def escalate(order: Ordered) -> Response:
    """Hand it to those who lead the region."""
    told = order.form.every("to")
    if not told:
        order.errors.add("to", "Select who is told.")
    if order.form["because"] not in wording.ESCALATING:
        order.errors.add("escalate", "Select why.")
    if len(order.form["words"]) < _LEAST:
        order.errors.add("words", "Say why, in ten characters or more.")
    body = {"because": order.form["because"], "words": order.form["words"][:4000], "to": told[:10]}
    done = "Escalated. It stands at the top of their desk until somebody has looked at it."
    return await order.send(
        "requests", f"/requests/{order.ident}/escalate", body, done, "escalate", shows=lambda case: case.raised is not None
    )


@router.post("/requests/{ident}/settle")
async def settle(order: Ordered) -> Response:
    """What was escalated has been looked at."""
    path = f"/requests/{order.ident}/escalation/settle"
    body = {"reason": order.form["reason"][:2000]}
    return await order.send("requests", path, body, "It is no longer escalated.", "settle-reason", shows=lambda case: case.raised is None)


@router.post("/requests/{ident}/calls/{peer}")
async def call(order: Ordered, peer: Peer) -> Response:
    """Note what a call came to, and go on to the next on the sheet."""
    outcome = order.form["outcome"]
    if outcome not in wording.CALLED:
        order.errors.add("choice", "Say what the call came to.")
    to = f"/requests/{order.ident}/calls#{order.form['next'] or 'sheet'}"
    return await order.send(
        "matcher",
        f"/matches/{order.ident}/calls",
        {"peer": peer, "outcome": outcome},
        f"Noted: {wording.call(outcome)}.",
        "choice",
        shows=lambda case: case.calls.get(peer, ("", ""))[0] == outcome,
        to=to,
    )


@router.post("/requests/{ident}/heads-ups/{peer}")
async def heads_up(order: Ordered, peer: Peer) -> Response:
    """Tell the adviser of the peer's own region, before the peer is contacted."""
    done = "Told. Their answer will stand here; they do not see for whom it is."
    to = f"/requests/{order.ident}/calls#{order.form['next'] or 'sheet'}"
    path = f"/matches/{order.ident}/heads-ups"
    return await order.send("matcher", path, {"peer": peer}, done, "choice", shows=lambda case: peer in case.words, to=to)
