"""Teams: the best there is, councils of their own first, groups mixed where they can be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.teams import NO_PARTY, Team, compose

LABOUR, GREEN = 1, 2


@dataclass(frozen=True)
class Place:
    """Peers with their worth."""

    worth: tuple[tuple[int, float], ...]

    def choices(self) -> Iterator[tuple[int, float]]:
        return iter(sorted(self.worth, key=lambda pair: (-pair[1], pair[0])))


def place(**worth: float) -> Place:
    """place(p0=.9, p3=.5)."""
    return Place(tuple((int(name[1:]), value) for name, value in worth.items()))


def tried(
    places: Sequence[Place], council_of: Sequence[int], party_of: Mapping[int, int], outside: frozenset[int] | None
) -> tuple[int, bool, float] | None:
    """The best by trying every team: peers who share a council, councillors of one group alone, less the worth."""
    found = []
    for team in product(*(each.worth for each in places)):
        peers = [peer for peer, _ in team]
        if len(set(peers)) == len(peers) and (outside is None or outside & set(peers)):
            parties = [party_of[peer] for peer in peers if party_of.get(peer, NO_PARTY) != NO_PARTY]
            one_group = len(parties) > 1 and len(set(parties)) == 1
            found.append((len(peers) - len({council_of[peer] for peer in peers}), one_group, -sum(worth for _, worth in team)))
    return min(found, default=None)


def told(team: Team | None) -> tuple[int, bool, float] | None:
    return (team.councils, not team.mixed, -team.worth) if team else None


def test_the_best_team_is_better_than_the_best_of_each_place_in_turn() -> None:
    team = compose([place(p0=0.9, p1=0.8), place(p0=0.85, p1=0.1)], [0, 1])
    assert team is not None
    assert team.peers == (1, 0)
    assert team.gap == 0


def test_two_peers_come_from_one_council_only_where_no_other_can_be_had() -> None:
    apart = compose([place(p0=0.9), place(p1=0.9, p2=0.2)], [7, 7, 8])
    together = compose([place(p0=0.9), place(p1=0.9)], [7, 7])
    assert apart is not None
    assert together is not None
    assert (apart.peers, apart.councils) == ((0, 2), 0)
    assert (together.peers, together.councils) == ((0, 1), 1)


def test_councillors_of_a_team_are_of_more_than_one_group_where_that_can_be() -> None:
    places = [place(p0=0.9), place(p1=0.9, p2=0.3)]
    mixed = compose(places, [0, 1, 2], {0: LABOUR, 1: LABOUR, 2: GREEN})
    alone = compose(places, [0, 1, 2], {0: LABOUR, 1: LABOUR, 2: LABOUR})
    assert mixed is not None
    assert alone is not None
    assert (mixed.peers, mixed.mixed) == ((0, 2), True)
    assert (alone.peers, alone.mixed) == ((0, 1), False)


def test_officers_have_no_group_and_need_not_be_mixed() -> None:
    team = compose([place(p0=0.9), place(p1=0.9, p2=0.3)], [0, 1, 2], {0: LABOUR})
    assert team is not None
    assert team.peers == (0, 1)


def test_one_from_outside_the_region_comes_before_councils_of_their_own() -> None:
    places = [place(p0=0.9, p1=0.8), place(p2=0.9, p3=0.1)]
    team = compose(places, [0, 1, 2, 0], {}, frozenset({3}))
    assert team is not None
    assert team.peers == (1, 3), "the best with it, and from councils of their own where that can be"
    assert compose(places, [0, 1, 2, 0], {}, frozenset({7})) is None


def test_there_is_no_team_where_a_place_has_nobody_left() -> None:
    assert compose([place(p0=0.9), place(p0=0.5)], [0]) is None
    assert compose([place(p0=0.9), place()], [0]) is None


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_team_that_can_be_tried_is_better(data: st.DataObject) -> None:
    peers = data.draw(st.integers(1, 7))
    council_of = data.draw(st.lists(st.integers(0, 4), min_size=peers, max_size=peers))
    parties = data.draw(st.lists(st.integers(NO_PARTY, GREEN), min_size=peers, max_size=peers))
    worth = st.integers(0, 20).map(lambda n: n / 20)
    places = [
        Place(tuple(data.draw(st.dictionaries(st.integers(0, peers - 1), worth, max_size=peers)).items()))
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    party_of = dict(enumerate(parties))
    outside = data.draw(st.none() | st.frozensets(st.integers(0, peers - 1)))
    best, team = tried(places, council_of, party_of, outside), compose(places, council_of, party_of, outside)
    found = told(team)
    assert (best is None) == (found is None)
    if best and found:
        assert found[:2] == best[:2]
        assert abs(found[2] - best[2]) < 1e-9
        assert team == compose(places, council_of, party_of, outside)
