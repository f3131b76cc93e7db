"""What holds for every register and every request that hypothesis can think of."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.matcher import PlaceSuggestion
from schemas.registry import CouncilState, Feedback, Inspection, Interest, Intervention, LoadState, Offer, PeerState, Post, Span
from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY, Policy
from services.matcher.ranking import OTHER_PLACE, RULES, Ask, Ranked, excluded_by, lacks_outsider, rank, stand
from services.matcher.records import State
from services.vocabulary.kinds import KINDS
from tests.unit.matcher.given import ALWAYS, BRADFORD, DUDLEY, KIRKLEES, LEEDS, PORTSMOUTH, TODAY, enumerate_records, load, offer, policy

CODES = (LEEDS, BRADFORD, KIRKLEES, DUDLEY, PORTSMOUTH)
ROLES = ("lead_member", "director_of_childrens_services", "assistant_director")
THEMES = ("send", "neglect", "finance")
DAY = date(2026, 12, 1)


class Dice(random.Random):
    """Draws the parts of an invented sector; most of what it draws is fit for work on DAY, some of it only just not."""

    def some(self, of: Sequence[str], likely: float = 0.5) -> tuple[str, ...]:
        return tuple(one for one in of if self.random() < likely)

    def day(self) -> date:
        return DAY + timedelta(days=self.randint(-2, 2))

    def offers(self, names: Sequence[str]) -> tuple[Offer, ...]:
        dates = [sorted((self.day(), self.day())) if self.random() < 0.3 else list(ALWAYS) for _ in names]
        return tuple(offer(name, self.randint(1, 20) / 2, *dates[i]) for i, name in enumerate(names) if self.random() < 0.7)

    def posts(self, home: str) -> tuple[Post, ...]:
        at = [home if self.random() < 0.8 else self.choice(CODES) for _ in range(self.randint(0, 3))]
        until = [None if self.random() < 0.7 else self.day() for _ in at]
        since = [ALWAYS[0] if self.random() < 0.7 else self.day() for _ in at]
        return tuple(Post(role=self.choice(ROLES), council=at[i], starts=since[i], ends=until[i]) for i in range(len(at)))

    def peer(self, name: str) -> PeerState:
        home = self.choice(CODES)
        return PeerState(
            version=self.randint(1, 3),
            peer=name,
            kind=self.choice(("member", "officer")),
            council=home,
            party=self.choice((None, "labour", "conservative")),
            themes=self.some(THEMES),
            posts=self.posts(home),
            offers=self.offers("ab"),
            active=self.random() < 0.9,
            accreditations=self.spans(0.8),
            interests=tuple(Interest(council=self.choice(CODES), **span.model_dump()) for span in self.spans(0.2)),
            absences=self.spans(0.2),
            releases=self.spans(0.5),
        )

    def spans(self, likely: float) -> tuple[Span, ...]:
        ends = [(self.day(), None), (ALWAYS[0], self.day()), ALWAYS]
        return tuple(Span(starts=starts, ends=ends) for starts, ends in ends if self.random() < likely / 3 and (not ends or starts <= ends))

    def council(self, code: str) -> CouncilState:
        return CouncilState(
            version=self.randint(1, 3),
            council=code,
            name="",
            region=self.choice(("north", "south")),
            kind=self.choice(("unitary", "county")),
            linked=self.some(CODES, 0.1),
            willing=self.random() < 0.8,
            offers=self.offers("cd"),
            inspections=tuple(Inspection(starts=self.choice((ALWAYS[0], self.day()))) for _ in range(self.randint(0, 2))),
            interventions=tuple(
                Intervention(state=self.choice(("informal", "notice", "trust")), **span.model_dump()) for span in self.spans(0.5)
            ),
        )

    def load(self, owner: str) -> LoadState:
        placed = tuple(TODAY - timedelta(days=self.randint(300, 400)) for _ in range(self.randint(0, 2)))
        used = {name: self.randint(1, 20) / 2 for name in self.some("abcd", 0.3)}
        challenges = tuple(DAY + timedelta(days=self.choice((-366, -365, -364, 364, 365))) for _ in range(self.randint(0, 2)))
        return load(owner, held=self.randint(0, 2), placed=placed, used=used, challenges=challenges, version=self.randint(1, 3))


def sector(seed: int, size: int) -> list[State]:
    """States of so many peers and their councils; some keys are said more than once, some councils never."""
    dice = Dice(seed)
    names = [f"p{i}" for i in range(size)]
    said: list[State] = [dice.peer(name) for name in (*names, *names[:2])]
    said += [dice.council(code) for code in (*dice.some(CODES, 0.9), *CODES[:2])]
    said += [dice.load(f"peer:{name}") for name in names[::2]]
    return said + [dice.load(f"council:{code}") for code in CODES[::2]]


sectors = st.builds(sector, st.integers(0, 2**32), st.integers(0, 30))
asks = st.builds(
    Ask,
    request=st.just("r"),
    host=st.sampled_from(CODES),
    kind=st.sampled_from(sorted(KINDS)),
    priority=st.sampled_from(("other", "preventing_failure")),
    themes=st.lists(st.sampled_from(THEMES), unique=True).map(tuple),
    places=st.lists(st.sampled_from(ROLES), min_size=1, max_size=3).map(
        lambda roles: tuple((str(i), role) for i, role in enumerate(roles))
    ),
    starts=st.just(DAY),
    ends=st.just(DAY + timedelta(days=30)),
    days=st.integers(1, 20).map(lambda n: n / 2),
    region=st.sampled_from(("any", "inside", "outside")),
    party=st.none() | st.just("labour"),
    avoid=st.frozensets(st.sampled_from(CODES), max_size=2),
    named_peer=st.none() | st.sampled_from(("p0", "p3", "p9")),
    declined=st.frozensets(st.sampled_from(("p1", "p2", "p9"))),
    one_outside_region=st.booleans(),
)
many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def register_of(states: list[State]) -> Register:
    known = Register()
    known.apply(once_per_version(states))
    return known


def once_per_version(states: list[State]) -> list[tuple[int, str, State | None]]:
    """A version of a key is said with one content only, as its service promises."""
    records: dict[tuple[str, int], tuple[int, str, State | None]] = {}
    for position, name, state in enumerate_records(states):
        assert state is not None
        records.setdefault((name, state.version), (position, name, state))
    return list(records.values())


def in_json(ranked: list[Ranked]) -> list[str]:
    return [part.model_dump_json() for one in ranked for part in (*one.suggestions, *one.shortages)]


@many
@given(sectors, st.lists(asks, min_size=1, max_size=3))
def test_no_hard_rule_is_ever_broken_by_a_suggestion(states: list[State], requests: list[Ask]) -> None:
    known = register_of(states)
    for asked, ranked in zip(requests, rank(known, requests, DEFAULT_POLICY, TODAY), strict=True):
        proposed = [candidate.peer for place in ranked.suggestions for candidate in place.candidates]
        assert len(proposed) == len(set(proposed))
        for place in ranked.suggestions:
            for candidate in place.candidates:
                assert excluded_by(known, asked, place.role, candidate.peer, DEFAULT_POLICY, TODAY) is None
                assert candidate.fit >= DEFAULT_POLICY.floor
                assert candidate.value == round(candidate.fit - sum(candidate.price.values()), 9)
        firsts = [place.candidates[0].peer for place in ranked.suggestions]
        assert not firsts or not lacks_outsider(known.columns(), asked, firsts)


policies = st.sampled_from((DEFAULT_POLICY, policy(no_giving_from="notice", cooling_off_months=1, challenges_a_year=2)))


@many
@given(sectors, asks, policies)
def test_the_counts_are_those_of_the_rules_read_one_peer_at_a_time_and_add_up(states: list[State], asked: Ask, by: Policy) -> None:
    known = register_of(states)
    role = asked.places[0][1]
    standing = stand(known, asked, role, by, TODAY)
    counts = dict.fromkeys(RULES, 0)
    free = []
    for name in sorted(known.records.peers):
        rule = excluded_by(known, asked, role, name, by, TODAY)
        if rule is None:
            free.append(known.columns().index[name])
        else:
            counts[rule] += 1
    assert {rule: standing.excluded.get(rule, 0) for rule in RULES} == counts
    assert standing.peers.tolist() == free
    assert sum(standing.excluded.values()) + standing.eligible == standing.considered == len(known.records.peers)


@many
@given(sectors, asks)
def test_a_request_is_served_whole_or_says_of_every_short_place_where_everybody_went(states: list[State], asked: Ask) -> None:
    ranked = rank(register_of(states), [asked], DEFAULT_POLICY, TODAY)[0]
    assert bool(ranked.suggestions) != bool(ranked.shortages)
    assert len(ranked.suggestions) in (0, len(asked.places))
    for short in ranked.shortages:
        assert sum(short.excluded.values()) == short.considered
        assert OTHER_PLACE not in short.excluded or len(asked.places) > 1


raisings = st.one_of(
    st.sampled_from(THEMES).map(lambda theme: lambda peer: {"themes": tuple({*peer.themes, theme})}),
    st.just(lambda _: {"feedback": Feedback(count=50, mean=5.0)}),
)
"""What raises a term of a peer's fit: a theme more, or the best of ratings by many."""


