"""A team explained: what each constraint costs, who would come instead of whom, and what would fill an empty place."""

import pytest

from services.matcher.columns import Register
from services.matcher.lineup import Lineup, lineup
from services.matcher.policy import Policy
from services.matcher.ranking import Ask, stand
from tests.unit.matcher.given import (
    BRADFORD,
    DUDLEY,
    GREENWICH,
    LEEDS,
    PORTSMOUTH,
    TODAY,
    WAKEFIELD,
    ask,
    load,
    peer,
    policy,
    proposed,
    register,
)

OPEN = policy(floor=0.1, give_up={"default": 1.0})
TWO = ("lead_member", "lead_member")


def explained(known: Register, asked: Ask, by: Policy = OPEN) -> Lineup:
    return lineup(known, asked, by, TODAY)


def worth(found: Lineup) -> float:
    return sum(candidate.value for candidate in found.members.values())


def test_the_team_that_is_explained_is_the_one_that_is_proposed_first() -> None:
    known = register(peer("a"), peer("b", of=DUDLEY, party="conservative"), peer("c", of=GREENWICH))
    found = explained(known, ask(*TWO))
    assert [found.members[place].peer for place in ("1", "2")] == [proposed(known, ask(*TWO), OPEN, at)[0] for at in (0, 1)]
    assert found.worth == pytest.approx(worth(found))
    assert (found.gap, found.empty) == (0, ())


def test_what_councils_of_their_own_cost_is_what_the_best_team_without_it_is_worth_more() -> None:
    known = register(peer("a", party="conservative"), peer("twin"), peer("far", of=GREENWICH))
    found = explained(known, ask(*TWO))
    councils = next(each for each in found.constraints if each.code == "councils")
    assert councils.met
    assert set(councils.instead.values()) == {"twin"}
    worths = dict(stand(known, ask(*TWO), "lead_member", OPEN, TODAY).choices())
    rows = known.columns().index
    assert found.worth + councils.cost == pytest.approx(worths[rows["a"]] + worths[rows["twin"]])
    assert councils.words.startswith(
        f"That each comes from a council of their own cost {councils.cost:.3f}: without it twin of Portsmouth for"
    )


def test_what_mixed_groups_cost_is_told_and_a_constraint_that_changes_nothing_costs_nothing() -> None:
    known = register(peer("a"), peer("b", of=DUDLEY), peer("c", of=GREENWICH, party="conservative", themes=()))
    found = explained(known, ask(*TWO))
    assert {candidate.peer for candidate in found.members.values()} >= {"c"}
    by_code = {each.code: each for each in found.constraints}
    assert by_code["groups"].cost > 0
    assert (by_code["councils"].cost, by_code["councils"].words) == (0, "That each comes from a council of their own cost nothing.")


def test_a_constraint_that_cannot_be_kept_is_said_to_be_so() -> None:
    found = explained(register(peer("a"), peer("b")), ask(*TWO))
    councils = next(each for each in found.constraints if each.code == "councils")
    assert (councils.met, councils.words) == (False, "That each comes from a council of their own cannot be had in full here.")


def test_the_wish_for_people_from_outside_the_region_has_its_cost() -> None:
    known = register(peer("near", of=WAKEFIELD), peer("far", of=GREENWICH), peer("farther", of=DUDLEY, themes=()))
    found = explained(known, ask(*TWO, region="outside"), policy(floor=0.1, give_up={"default": 1.0}, weights=HEAVY))
    assert {candidate.peer for candidate in found.members.values()} == {"far", "farther"}
    region = next(each for each in found.constraints if each.code == "region")
    assert region.cost > 0
    assert "near" in region.instead.values()
    assert "The wish for people from outside the region cost" in region.words


HEAVY = {"themes": 0.1, "role": 0.1, "similarity": 0.1, "politics": 0.0, "region": 0.7, "feedback": 0.0}


