"""The fit, a sentence for each term: what makes one peer suit better than another."""

import pytest

from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import rank
from services.vocabulary.councils import statistical_neighbours
from tests.unit.matcher.given import (
    CAMDEN,
    CITY_OF_LONDON,
    DUDLEY,
    GREENWICH,
    KIRKLEES,
    LEEDS,
    LEWISHAM,
    PORTSMOUTH,
    SHEFFIELD,
    TODAY,
    WAKEFIELD,
    ask,
    council,
    fit_of,
    peer,
    policy,
    proposed,
    register,
    terms_and_fit,
)


@pytest.mark.parametrize(
    ("knows", "share"),
    [(("send", "neglect"), 1.0), (("send",), 0.5), (("finance",), 0.0), ((), 0.0), (("send", "neglect", "finance"), 1.0)],
)
def test_themes_is_the_share_of_the_themes_asked_for_that_the_peer_covers(knows: tuple[str, ...], share: float) -> None:
    terms, _ = terms_and_fit("p1", register(peer(themes=knows)), ask(themes=("send", "neglect")))
    assert terms["themes"] == share


def test_a_theme_that_nobody_covers_counts_as_asked() -> None:
    terms, _ = terms_and_fit("p1", register(peer(themes=("send",))), ask(themes=("send", "never_heard_of")))
    assert terms["themes"] == 0.5


def test_a_request_without_themes_leaves_the_term_out_and_the_others_share_its_weight() -> None:
    candidate = rank(register(peer()), [ask(themes=())], DEFAULT_POLICY, TODAY)[0].suggestions[0].candidates[0]
    assert candidate.weights == {"role": 0.5, "similarity": 0.5}
    assert candidate.fit == 1.0


def test_whoever_holds_the_role_asked_for_has_the_whole_of_the_role_term() -> None:
    assert terms_and_fit("p1", register(peer()), ask())[0]["role"] == 1.0


@pytest.mark.parametrize(
    ("donor", "likeness"),
    [
        (PORTSMOUTH, 1.00),  # the nearest statistical neighbour of Leeds
        ("882", 0.96),  # the second
        ("839", 0.64),  # the tenth
        (LEWISHAM, 0.85 * 0.68),  # Leeds is its ninth; it is not on the list of Leeds
        (GREENWICH, 0.50),  # they have a neighbour in common
        (DUDLEY, 0.35),  # a metropolitan borough as well
        (CAMDEN, 0.10),  # neither
    ],
)
def test_similarity_falls_with_the_rank_of_the_statistical_neighbour(donor: str, likeness: float) -> None:
    terms, _ = terms_and_fit("p1", register(peer(of=donor)), ask())
    assert terms["similarity"] == pytest.approx(likeness)


def test_the_hosts_own_list_of_neighbours_goes_before_the_donors() -> None:
    neighbours = statistical_neighbours()
    to_leeds = terms_and_fit("p1", register(peer(of=SHEFFIELD)), ask())[0]["similarity"]
    to_sheffield = terms_and_fit("p1", register(peer(of=LEEDS)), ask(host=SHEFFIELD))[0]["similarity"]
    assert to_leeds == pytest.approx(1.0 - 0.04 * neighbours[LEEDS].index(SHEFFIELD))
    assert to_sheffield == pytest.approx(1.0 - 0.04 * neighbours[SHEFFIELD].index(LEEDS))


@pytest.mark.parametrize(("party", "share"), [("labour", 1.0), ("conservative", 0.0), (None, 0.0)])
def test_in_one_to_one_work_between_councillors_the_party_wished_for_counts(party: str | None, share: float) -> None:
    terms, _ = terms_and_fit("p1", register(peer(party=party)), ask(party="labour"))
    assert terms["politics"] == share


def test_a_party_that_no_peer_has_fits_nobody() -> None:
    assert terms_and_fit("p1", register(peer()), ask(party="independent"))[0]["politics"] == 0.0


