"""Why somebody is proposed, in words that an adviser can read out."""

from services.matcher.explain import band, in_words, one_line
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import rank
from tests.unit.matcher.given import (
    CITY_OF_LONDON,
    DUDLEY,
    KIRKLEES,
    LEEDS,
    TODAY,
    ask,
    load,
    peer,
    policy,
    register,
)


def test_one_line_says_in_words_first_why_somebody_is_proposed() -> None:
    candidate = rank(register(peer()), [ask()], DEFAULT_POLICY, TODAY)[0].suggestions[0].candidates[0]
    assert one_line(candidate) == (
        "covers every theme asked for; holds the role asked for; a very similar council; from a council that carries nothing yet: "
        "fits 1.00 (themes 1.00, role 1.00, similarity 1.00), load price -0.04, value 1.04"
    )


def test_one_line_names_what_does_not_fit_too() -> None:
    known = register(peer(of=KIRKLEES, themes=("send",)), load("peer:p1", held=3), load(f"council:{KIRKLEES}", held=40))
    asked = ask(themes=("send", "neglect"), party="conservative", region="outside")
    candidate = rank(known, [asked], policy(floor=0.3), TODAY)[0].suggestions[0].candidates[0]
    assert one_line(candidate) == (
        "covers 50% of the themes asked for; holds the role asked for; a similar council; of another party than wished for; "
        "in another region than wished for; beside the council that asks; carries much load: "
        "fits 0.54 (themes 0.50, role 1.00, similarity 0.84, politics 0.00, region 0.00, land border -0.03), load price +0.07, value 0.47"
    )


def test_a_place_tells_who_was_left_out_by_which_rule_and_who_is_proposed() -> None:
    known = register(
        peer("p1"), peer("p2", of=DUDLEY), peer("p3", role="leader"), peer("p4", of=LEEDS), peer("p5", of=CITY_OF_LONDON, themes=())
    )
    lines = in_words(rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].suggestions[0]).splitlines()
    assert lines[0] == (
        "Lead member for children's services: 5 considered, 3 left out "
        "(1 not in the role asked for, 1 of the council that asks, 1 fit too little). 2 of 2 proposed:"
    )
    assert lines[1].startswith("1. p1 of Portsmouth, fit band 1: covers every theme asked for;")
    assert lines[2].startswith("2. p2 of Dudley, fit band 9: covers every theme asked for;")


def test_a_short_place_says_that_nobody_can_be_proposed_and_why() -> None:
    shortage = rank(register(peer("p1", days=2)), [ask()], DEFAULT_POLICY, TODAY)[0].shortages[0]
    assert in_words(shortage) == (
        "Lead member for children's services: 1 considered, 1 left out (1 with too few free days). "
        "Nobody can be proposed for this place now."
    )


def test_fits_within_two_hundredths_share_a_band() -> None:
    assert [band(fit, 0.9) for fit in (0.9, 0.881, 0.88, 0.861, 0.86, 0.5)] == [1, 1, 2, 2, 3, 21]
