"""Requests with several places, and peers who are wished for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import rank
from services.matcher.shortlists import deal
from tests.unit.matcher.given import (
    CITY_OF_LONDON,
    DUDLEY,
    GREENWICH,
    LEWISHAM,
    PORTSMOUTH,
    SHEFFIELD,
    TODAY,
    ask,
    peer,
    policy,
    post,
    proposed,
    register,
)


@dataclass
class Places:
    """An order of peers for one place."""

    within: list[int]
    beyond: tuple[int, ...] = ()

    def choices(self) -> Iterator[tuple[int, float]]:
        return ((peer, 1 - place / 10) for place, peer in enumerate((*self.within, *self.beyond)))


def test_nobody_is_proposed_for_two_places_of_one_request() -> None:
    known = register(*(peer(f"p{i}") for i in range(7)))
    places = rank(known, [ask("lead_member", "lead_member")], DEFAULT_POLICY, TODAY)[0].suggestions
    shortlists = [[candidate.peer for candidate in place.candidates] for place in places]
    assert sorted(shortlists[0] + shortlists[1]) == [f"p{i}" for i in range(7)]


def test_the_first_of_each_place_comes_from_a_council_of_its_own_where_there_is_one() -> None:
    known = register(peer("p1"), peer("p2"), peer("p3", of=DUDLEY))
    places = rank(known, [ask("lead_member", "lead_member")], DEFAULT_POLICY, TODAY)[0].suggestions
    assert {place.candidates[0].council for place in places} == {PORTSMOUTH, DUDLEY}


def test_a_place_with_few_peers_chooses_its_council_before_one_with_many() -> None:
    assert deal([Places([0, 1]), Places([2])], [7, 8, 7], 1) == [[1], [2]]


def test_two_places_are_filled_from_one_council_where_there_is_no_other() -> None:
    known = register(peer("p1"), peer("p2"))
    places = rank(known, [ask("lead_member", "lead_member")], DEFAULT_POLICY, TODAY)[0].suggestions
    assert [place.candidates[0].peer for place in places] == ["p1", "p2"]


def test_each_place_of_a_team_gets_its_own_role() -> None:
    known = register(peer("p1"), peer("p2", role="assistant_director", of=SHEFFIELD))
    places = rank(known, [ask("assistant_director", "lead_member")], DEFAULT_POLICY, TODAY)[0].suggestions
    assert [(place.place, place.role, place.candidates[0].peer) for place in places] == [
        ("1", "assistant_director", "p2"),
        ("2", "lead_member", "p1"),
    ]


def test_a_request_is_served_whole_or_not_at_all_and_says_which_place_is_short() -> None:
    known = register(peer("p1"))
    ranked = rank(known, [ask("lead_member", "chief_executive", "leader")], DEFAULT_POLICY, TODAY)[0]
    assert ranked.suggestions == ()
    assert [(short.place, short.role, short.excluded) for short in ranked.shortages] == [
        ("2", "chief_executive", {"role": 1}),
        ("3", "leader", {"role": 1}),
    ]


def test_a_place_is_short_if_the_only_peers_are_needed_for_other_places() -> None:
    shortage = rank(register(peer("p1")), [ask("lead_member", "lead_member")], DEFAULT_POLICY, TODAY)[0].shortages
    assert [(short.place, short.excluded) for short in shortage] == [("2", {"other_place": 1})]


def test_somebody_with_two_roles_leaves_the_one_that_others_can_fill() -> None:
    both = peer("p1", posts=(post("lead_member"), post("leader")))
    known = register(both, peer("p2", of=DUDLEY))
    places = rank(known, [ask("lead_member", "leader")], DEFAULT_POLICY, TODAY)[0].suggestions
    assert [place.candidates[0].peer for place in places] == ["p2", "p1"]


def test_a_place_stays_not_empty_for_the_sake_of_the_limit_on_fit_given_up() -> None:
    known = register(peer("p1"), peer("p2", of=DUDLEY), peer("p3", of=GREENWICH))
    places = rank(known, [ask("lead_member", "lead_member", priority="preventing_failure")], DEFAULT_POLICY, TODAY)[0].suggestions
    assert [[candidate.peer for candidate in place.candidates] for place in places] == [["p1"], ["p3"]]


def test_as_many_places_are_filled_as_can_be_however_the_peers_overlap() -> None:
    council_of = [0, 1, 2]
    assert deal([Places([0, 1]), Places([1, 2]), Places([0, 1])], council_of, 5) == [[0], [2], [1]]
    assert deal([Places([0, 1]), Places([1, 2]), Places([1]), Places([2])], council_of, 5).count([]) == 1


def test_places_take_turns_so_that_the_first_does_not_take_all_the_best() -> None:
    assert deal([Places([0, 1, 2, 3, 4]), Places([0, 1, 2, 3, 4])], [0, 1, 2, 3, 4], 5) == [[0, 2, 4], [1, 3]]


def test_a_peer_wished_for_is_in_the_shortlist_though_others_stand_before() -> None:
    known = register(*(peer(f"p{i}") for i in range(6)), peer("wished", of=DUDLEY))
    assert "wished" not in proposed(known, ask())
    assert proposed(known, ask(named_peer="wished")) == ["p0", "p1", "p2", "p3", "wished"]


def test_a_peer_wished_for_comes_first_only_by_being_the_best() -> None:
    known = register(peer("p1", of=DUDLEY), peer("wished"), peer("p3", of=GREENWICH))
    assert proposed(known, ask(named_peer="wished")) == ["wished", "p3", "p1"]
    known = register(peer("p1"), peer("wished", of=GREENWICH), peer("p3", of=DUDLEY))
    assert proposed(known, ask(named_peer="wished")) == ["p1", "wished", "p3"]


def test_a_peer_wished_for_is_proposed_beyond_the_limit_on_fit_given_up() -> None:
    known = register(peer("p1"), peer("wished", of=CITY_OF_LONDON))
    assert proposed(known, ask(priority="preventing_failure", named_peer="wished")) == ["p1", "wished"]


def test_a_wish_bends_no_rule_and_no_floor() -> None:
    known = register(peer("p1"), peer("busy", days=2), peer("weak", of=CITY_OF_LONDON, themes=()))
    assert proposed(known, ask(named_peer="busy")) == ["p1"]
    assert proposed(known, ask(named_peer="weak")) == ["p1"]
    assert proposed(known, ask(named_peer="nobody")) == ["p1"]


def test_a_peer_wished_for_is_proposed_for_one_place_of_a_team_only() -> None:
    known = register(*(peer(f"p{i}") for i in range(12)), peer("wished", of=DUDLEY))
    asked = ask("lead_member", "lead_member", named_peer="wished")
    places = rank(known, [asked], policy(shortlist=2), TODAY)[0].suggestions
    assert [candidate.peer for place in places for candidate in place.candidates].count("wished") == 1


def test_nobody_is_on_more_open_shortlists_than_the_policy_allows_while_others_can_fill_the_place() -> None:
    homes = (PORTSMOUTH, LEWISHAM, GREENWICH, DUDLEY)
    known = register(*(peer(f"p{n}", of=home) for n, home in enumerate(homes)))
    limited = policy(shortlist=2, exposure=2, floor=0.0, give_up={"default": 1.0})
    asks = [ask(request=f"r{n}") for n in range(4)]
    lists = [ranked.suggestions[0].candidates for ranked in rank(known, asks, limited, TODAY)]
    assert Counter(candidate.peer for candidates in lists for candidate in candidates) == dict.fromkeys(known.columns().ids, 2)
    assert rank(known, [ask(request="r5")], limited, TODAY)[0].suggestions, "a place is not left empty for it"
    known.add_open([("p2", -1 / 2)])
    assert [c.peer for c in rank(known, [ask(request="r6")], limited, TODAY)[0].suggestions[0].candidates] == ["p2"]


def test_without_a_limit_the_price_of_load_alone_decides_who_is_proposed() -> None:
    known = register(peer("p1"), peer("p2", of=DUDLEY, themes=()))
    asks = [ask(request=f"r{n}") for n in range(9)]
    firsts = {ranked.suggestions[0].candidates[0].peer for ranked in rank(known, asks, policy(shortlist=2), TODAY)}
    assert firsts == {"p1"}
