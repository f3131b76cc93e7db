"""How far a request has come follows from what matcher and registry say, in whatever order their facts arrive."""

import itertools

from schemas import matcher as m
from schemas import registry as r
from schemas.fact import Fact
from services.requests.progress import FOLLOWED, Progress, follow, state_of

Told = tuple[type[Fact], str, int]


def after(*told: Told, start: Progress | None = None) -> Progress:
    """Where facts (type, match, the matcher's number) leave a request."""
    progress = start or Progress()
    for fact, match, sequence in told:
        progress = follow(progress, fact.type, match, sequence)
    return progress


JOURNEY: list[tuple[type[Fact], str]] = [
    (m.MatchSuggested, "suggested"),
    (m.MatchSelected, "selected"),
    (m.ConsentAsked, "consenting"),
    (m.ConsentGiven, "consenting"),
    (m.ConsentsCompleted, "consenting"),
    (m.MatchPlaced, "placed"),
    (m.SupportCompleted, "completed"),
]


def test_the_journey_goes_from_suggested_to_completed() -> None:
    progress = Progress()
    for number, (fact, state) in enumerate(JOURNEY, 1):
        progress = follow(progress, fact.type, "m1", number)
        assert (progress.state, progress.match, progress.heard) == (state, "m1", number)


def test_held_shows_between_the_choice_and_the_consents_whichever_service_is_heard_first() -> None:
    chosen, held = (m.MatchSelected, "m1", 2), (r.CapacityHeld, "m1", 1)
    assert after(chosen, held).state == "held"
    assert after(held, chosen).state == "held"
    assert after(chosen, (m.ConsentAsked, "m1", 3), held).state == "consenting"


def test_the_registry_moves_nothing_on_by_itself() -> None:
    placed = after((m.MatchPlaced, "m1", 6))
    for fact in (r.CapacityHeld, r.HoldRefused, r.CapacityPlaced, r.HoldExpired, r.HoldReleased):
        assert after((fact, "m1", 99), start=placed).state == "placed"


def test_the_registry_counts_its_own_facts_and_never_hides_the_matchers() -> None:
    for fact in (r.CapacityHeld, r.HoldRefused, r.CapacityPlaced, r.HoldExpired, r.HoldReleased):
        assert after((m.MatchSelected, "m1", 2), (fact, "m1", 99), (m.MatchPlaced, "m1", 3)).state == "placed"


def test_a_hold_of_an_earlier_match_is_not_taken_for_this_one() -> None:
    assert after((r.CapacityHeld, "m1", 1), (m.MatchWithdrawn, "m1", 3), (m.MatchSelected, "m2", 5)).state == "selected"
    assert after((m.MatchSelected, "m2", 5), (r.CapacityHeld, "m2", 1), (r.HoldReleased, "m1", 2)).state == "held"


def test_a_hold_that_ran_out_is_no_hold() -> None:
    assert after((m.MatchSelected, "m1", 2), (r.CapacityHeld, "m1", 1), (r.HoldExpired, "m1", 2)).state == "selected"


def test_the_interleaving_of_two_topics_does_not_change_where_a_request_ends() -> None:
    said: list[Told] = [(m.MatchSuggested, "m1", 1), (m.MatchSelected, "m1", 2), (m.ConsentAsked, "m1", 3), (m.MatchLapsed, "m1", 4)]
    kept: list[Told] = [(r.CapacityHeld, "m1", 1), (r.HoldReleased, "m1", 2)]
    for places in itertools.combinations(range(len(said) + len(kept)), len(kept)):
        told, holds = iter(said), iter(kept)
        order = [next(holds) if at in places else next(told) for at in range(len(said) + len(kept))]
        assert after(*order) == Progress("opened", "m1", 4, None)


def test_an_older_fact_of_the_matcher_changes_nothing() -> None:
    placed = after((m.MatchPlaced, "m2", 9))
    assert after((m.MatchSuggested, "m1", 3), start=placed) == placed
    assert after((m.MatchPlaced, "m2", 9), start=placed) == placed


def test_a_lost_match_puts_the_request_back_to_be_matched() -> None:
    for fact in (m.MatchLapsed, m.MatchWithdrawn, m.SuggestionDeclined):
        assert after((m.MatchSuggested, "m1", 1), (fact, "m1", 2)).state == "opened"


def test_what_stands_in_the_way_comes_before_how_far_it_has_come() -> None:
    suggested = Progress("suggested")
    assert [state_of(standing, "council", suggested) for standing in ("open", "question", "rejected", "withdrawn")] == [
        "suggested", "question", "rejected", "withdrawn",
    ]  # fmt: skip


def test_a_withdrawal_after_placement_shows_that_a_person_must_look() -> None:
    assert state_of("withdrawn", "council", Progress("escalated")) == "escalated"
    assert state_of("withdrawn", "council", Progress("completed")) == "completed"


def test_an_arrangement_that_is_given_up_is_withdrawn_for_there_is_nothing_to_match() -> None:
    assert state_of("open", "arrangement", after((m.ArrangementRecorded, "m1", 1))) == "selected"
    assert state_of("open", "arrangement", after((m.ArrangementRecorded, "m1", 1), (m.MatchWithdrawn, "m1", 2))) == "withdrawn"


def test_every_fact_of_the_matcher_is_followed() -> None:
    from schemas.fact import FACTS

    said = {kind for kind, fact in FACTS.items() if issubclass(fact, m.MatcherFact)}
    assert said <= {fact.type for fact in FOLLOWED}
