"""The checker of the five promises can fail: every promise is broken on purpose, in the databases and on the topics of a real story."""

import asyncio
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaProducer

from services.onebox import invariants
from services.onebox.databases import Databases
from services.onebox.invariants import Promises
from services.onebox.reading import Posted
from tests.support.advisers import agrees
from tests.support.foreign import good
from tests.support.servers import Broker
from tests.support.trial import Trial

pytestmark = pytest.mark.xdist_group("invariants")


class Story:
    """A true story whose services have stopped, and what has been broken of it so far."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.promises = self._check()

    def _check(self, days: int = 0, *commands: tuple[str, str, int]) -> Promises:
        return asyncio.run(invariants.check(self.trial.fleet, self.trial.now + timedelta(days=days), commands))

    def broken(self, days: int = 0, *commands: tuple[str, str, int]) -> dict[str, int]:
        """How often each promise was broken since this was last asked, without zeros."""
        before, self.promises = self.promises.counts(), self._check(days, *commands)
        return {name: count - before[name] for name, count in self.promises.counts().items() if count != before[name]}

    def change(self, service: str, statement: str, *values: object) -> None:
        """Do to a service's database what the service never does."""
        assert self.trial.rows(service, statement + " returning 1", *values), "nothing was changed"

    def fact(self, topic: str, name: str, state: str = "placed") -> Posted:
        """A fact of one sort about a request in a state."""
        states = {row["request"]: row["state"] for row in self.trial.rows("matcher", "select request, state from story")}
        return next(
            p for p in self.trial.facts(topic) if p.envelope and f".{name}." in p.envelope.type and states[p.envelope.subject] == state
        )

    def forge(self, fact: Posted, event_id: str, sequence: int = 0, **changes: str) -> None:
        """Say a fact again, with another id, and perhaps with another number, as the next of its subject or of another."""
        assert fact.envelope
        topic = fact.place.rsplit("-", 2)[0]
        subject = changes.get("subject", fact.envelope.subject)
        last = max((p.envelope.sequence for p in self.trial.facts(topic) if p.envelope and p.envelope.subject == subject), default=0)
        envelope = replace(fact.envelope, id=event_id, sequence=sequence or last + 1, **changes)  # type: ignore[arg-type]

        async def send() -> None:
            async with AIOKafkaProducer(bootstrap_servers=self.trial.fleet.kafka) as producer:
                name = self.trial.fleet.prefix + topic
                await producer.send_and_wait(name, fact.payload, key=envelope.subject.encode(), headers=envelope.headers())

        asyncio.run(send())


