"""Exact rounds: everybody who waits is looked at together, nobody who is decided is moved, and what cannot be served says why."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from schemas.fact import Line
from schemas.requests import Wishes
from services.matcher import arranging, domain, futures, rounds
from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY, Policy
from services.matcher.ranking import Ask, Ranked, rank
from services.matcher.round_runner import dice_of
from services.matcher.rounds import Outcome, proposed_again
from services.matcher.steps import Broken, Inputs, Step, open_suggestions
from services.matcher.story import Story
from services.vocabulary.priorities import PRIORITIES
from tests.unit.matcher.given import BRADFORD, CAMDEN, DUDLEY, LEWISHAM, PORTSMOUTH, TODAY, WAKEFIELD, council, peer, policy, register
from tests.unit.matcher.test_decisions import NOW, agree, content, placed, selected, suggested

FIT_ALONE = policy(lambda_=0.0, mu=0.0, mu_rounds=0.0, beta=0.0, floor=0.0, give_up={"default": 1.0})
INPUTS = Inputs("ranking-1", 7, 1, TODAY)


def waiting(request: str, *roles: str, **fields: Any) -> Story:
    """A request that nobody has been proposed for yet."""
    story = domain.opened(content(*(roles or ("lead_member",)), request=request, **fields), "London", NOW).story
    return story.model_copy(update={"state": "unmet"})


def ranked(known: Register, story: Story, by: Policy) -> Story:
    """The request with what the ranking proposes; its suggestion weighs as load from then on."""
    assert story.content is not None
    (answer,) = rank(known, [Ask.of(story.content, story.declined)], by, TODAY)
    return domain.proposed(story, answer.suggestions, answer.shortages, INPUTS, NOW).story


def first(outcome: Outcome) -> dict[str, tuple[str, ...]]:
    return {change.request: tuple(peer for _, peer in change.first) for change in outcome.changes}


def decided(known: Register, stories: Sequence[Story], later: Sequence[Ask] = (), by: Policy = FIT_ALONE) -> Outcome:
    return rounds.decide(known, stories, [later], by, NOW)


def one_each(*names: str, **fields: Any) -> Register:
    """Lead members of one council each, with days for one deployment."""
    homes = (PORTSMOUTH, LEWISHAM, CAMDEN, DUDLEY)
    return register(*(peer(name, of=home, days=4, **fields) for name, home in zip(names, homes, strict=False)))


def test_with_capacity_short_nobody_of_a_lower_priority_takes_what_would_have_served_a_higher_one() -> None:
    known = register(peer("p1", days=4), peer("p2", of=LEWISHAM, days=4, themes=("neglect",)))
    stories = [
        waiting("r1", priority="other"),
        waiting("r2", priority="newly_appointed", themes=("housing",)),
        waiting("r3", priority="preventing_failure", themes=("housing",)),
    ]
    outcome = decided(known, stories)
    assert set(first(outcome)) == {"r2", "r3"}, "though r1 would fit far better than either"
    assert outcome.unmet == ("r1",)


def servable(requests: Sequence[Story], peers: Sequence[tuple[str, str]]) -> bool:
    """Whether all of these can be served at once; by matching roles alone, with nothing of the product."""
    if not requests:
        return True
    roles = [story.content.places[0].role for story in requests if story.content]
    can = csr_array([[int(role == held) for _, held in peers] for role in roles])
    return bool((maximum_bipartite_matching(can, perm_type="column") >= 0).all())


ROLES = ("lead_member", "leader", "scrutiny_chair")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(ROLES), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(list(PRIORITIES)), st.sampled_from(["send", "neglect"])), max_size=8),
)
def test_no_request_is_served_in_a_place_that_would_have_served_one_of_a_higher_priority(
    held: list[str], asked: list[tuple[str, str, str]]
) -> None:
    homes = (PORTSMOUTH, LEWISHAM, CAMDEN, DUDLEY)
    peers = [(f"p{n}", role) for n, role in enumerate(held)]
    known = register(*(peer(name, of=home, role=role, days=4) for (name, role), home in zip(peers, homes, strict=False)))
    stories = [waiting(f"r{n}", role, priority=priority, themes=(theme,)) for n, (role, priority, theme) in enumerate(asked)]
    outcome = decided(known, stories)
    served = [story for story in stories if story.request not in outcome.unmet]
    level = list(PRIORITIES)
    for unmet in (story for story in stories if story.request in outcome.unmet):
        assert not servable([*served, unmet], peers), "nobody is left out who could be served beside all others"
        for lower in (story for story in served if level.index(story.priority) > level.index(unmet.priority)):
            others = [story for story in served if story is not lower]
            assert not servable([*others, unmet], peers), f"{lower.request} ({lower.priority}) has what {unmet.request} needed"


def test_within_a_priority_who_has_waited_longer_is_served() -> None:
    waited = waiting("r9", received_at=NOW - timedelta(days=200))
    assert first(decided(one_each("p1"), [waiting("r1"), waited])) == {"r9": ("p1",)}


def test_a_peer_whom_another_request_needs_makes_room_for_it() -> None:
    known = register(peer("p1", days=4, themes=("send", "neglect")), peer("p2", of=LEWISHAM, days=4))
    easy = ranked(known, waiting("r1"), FIT_ALONE)
    assert open_suggestions(easy)[0].candidates[0].peer == "p1"
    outcome = decided(known, [easy, waiting("r2", themes=("neglect",))], by=policy(**FIT_ALONE.model_dump(exclude={"stay"}), stay=0.0))
    assert first(outcome) == {"r1": ("p2",), "r2": ("p1",)}
    assert {each.request: each.because for change in outcome.changes for each in change.places} == {
        "r1": "makes_room",
        "r2": "served_at_last",
    }


def test_what_an_adviser_sees_already_is_kept_unless_something_is_better_by_more_than_the_bonus_to_stay() -> None:
    known = one_each("p1", "p2")
    story = ranked(known, waiting("r1"), FIT_ALONE)
    assert decided(known, [story]).changes == ()
    known.apply([(99, "peer:p2", peer("p2", of=LEWISHAM, days=4, version=2, themes=("send", "neglect")))])
    assert decided(known, [story]).changes == (), "another theme that nobody asked for is no reason"


def test_a_busy_council_gives_way_to_one_that_carries_nothing() -> None:
    spread = policy(mu_rounds=10.0, expected_places=2, stay=0.0, give_up={"default": 1.0})
    known = register(peer("p1", days=40), peer("p2", days=40), peer("p3", of=LEWISHAM, days=40))
    outcome = decided(known, [waiting("r1"), waiting("r2")], by=spread)
    assert sorted(name for names in first(outcome).values() for name in names)[-1] == "p3"


def test_a_team_is_served_whole_or_not_at_all_and_its_peers_are_left_to_others() -> None:
    known = one_each("p1", "p2")
    outcome = decided(known, [waiting("r1", "lead_member", "leader", "lead_member", priority="preventing_failure"), waiting("r2")])
    assert set(first(outcome)) == {"r2"}
    assert outcome.unmet == ("r1",)


def test_the_members_of_a_team_come_from_different_councils() -> None:
    known = register(peer("p1"), peer("p2"), peer("p3", of=LEWISHAM))
    outcome = decided(known, [waiting("r1", "lead_member", "lead_member")])
    (names,) = first(outcome).values()
    assert "p3" in names
    assert len(set(names)) == 2


def test_a_round_gives_a_team_the_one_from_outside_the_region_that_it_needs() -> None:
    known = register(peer("near", of=BRADFORD), peer("next", of=WAKEFIELD), peer("far", of=DUDLEY, themes=()))
    needs = Wishes(one_outside_region=True)
    (names,) = first(decided(known, [waiting("r1", "lead_member", "lead_member", wishes=needs)])).values()
    assert "far" in names
    neighbours = register(peer("near", of=BRADFORD), peer("next", of=WAKEFIELD))
    outcome = decided(neighbours, [waiting("r1", "lead_member", "lead_member", wishes=needs), waiting("r2")])
    assert (set(first(outcome)), outcome.unmet) == ({"r2"}, ("r1",))


def test_what_is_likely_to_be_asked_keeps_free_who_alone_could_serve_it_and_takes_nobody_from_a_request_that_is_there() -> None:
    known = register(peer("p1", days=4, themes=("send", "neglect")), peer("p2", of=LEWISHAM, days=4))
    later = Ask.of(content("lead_member", request="x", themes=("neglect",)))
    assert first(decided(known, [waiting("r1")], [later])) == {"r1": ("p2",)}
    assert first(decided(one_each("p1"), [waiting("r1")], [later])) == {"r1": ("p1",)}


def test_of_several_futures_the_round_chooses_what_most_of_them_would_have() -> None:
    known = register(peer("p1", days=4, themes=("send", "neglect")), peer("p2", of=LEWISHAM, days=4))
    needs_p1 = [Ask.of(content("lead_member", request="x", themes=("neglect",)))]
    for ahead, expected in (([needs_p1, needs_p1, []], "p2"), ([needs_p1, [_elsewhere()], [_elsewhere()]], "p1")):
        outcome = rounds.decide(known, [waiting("r1")], ahead, FIT_ALONE, NOW)
        assert first(outcome) == {"r1": (expected,)}
        assert outcome == rounds.decide(known, [waiting("r1")], ahead, FIT_ALONE, NOW)


def _elsewhere() -> Ask:
    """A request that neither of them could serve."""
    return Ask.of(content("scrutiny_chair", request="y"))


def test_drawn_futures_hold_as_many_requests_of_a_kind_as_last_year_and_the_same_for_a_round_that_is_run_again() -> None:
    rest, known = (_kinds("mentoring", "mentoring", "sounding_board"), _kinds("mentoring", "sounding_board", "mentoring", "buddy"))
    drawn = [futures.of("drawn", rest, known, dice_of("round-1")) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != futures.of("drawn", rest, known, dice_of("round-2"))
    assert {tuple(sorted(ask.kind for ask in each)) for each in drawn[0]} == {("mentoring", "mentoring", "sounding_board")}
    assert futures.of("last_year", rest, known, dice_of("round-1")) == [rest]
    assert futures.of("none", rest, known, dice_of("round-1")) == []


def _kinds(*kinds: str) -> list[Ask]:
    return [Ask.of(content("lead_member", request=f"{kind}-{n}", kind=kind)) for n, kind in enumerate(kinds)]


def test_the_least_cut_names_the_requests_the_roles_and_whose_capacity_is_in_the_way() -> None:
    known = register(peer("p1", days=4), peer("p2", of=LEWISHAM, role="leader", days=40))
    short = decided(known, [waiting("r1"), waiting("r2"), waiting("r3", "leader")]).short
    assert short.requests == ("r1", "r2"), "the leader's request is in nobody's way"
    assert (short.roles, short.peers, short.councils) == (("lead_member",), ("p1",), (PORTSMOUTH,))


def test_what_a_whole_council_has_left_limits_its_peers_together() -> None:
    known = register(peer("p1", days=40), peer("p2", days=40), council(PORTSMOUTH, days=4))
    outcome = decided(known, [waiting("r1"), waiting("r2")])
    assert len(outcome.changes) == 1
    assert len(outcome.unmet) == 1
    assert outcome.short.councils == (PORTSMOUTH,)


def test_a_round_leaves_the_register_as_it_was_and_the_same_inputs_give_the_same_answer() -> None:
    known = one_each("p1", "p2", "p3")
    stories = [ranked(known, waiting(f"r{n}"), DEFAULT_POLICY) for n in range(5)]
    before = known.load_vector(TODAY)
    outcome = decided(known, stories, by=DEFAULT_POLICY)
    assert known.load_vector(TODAY) == before
    assert decided(known, list(reversed(stories)), by=DEFAULT_POLICY) == outcome


def test_whom_a_round_chose_heads_the_shortlist_and_the_ranking_is_the_same_in_a_replay() -> None:
    known = one_each("p1", "p2", "p3")
    asked = Ask.of(content("lead_member"))
    plain, chosen = (rank(one_each("p1", "p2", "p3"), [ask], FIT_ALONE, TODAY)[0] for ask in (asked, _first(asked, "p3")))
    assert heads(plain) == ["p1", "p2", "p3"]
    assert heads(chosen) == ["p3", "p1", "p2"]
    assert rank(known, [_first(asked, "p3")], FIT_ALONE, TODAY)[0] == chosen
    assert heads(rank(one_each("p1", "p2"), [_first(asked, "p3")], FIT_ALONE, TODAY)[0]) == ["p1", "p2"], "who is gone heads nothing"


def _first(asked: Ask, name: str) -> Ask:
    return Ask(**{field: getattr(asked, field) for field in Ask.__slots__} | {"first": (("lead_member-1", name),)})


def heads(answer: Ranked) -> list[str]:
    return [candidate.peer for candidate in answer.suggestions[0].candidates]


CHOSEN: dict[str, Callable[[], Story]] = {
    "suggested": suggested, "selected": selected, "placed": lambda: placed("lead_member"),
}  # fmt: skip
LINE = Line(line=1, place="lead_member-1", role="lead_member", peer="p1", council=BRADFORD, days=4)


def moves(story: Story) -> list[Callable[[], Step]]:
    """What may happen to a request."""
    match = story.match.match if story.match else ""
    lists = open_suggestions(story)
    choice = {place.place: (place.candidates[0].peer, place.candidates[0].council) for place in lists}
    return [
        lambda: domain.select(story, choice, "adviser", "best", NOW, override=False),
        lambda: domain.held(story, match, NOW),
        lambda: agree(story),
        lambda: agree(story, agreed=False),
        lambda: domain.capacity_placed(story, match, NOW),
        lambda: domain.hold_refused(story, match, LINE, "peer_days", 1.0, NOW),
        lambda: domain.hold_expired(story, match, NOW),
        lambda: domain.cancel(story, "adviser", NOW),
        lambda: domain.withdrawn(story, NOW),
        lambda: arranging.complete(story, {1: 4.0}, NOW.date(), "adviser", NOW),
        lambda: domain.deadline_passed(story, NOW + timedelta(days=90)),
    ]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(CHOSEN)),
    st.lists(st.integers(0, 10), max_size=14),
    st.integers(0, 14),
)
def test_a_round_never_moves_who_is_chosen_whatever_happens_between_its_look_and_its_proposal(
    begin: str, happens: list[int], looks: int
) -> None:
    story = CHOSEN[begin]()
    seen = story
    for n, move in enumerate(happens):
        if n == looks:
            seen = story
        try:
            story = moves(story)[move]().story
        except (Broken, AssertionError, StopIteration):
            continue
    change = rounds.Change("r1", seen.version, (("lead_member-1", "p9"),), (), 1.0)
    taken = proposed_again(story, change, datetime(2027, 1, 1, tzinfo=NOW.tzinfo))
    if story.state not in rounds.OPEN or story.version != seen.version:
        assert taken is None
    else:
        assert taken is not None
        assert taken.propose
    known = one_each("p1", "p2", "p3")
    outcome = decided(known, [story])
    assert story.state in rounds.OPEN or outcome == Outcome(0, (), (), rounds.Short())