def test_one_from_outside_the_region_has_its_cost() -> None:
    known = register(peer("near", of=WAKEFIELD), peer("next", of=BRADFORD), peer("far", of=GREENWICH, themes=()))
    found = explained(known, ask(*TWO, one_outside_region=True))
    assert "far" in {candidate.peer for candidate in found.members.values()}
    one = next(each for each in found.constraints if each.code == "one_outside_region")
    assert (one.met, one.cost > 0, set(one.instead.values()) <= {"near", "next"}) == (True, True, True)
    assert one.words.startswith("That at least one comes from outside the region cost")
    assert next(each for each in found.alternatives if each.without == "far").cost is None


def test_where_nobody_from_outside_can_be_had_it_is_said_who_could() -> None:
    known = register(peer("near", of=WAKEFIELD), peer("next", of=BRADFORD), peer("far", of=GREENWICH, days=2))
    found = explained(known, ask(*TWO, one_outside_region=True))
    assert (found.members, len(found.empty)) == ({}, 1)
    assert found.empty[0].words == (
        "At least one must come from outside the region, and nobody can. Likeliest for place 1 (lead member for "
        "children's services). far of Greenwich could, if they had 2 more days free in December 2026."
    )


def test_the_council_that_is_avoided_has_its_cost() -> None:
    known = register(peer("a"), peer("b", of=DUDLEY), peer("c", of=GREENWICH, themes=()))
    found = explained(known, ask(*TWO, avoid=frozenset({PORTSMOUTH})))
    avoid = next(each for each in found.constraints if each.code == "avoid")
    assert avoid.cost > 0
    assert list(avoid.instead.values()).count("a") == 1


def test_alternatives_are_the_best_teams_without_each_member_the_least_costly_first() -> None:
    known = register(peer("a"), peer("b", of=DUDLEY, party="conservative"), peer("c", of=GREENWICH, party="conservative"))
    found = explained(known, ask(*TWO))
    assert [each.without for each in found.alternatives] == ["c", "a"]
    cheap = found.alternatives[0]
    assert cheap.cost is not None
    again = explained(known, ask(*TWO, declined=frozenset({"c"})))
    assert again.worth == pytest.approx(found.worth - cheap.cost)
    assert set(cheap.instead.values()) <= {candidate.peer for candidate in again.members.values()}


def test_somebody_without_whom_there_is_no_team_is_named_last() -> None:
    known = register(peer("a"), peer("b", of=DUDLEY, role="leader"), peer("c", of=GREENWICH))
    last = explained(known, ask("lead_member", "leader")).alternatives[-1]
    assert (last.without, last.cost, last.words) == ("b", None, "Without b no full team can be made.")


def test_of_a_team_that_is_not_whole_the_place_and_what_would_fill_it_are_told() -> None:
    known = register(peer("a"), peer("b", of=DUDLEY, role="leader", days=2), peer("own", of=LEEDS, role="leader"))
    found = explained(known, ask("lead_member", "leader"))
    assert (found.members, [each.place for each in found.empty]) == ({}, ["2"])
    assert [one.peer for one in found.empty[0].nearest] == ["b"], "nothing could bring in who is of the council that asks"
    assert found.empty[0].words == (
        "Place 2 (leader of the council) cannot be filled. b of Dudley could, if they had 2 more days free in December 2026."
    )
    assert explained(register(peer("a"), peer("b", of=DUDLEY, role="leader", days=4)), ask("lead_member", "leader")).empty == ()


def test_a_role_that_nobody_holds_takes_a_recruit() -> None:
    found = explained(register(peer("a")), ask("lead_member", "chief_executive"))
    assert found.empty[0].words.endswith("Nobody on the register who holds the role then could: it takes a recruit.")


def test_two_places_of_one_role_with_one_person_say_that_somebody_is_needed_elsewhere() -> None:
    found = explained(register(peer("a")), ask(*TWO))
    assert found.empty[0].words.endswith("a of Portsmouth is needed for another place.")


def test_explaining_a_team_adds_no_load() -> None:
    known = register(peer("a"), peer("b", of=DUDLEY), load("peer:a", held=1))
    before = known.load_vector(TODAY)
    explained(known, ask(*TWO))
    assert known.load_vector(TODAY) == before
