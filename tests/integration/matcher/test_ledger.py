"""The ledger reads a slim copy of the stories, and the copy says what the stories say, whatever happens to them."""

import random
from datetime import UTC, date, datetime

from schemas.fact import Line
from schemas.matcher import Candidate, MatchSuggested, PlaceSuggestion
from services.kit.database import Database
from services.matcher import store
from services.matcher.giving import Deployment, Period, deployments
from services.matcher.story import Match, Story
from tests.integration.matcher.test_mirror import MIGRATIONS

ALWAYS = Period(date(2020, 1, 1), date(2030, 1, 1))
STARTS, ENDS, NOW = date(2026, 12, 7), date(2027, 3, 1), datetime(2026, 9, 1, tzinfo=UTC)
PEERS = tuple(f"p{n}" for n in range(6))


def candidates(dice: random.Random) -> tuple[Candidate, ...]:
    """Some of the peers, of whom several may fit alike."""
    some = dice.sample(PEERS, dice.randint(1, len(PEERS)))
    return tuple(
        Candidate(peer=peer, council=f"30{peer[1]}", rank=rank, fit=dice.choice((0.5, 0.7, 0.9)), value=0.5, terms={}, weights={}, price={})
        for rank, peer in enumerate(some, 1)
    )


def asked(n: int, dice: random.Random) -> Story:
    """A request with two places; an arrangement, of which nobody was proposed, is every third."""
    places = tuple(
        PlaceSuggestion(place=f"lead_member-{k}", role="lead_member", considered=9, excluded={}, candidates=candidates(dice))
        for k in (1, 2)
    )
    suggestion = MatchSuggested(
        match=f"m{n}", request=f"r{n}", version=1, host="383", kind="bespoke", days=4, starts=STARTS, ends=ENDS, places=places,
        registry_version=1, policy_version=1, as_of=NOW.date(), ranking="r",
    )  # fmt: skip
    match = Match(match=f"m{n}", suggestion=suggestion if n % 3 else None, starts=STARTS, ends=ENDS)
    return Story(request=f"r{n}", state="suggested", host="383", region="London", kind="bespoke", match=match, changed_at=NOW)


def line(number: int, place: int, dice: random.Random) -> Line:
    peer = dice.choice(PEERS)
    return Line(
        line=number, place=f"lead_member-{place}", role="lead_member", peer=peer, council=f"30{peer[1]}", days=dice.choice((0.5, 4))
    )


def changed(story: Story, dice: random.Random) -> Story:
    """The next thing that happens to it: chosen, placed, a member replaced after some days, moved to other days, ended."""
    match = story.current
    if not match.lines:
        return story.model_copy(
            update={"match": match.model_copy(update={"lines": (line(1, 1, dice), line(2, 2, dice))}), "state": "selected"}
        )
    if story.state == "selected":
        return story.model_copy(update={"state": dice.choice(("placed", "withdrawn"))})
    what = dice.choice(("replaced", "moved", "completed", "withdrawn"))
    if what == "replaced":
        left, stays = match.lines
        new = line(3 + len(match.former), int(left.place[-1]), dice)
        former = (*match.former, left.model_copy(update={"days": 0.5}))
        return story.model_copy(update={"match": match.model_copy(update={"lines": (stays, new), "former": former})})
    if what == "moved":
        return story.model_copy(update={"match": match.model_copy(update={"starts": date(2027, 1, dice.randint(1, 28))})})
    return story.model_copy(update={"state": what})


async def keep(database: Database, *stories: Story) -> None:
    await database.once(lambda db: store.save_stories(db, stories))


async def read(database: Database) -> list[Deployment]:
    return await database.once(lambda db: store.given(db, ALWAYS))


async def test_what_the_ledger_reads_is_what_the_stories_say_after_each_change(database: Database) -> None:
    dice = random.Random(7)
    stories = {n: asked(n, dice) for n in range(9)}
    await keep(database, *stories.values())
    kinds = set()
    for _ in range(60):
        n = dice.randrange(len(stories))
        stories[n] = changed(stories[n], dice)
        await keep(database, stories[n])
        told = await database.once(lambda db: store.stories(db, None, None, "", 500))
        wanted = sorted(one for story in told for one in deployments(story))
        assert await read(database) == wanted
        kinds |= {(one.former, one.fit is None) for one in wanted}
    assert kinds == {(False, False), (False, True), (True, True)}, "proposed, not proposed, and given up are all there"

    # an installation that had its stories before it had the ledger's copy
    (file,) = MIGRATIONS[-1].glob("*_deployment.sql")
    backfill = "insert into deployment" + file.read_text().split("-- migrate:down")[0].split("insert into deployment")[1]
    before = await read(database)
    await database.once(lambda db: db.execute("truncate deployment"))
    await database.once(lambda db: db.execute(backfill))
    assert await read(database) == before
