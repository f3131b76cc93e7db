"""Ranking policies over HTTP: read them, write a new one down, and adopt it when somebody else agrees."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from schemas.matcher import PolicyAdopted
from services.kit.access import Actor
from services.kit.commands import Command
from services.kit.database import Connection
from services.kit.problems import Refused, not_found
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.matcher import policy_store
from services.matcher.handlers import mirror
from services.matcher.policy import Policy, uneven, what_is_wrong
from services.matcher.policy_store import Kept
from services.matcher.policy_views import Adopt, Draft, PolicyList, PolicyView

router = APIRouter(prefix="/policies", tags=["policies"])

SUBJECT = "policy"
"""What facts about policies are about: there is one active policy, and its story is in order."""

Host = Annotated[Kitchen, Depends(kitchen)]
Reader = Annotated[Actor, Depends(needs("matches:read"))]


def _view(kept: Kept) -> PolicyView:
    return PolicyView(version=kept.policy.version, **asdict(kept))


async def _all(db: Connection) -> dict[int, Kept]:
    await mirror.refresh(db)  # on a new installation this writes the first one down
    return await _known(db)


async def _all_locked(db: Connection) -> dict[int, Kept]:
    """In this order, and nothing of the mirror afterwards: a ranking may hold the mirror while it waits for the lock."""
    await mirror.refresh(db)
    await policy_store.lock(db)
    return await _known(db)


async def _known(db: Connection) -> dict[int, Kept]:
    return {kept.policy.version: kept for kept in await policy_store.known(db)}


def _one(known: dict[int, Kept], version: int) -> Kept:
    if version not in known:
        raise not_found("policy", str(version))
    return known[version]


@router.get("")
async def list_policies(host: Host, _: Reader) -> PolicyList:
    """Every policy that was written down, and which one ranks now."""
    return PolicyList(policies=[_view(kept) for kept in (await host.database.once(_all)).values()])


@router.get("/{version}")
async def one(version: int, host: Host, _: Reader) -> PolicyView:
    """One policy."""
    return _view(_one(await host.database.once(_all), version))


@router.post("", status_code=201)
async def write(body: Draft, order: Annotated[Command, Depends(command("policy:write"))]) -> Response:
    """Write a policy down. It ranks nothing until somebody else adopts it. To go back, write down `like` an earlier one."""

    async def do(work: Work) -> PolicyView:
        known = await _all_locked(work.db)
        version = await policy_store.next_version(work.db)
        like = _one(known, body.like) if body.like else policy_store.active(known.values())
        ours = {"version": version, "author": order.actor.id, "written_on": work.now.date(), "reason": body.reason}
        taken = sorted(set(ours) & set(body.changes))
        if taken:
            raise Refused(422, "policy", f"{', '.join(taken)} cannot be chosen. Leave it out of the changes.")
        try:
            policy = Policy.model_validate({**like.policy.model_dump(), **body.changes, **ours})
        except ValidationError as error:
            raise Refused(422, "policy", f"This cannot be a policy. {what_is_wrong(error)}. Correct it and send it again.") from None
        if wrong := uneven(policy):
            raise Refused(422, "policy", f"This cannot be a policy. {wrong}.")
        await policy_store.write(work.db, policy, work.now)
        work.note(order.actor.id, "policy.write", f"{SUBJECT}:{version}", body.reason)
        return _view(_one(await _known(work.db), version))

    return await order(body, do, 201)


@router.post("/{version}/adopt")
async def adopt(version: int, body: Adopt, order: Annotated[Command, Depends(command("policy:adopt"))]) -> Response:
    """Let a policy rank from now on: every batch that begins after this answer uses it, on every replica."""

    async def do(work: Work) -> PolicyView:
        known = await _all_locked(work.db)
        kept, active = _one(known, version), policy_store.active(known.values())
        if kept.adopted_at is not None:
            raise Refused(409, "adopted_before", f"Policy {version} was adopted before. To go back to it, write down a new one like it.")
        if active.policy.version != body.expected_active:
            raise Refused(
                409,
                "other_policy",
                f"Policy {active.policy.version} is active, adopted by {active.approved_by}. Read it, then decide again.",
            )
        if order.actor.id == kept.author:
            raise Refused(409, "second_approver", "You wrote this policy down. Somebody else must adopt it.")
        await policy_store.adopt(work.db, version, order.actor.id, work.now, body.reason)
        if kept.policy.rounds_every_days:
            work.later("round", str(version), work.now + timedelta(days=kept.policy.rounds_every_days))
        work.say(PolicyAdopted(policy_version=version, replaces=active.policy.version, author=kept.author, actor=order.actor.id), SUBJECT)
        work.note(order.actor.id, "policy.adopt", f"{SUBJECT}:{version}", body.reason)
        return _view(_one(await _known(work.db), version))

    return await order(body, do)
