"""What was agreed by telephone, over HTTP: who must agree before somebody can help, and what was arranged, recorded."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from schemas.fact import Agreed, Line
from services.kit.access import Actor
from services.kit.problems import Refused, not_found
from services.kit.web import needs
from services.kit.work import Work
from services.matcher import arranging, consents, handlers, store
from services.matcher.arrange_views import Arrangement, Parties, Party, Team
from services.matcher.handlers import REGIONS, mirror
from services.matcher.orders import Order, current, guarded, seen
from services.matcher.steps import Step, match_id
from services.matcher.story import Story
from services.vocabulary.kinds import KINDS

router = APIRouter(prefix="/matches", tags=["matches"])


@router.post("/parties")
async def who_must_agree(body: Team, _: Annotated[Actor, Depends(needs("matches:decide"))]) -> Parties:
    """Everybody who must agree before these people can help, each once; nothing is kept."""
    lines = [
        Line(line=n, place=f"{line.role}-{n}", role=line.role, peer=line.peer, council="000", days=line.days)
        for n, line in enumerate(body.lines, 1)
    ]
    found: dict[tuple[str, str | None], int] = {}
    for each in consents.plan("", body.kind, lines):
        found.setdefault((each.party, each.peer), each.stage)
    return Parties(parties=[Party(stage=stage, party=party, peer=peer) for (party, peer), stage in found.items()])


@router.post("", status_code=201)
async def arrange(body: Arrangement, order: Order) -> Response:
    """Record what was agreed by telephone. The capacity is spent at once; where it does not suffice, a question is raised."""
    if not order.actor.covers(REGIONS.get(body.host, "")):
        raise not_found("council", body.host)
    if body.kind not in KINDS:
        raise Refused(422, "kind", f"That kind of support is not known. Use one of: {', '.join(sorted(KINDS))}.")
    if body.starts > body.ends:
        raise Refused(422, "dates", "The work ends before it starts. Correct starts or ends.")

    async def do(work: Work) -> Story:
        await mirror.refresh(work.db)
        peers = mirror.register.records.peers
        unknown = [line.peer for line in body.lines if line.peer not in peers]
        if unknown:
            raise Refused(422, "unknown_peer", f"{len(unknown)} of the peers are not in the register. Check their identifiers.")
        lines = tuple(
            Line(line=n, place=f"{line.role}-{n}", role=line.role, peer=line.peer, council=peers[line.peer].council, days=line.days)
            for n, line in enumerate(body.lines, 1)
        )
        request = body.request or match_id(order.key, 0)

        def step(story: Story | None, _: Any) -> Step:
            if body.request is not None:
                story = current(story, request, order.actor, body.expected_version or 0)
            elif story is None:
                region = REGIONS.get(body.host, "")
                story = Story(request=request, host=body.host, region=region, kind=body.kind, changed_at=work.now)
            agreements = tuple(Agreed(**each.model_dump()) for each in body.agreements)
            said = (lines, body.starts, body.ends, body.agreed_on, body.because, order.actor.id, work.now, agreements)
            return guarded(story, work, lambda s, _: arranging.arrange(s, *said))

        await handlers.decide(work, [request], lambda r: r, step)
        work.note(order.actor.id, "arrangement.record", request, body.reason)
        return seen(await store.story(work.db, request), request, order.actor)

    return await order(body, do, 201)
