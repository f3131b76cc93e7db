"""Bad records of every sort among good ones: each comes to an end that can be seen, and none stops those behind it."""

import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from schemas.envelope import Envelope
from schemas.fact import Fact
from schemas.matcher import MatchSelected
from schemas.registry import CapacityHeld, LoadState
from schemas.requests import RequestOpened
from services.onebox.invariants import INTAKE
from services.onebox.sample_requests import BAD_CONTENT, BAD_RECORDS, Record, cloud_event, requests, spoiled
from tests.chaos.conftest import Keeps
from tests.support.foreign import good
from tests.support.promised import Table
from tests.support.trial import Trial

pytestmark = pytest.mark.xdist_group("breakable")
OF_EACH_SORT = 100  # one in a hundred of ten thousand
AGAIN, NEWER, CHANGED = 600, 400, 200
WITH_A_WARNING = {"unknown_council_to_avoid", "unknown_group", "unknown_priority"}  # a wish that nobody can read does not hold a request up
ENDS = ("opened", "amended", "rejected", "refused", "question", "same", "parked")


@dataclass(frozen=True)
class Posted:
    sort: str
    record: Record


def mixed(trial: Trial) -> list[Posted]:
    """Ten thousand records: a hundred of every sort of bad ones; of the good, some again, some newer, some changed without saying so."""
    (pattern,) = requests(7, 1, trial.today)
    pattern |= {"authority": "383"}
    bad = [
        Posted(sort, spoiled(sort, {**pattern, "reference": f"{sort}-{n}"}, f"{sort}-{n}"))
        for sort in (*BAD_CONTENT, *BAD_RECORDS)
        for n in range(OF_EACH_SORT)
    ]
    once = good("mixed", 10_000 - len(bad) - AGAIN - NEWER - CHANGED, trial.today, kind="sounding board", authority="Leeds")
    again = [Posted("good, again", record) for record in once[:AGAIN]]
    newer = [Posted("good, newer", _revised(record, n, revision=2)) for n, record in enumerate(once[AGAIN : AGAIN + NEWER])]
    changed = [Posted("good, changed", _revised(record, n, revision=1)) for n, record in enumerate(once[-CHANGED:])]
    first, later = [Posted("good", record) for record in once], [*again, *newer, *changed]
    # what comes second comes after its first, and both stand among bad ones: the key is the reference, so they share a partition
    early, late = bad[::2], bad[1::2]
    chance = random.Random(3)
    for part in (first + early, later + late):
        chance.shuffle(part)
    half, rest = first + early, later + late
    chance.shuffle(half)
    chance.shuffle(rest)
    return half + rest


def _revised(record: Record, number: int, revision: int) -> Record:
    data = json.loads(record[1] or b"")
    return cloud_event({**data, "revision": revision, "notes": "Mornings suit best, as we know now."}, f"revised-{revision}-{number}")


def test_ten_thousand_good_and_bad_records_each_come_to_an_end_that_can_be_seen(breakable: Trial, keeps: Keeps, table: Table) -> None:
    posted = mixed(breakable)
    places = breakable.foreign.post([each.record for each in posted])
    breakable.settle()
    outcomes = {row["intake"]: row["outcome"] for row in breakable.rows("requests", "select intake, outcome from outcome")}
    query = "select topic || '-' || part || '-' || position as place from parked where consumer = $1"
    parked = {row["place"] for row in breakable.rows("requests", query, f"requests.{INTAKE}")}
    ends = [outcomes.get(place) or ("parked" if place in parked else "lost") for place in places]

    found = Counter((each.sort, end) for each, end in zip(posted, ends, strict=True))
    sorts = dict.fromkeys(each.sort for each in sorted(posted, key=lambda each: (each.sort[:4] != "good", each.sort)))
    rows = [[sort, *(found[sort, end] or "" for end in ENDS)] for sort in sorts]
    sums = Counter(ends)
    table(f"how {len(posted)} mixed records ended", [["sort", *ENDS], *rows, ["all", *(sums[end] for end in ENDS)]])

    assert len(posted) == len(set(places)) == 10_000
    assert sum(sums[end] for end in ENDS) == len(posted), sums
    assert all(found[sort, "parked"] == OF_EACH_SORT for sort in BAD_RECORDS)
    assert {sort for sort in BAD_CONTENT if found[sort, "opened"]} == WITH_A_WARNING
    assert not any(found[sort, end] for sort in BAD_CONTENT for end in ("amended", "same", "parked"))
    assert (found["good", "opened"], found["good, again", "same"]) == (3_600 + 400, AGAIN)
    assert (found["good, newer", "amended"], found["good, changed", "refused"]) == (NEWER, CHANGED)
    keeps(breakable, f"{len(posted)} mixed records, {sums['parked']} parked, {sums['refused'] + sums['rejected']} refused or rejected")


def test_records_on_our_own_topics_that_no_service_can_read_are_parked_and_work_goes_on(breakable: Trial, keeps: Keeps) -> None:
    heard: tuple[type[Fact], ...] = (RequestOpened, MatchSelected, CapacityHeld, LoadState)
    for fact in heard:
        envelope = Envelope("nobody-1", fact.type, "/somebody/else", "nobody", datetime.now(UTC), "nobody", "", 1)
        whole: Record = (b"nobody", b'{"match": 7}', list(envelope.headers()))
        spoilt: list[Record] = [(b"nobody", *spoil(whole)[1:]) for spoil in BAD_RECORDS.values()]
        breakable.foreign.post([*spoilt, whole], fact.topic)
    breakable.foreign.post(good("after", 50, breakable.today))
    breakable.settle()
    for service in ("requests", "matcher", "registry"):
        rows = breakable.rows(service, "select topic, count(*) as n from parked where topic <> $1 group by topic", INTAKE)
        found = {row["topic"]: row["n"] for row in rows}
        assert found
        assert all(n >= len(BAD_RECORDS) for n in found.values()), found
    (row,) = breakable.rows("matcher", "select count(*) as n from story where doc like '%\"after-%' and state <> 'new'")
    assert row["n"] > 40
    keeps(breakable, f"{len(BAD_RECORDS) + 1} unreadable records on each of our own topics")