@many
@given(sectors, asks, raisings)
def test_raising_a_fit_term_never_lowers_a_peers_fit_nor_their_place(
    states: list[State], asked: Ask, raised: Callable[[PeerState], dict[str, Any]]
) -> None:
    role = asked.places[0][1]
    before = register_of(states)
    standing = stand(before, asked, role, DEFAULT_POLICY, TODAY)
    order = [*standing.within, *standing.beyond]
    for row, fit in zip(standing.peers.tolist(), standing.fit.tolist(), strict=True):
        state = before.records.peers[before.columns().ids[row]]
        after = register_of([*states, state.model_copy(update={"version": state.version + 1, **raised(state)})])
        again = stand(after, asked, role, DEFAULT_POLICY, TODAY)
        assert again.fit.item(again.at(row)) >= fit
        assert row not in order or [*again.within, *again.beyond].index(row) <= order.index(row)


@many
@given(sectors, st.lists(asks, min_size=1, max_size=3), st.sets(st.integers(0, 30), max_size=3), st.randoms())
def test_the_order_in_which_records_come_changes_nothing(
    states: list[State], requests: list[Ask], erased: set[int], dice: random.Random
) -> None:
    records = [*once_per_version(states), *((position, f"peer:p{position % 4}", None) for position in sorted(erased))]
    shuffled = list(records)
    dice.shuffle(shuffled)
    one, other = Register(), Register()
    one.apply(records)
    for record in shuffled:
        other.apply([record])
        other.columns()
    assert one.version == other.version
    assert in_json(rank(one, requests, DEFAULT_POLICY, TODAY)) == in_json(rank(other, requests, DEFAULT_POLICY, TODAY))