@pytest.fixture(scope="module")
def story(kafka: Broker, postgres: Databases, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Sixty requests, of which some are placed and some are held."""
    trial = Trial(tmp_path_factory.mktemp("invariants"), kafka.bootstrap, postgres, f"i{uuid.uuid4().hex[:9]}")
    with trial.running(peers=200):
        trial.foreign.post(good("checked", 60, trial.today, kind="bespoke", team=[{"role": "Head of Service", "count": 1}], days=1))
        trial.settle()
        caller = trial.caller()
        for waiting in [story for story in trial.stories("checked") if story["state"] == "suggested"]:
            body = {"expected_version": waiting["version"], "because": "best_suggestion"}
            caller.order("confirm", f"/matches/{waiting['request']}/confirm", body)
        trial.settle()
        for held in [story for story in trial.stories("checked") if story["state"] == "consenting"][::2]:
            agrees(caller, held)
        trial.settle()
        assert min(trial.states()[state] for state in ("placed", "consenting")) >= 4
    return Story(trial)


def test_a_true_story_breaks_no_promise(story: Story) -> None:
    assert story.promises.kept, story.promises.examples


def test_an_intake_record_that_nobody_heard_is_lost(story: Story) -> None:
    story.trial.foreign.post(good("unheard", 1, story.trial.today))
    assert story.broken() == {"lost": 1}


def test_an_intake_record_without_an_outcome_is_lost(story: Story) -> None:
    story.change("requests", "delete from outcome where intake = (select min(intake) from outcome)")
    assert story.broken() == {"lost": 1}


def test_an_intake_record_with_two_outcomes_is_doubled(story: Story) -> None:
    story.change("requests", "insert into outcome select * from outcome where intake = (select max(intake) from outcome)")
    assert story.broken() == {"doubled": 1}


def test_a_fact_that_was_committed_and_not_published_is_lost(story: Story) -> None:
    columns = "topic, key, compacted, event_id, type, subject, time, correlation, causation, sequence, value"
    values = "'matcher.events.v1', 'r', false, 'e', 't', 'r', '2026-01-01', '', '', 1, ''"
    story.change("matcher", f"insert into outbox ({columns}) values ({values})")
    assert story.broken() == {"lost": 1}


@pytest.mark.parametrize(
    ("service", "topic", "name"),
    [
        ("matcher", "requests.events.v1", "request-opened"),
        ("registry", "matcher.events.v1", "match-selected"),
        ("matcher", "registry.events.v1", "capacity-held"),
        ("requests", "matcher.events.v1", "match-placed"),
        ("requests", "registry.events.v1", "capacity-placed"),
    ],
)
def test_a_fact_that_its_hearer_has_not_seen_is_lost(story: Story, service: str, topic: str, name: str) -> None:
    fact = story.fact(topic, name)
    assert fact.envelope
    story.change(service, "delete from inbox where consumer = $1 and event_id = $2", f"{service}.{topic}", fact.envelope.id)
    assert story.broken() == {"lost": 1}


def test_a_command_that_was_acknowledged_and_of_which_nothing_was_said_is_lost(story: Story) -> None:
    fact = story.fact("matcher.events.v1", "match-placed")
    assert fact.envelope
    assert story.broken(0, ("matcher", fact.envelope.subject, 99), ("matcher", fact.envelope.subject, 1)) == {"lost": 1}
    assert story.broken() == {"lost": -1}


def test_what_can_happen_once_to_a_match_and_is_said_twice_is_doubled(story: Story) -> None:
    story.forge(story.fact("matcher.events.v1", "match-placed"), "placed-twice")
    assert story.broken() == {"doubled": 1, "lost": 1}, "and nobody has heard the second"


def test_two_events_of_one_number_are_doubled(story: Story) -> None:
    fact = story.fact("matcher.events.v1", "consent-asked")
    assert fact.envelope
    story.forge(fact, "same-number", fact.envelope.sequence)
    assert story.broken() == {"doubled": 1, "lost": 1}


def test_a_number_that_was_left_out_is_out_of_order(story: Story) -> None:
    fact = story.fact("matcher.events.v1", "consent-asked")
    story.forge(fact, "number-90", 90)
    assert story.broken() == {"out_of_order": 1, "lost": 1}


def test_a_later_number_before_an_earlier_one_is_out_of_order(story: Story) -> None:
    fact = story.fact("matcher.events.v1", "consent-asked")
    story.forge(fact, "second", 2, subject="turned-round")
    story.forge(fact, "first", 1, subject="turned-round")
    assert story.broken() == {"out_of_order": 1, "lost": 2}


def test_a_match_that_is_placed_before_its_capacity_is_out_of_order(story: Story) -> None:
    fact, other = story.fact("matcher.events.v1", "match-selected", "consenting"), story.fact("matcher.events.v1", "match-placed")
    assert fact.envelope
    assert other.envelope
    story.forge(fact, "too-early", type=other.envelope.type, causation=fact.envelope.causation)
    assert story.broken() == {"out_of_order": 1, "lost": 1}


def test_an_offer_that_is_overspent_is_over_capacity(story: Story) -> None:
    story.trial.rows("registry", "alter table offer drop constraint never_over_capacity")
    story.change("registry", "update offer set held = offered + 1 where offer = (select min(offer) from offer where held + placed = 0)")
    assert story.broken() == {"over_capacity": 2}, "and its lines do not say so"


def test_an_offer_that_has_used_other_than_its_lines_is_over_capacity(story: Story) -> None:
    story.change("registry", "update hold_line set days = days + 1 where match = (select min(match) from hold_line where state = 'placed')")
    assert story.broken() == {"over_capacity": 2}, "the peer's and the council's"


def test_a_hold_without_a_live_match_is_an_orphan(story: Story) -> None:
    story.change(
        "matcher", "update story set state = 'withdrawn' where request = (select min(request) from story where state = 'consenting')"
    )
    assert story.broken() == {"orphaned": 1}


def test_a_placement_without_a_placed_match_is_an_orphan(story: Story) -> None:
    story.change("matcher", "update story set state = 'suggested' where request = (select min(request) from story where state = 'placed')")
    assert story.broken() == {"orphaned": 1}


def test_a_placed_match_without_its_capacity_is_an_orphan(story: Story) -> None:
    statement = "update hold set state = 'released' where request = (select max(request) from hold where state = 'placed')"
    story.change("registry", statement)
    assert story.broken() == {"orphaned": 1}


def test_a_hold_past_its_deadline_is_an_orphan(story: Story) -> None:
    held = len(story.trial.rows("registry", "select match from hold where state = 'held'"))
    assert story.broken(days=400) == {"orphaned": held}