def test_without_a_wish_politics_is_left_out() -> None:
    assert "politics" not in terms_and_fit("p1", register(peer()), ask())[0]


def test_politics_is_left_out_for_officers() -> None:
    officer = peer(role="assistant_director", kind="officer", party=None)
    assert "politics" not in terms_and_fit("p1", register(officer), ask("assistant_director", party="labour"))[0]


def test_politics_is_left_out_for_teams() -> None:
    known = register(peer("p1"), peer("p2"))
    assert "politics" not in terms_and_fit("p1", known, ask("lead_member", "lead_member", party="labour"))[0]


@pytest.mark.parametrize(
    ("wish", "donor", "share"),
    [("inside", SHEFFIELD, 1.0), ("inside", PORTSMOUTH, 0.0), ("outside", SHEFFIELD, 0.0), ("outside", PORTSMOUTH, 1.0)],
)
def test_the_region_counts_as_wished(wish: str, donor: str, share: float) -> None:
    assert terms_and_fit("p1", register(peer(of=donor)), ask(region=wish))[0]["region"] == share


def test_without_a_wish_the_region_is_left_out() -> None:
    assert "region" not in terms_and_fit("p1", register(peer()), ask(region="any"))[0]


@pytest.mark.parametrize("wish", ["inside", "outside"])
def test_a_host_of_unknown_region_has_nobody_inside_and_nobody_outside(wish: str) -> None:
    known = register(peer())
    known.apply([(99, f"council:{LEEDS}", None)])
    assert terms_and_fit("p1", known, ask(region=wish))[0]["region"] == 0.0


def test_a_shared_land_border_costs_fit_and_is_shown_as_a_term_of_negative_weight() -> None:
    known = register(peer("beside", of=KIRKLEES), peer("away", of=PORTSMOUTH))
    beside, away = sorted(
        rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].suggestions[0].candidates, key=lambda candidate: candidate.council != KIRKLEES
    )
    assert (beside.terms["border"], beside.weights["border"]) == (1.0, -0.03)
    assert beside.fit == pytest.approx(0.30 / 0.60 + 0.15 / 0.60 + 0.84 * 0.15 / 0.60 - 0.03)
    assert "border" not in away.terms
    assert "border" not in away.weights


def test_the_weights_that_apply_sum_to_one_and_the_fit_is_their_weighted_sum() -> None:
    known = register(peer(of=SHEFFIELD))
    asked = ask(themes=("send", "neglect"), party="labour", region="inside")
    candidate = rank(known, [asked], DEFAULT_POLICY, TODAY)[0].suggestions[0].candidates[0]
    assert list(candidate.terms) == ["themes", "role", "similarity", "politics", "region"]
    assert sum(candidate.weights.values()) == pytest.approx(1.0)
    assert candidate.fit == round(sum(candidate.weights[name] * value for name, value in candidate.terms.items()), 9)


def test_a_term_without_weight_is_left_out() -> None:
    by = policy(weights={"role": 0.5, "similarity": 0.5})
    candidate = rank(register(peer()), [ask()], by, TODAY)[0].suggestions[0].candidates[0]
    assert set(candidate.terms) == {"role", "similarity"}


def test_nobody_below_the_floor_is_proposed_however_free() -> None:
    known = register(peer(of=CITY_OF_LONDON, themes=()))
    assert fit_of("p1", known, ask()) < 0.45
    assert proposed(known, ask()) == []
    assert rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].shortages[0].excluded == {"below_floor": 1}


def test_a_fit_of_exactly_the_floor_may_be_proposed() -> None:
    known = register(peer(themes=()), council(WAKEFIELD))
    assert fit_of("p1", known, ask(), policy(floor=0.5)) == 0.5
    assert proposed(known, ask(), policy(floor=0.5)) == ["p1"]
    assert proposed(known, ask(), policy(floor=0.500000001)) == []