@many
@given(sectors, st.lists(asks, min_size=1, max_size=4), st.dictionaries(st.sampled_from(("p0", "p1", "p9")), st.integers(1, 16)))
def test_a_ranking_replays_from_the_records_the_policy_the_day_and_the_load_vector(
    states: list[State], requests: list[Ask], shortlists: dict[str, int]
) -> None:
    known = register_of(states)
    known.add_open((name, 1 / length) for name, length in shortlists.items())
    stored = known.load_vector(TODAY)
    answer = in_json(rank(known, requests, DEFAULT_POLICY, TODAY))
    another = register_of(states)
    assert in_json(rank(another, requests, DEFAULT_POLICY, another.restore(stored))) == answer


@many
@given(sectors, st.lists(asks, min_size=2, max_size=5))
def test_requests_ranked_together_get_what_they_would_get_one_after_the_other(states: list[State], requests: list[Ask]) -> None:
    together = in_json(rank(register_of(states), requests, DEFAULT_POLICY, TODAY))
    known = register_of(states)
    assert [part for one in requests for part in in_json(rank(known, [one], DEFAULT_POLICY, TODAY))] == together


@many
@given(sectors, asks)
def test_the_contract_takes_what_ranking_makes_without_looking_at_it_again(states: list[State], asked: Ask) -> None:
    for place in rank(register_of(states), [asked], DEFAULT_POLICY, TODAY)[0].suggestions:
        read = PlaceSuggestion.model_validate_json(place.model_dump_json(), strict=True)
        assert read == place
        assert read.model_fields_set == place.model_fields_set


@many
@given(st.lists(st.integers(1, 16), max_size=40), st.randoms())
def test_open_suggestions_that_end_in_any_order_leave_nothing_behind(shortlists: list[int], dice: random.Random) -> None:
    known = Register()
    empty = known.load_vector(TODAY)
    known.add_open(("p1", 1 / length) for length in shortlists)
    dice.shuffle(shortlists)
    known.add_open(("p1", -1 / length) for length in shortlists)
    assert known.load_vector(TODAY) == empty
