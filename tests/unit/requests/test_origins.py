"""How a request came about: what a council may ask for, who commissions, and an offer that names nobody before it is accepted."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.requests import IntakeRefused, OfferAccepted, OfferLapsed, OfferRefused, RequestAmended, RequestOpened, SupportOffered
from services.requests import domain, offers
from services.requests.checking import check
from services.requests.domain import Broken, Step
from services.requests.offers import Reply
from services.requests.request import Request
from services.vocabulary.calendar import after_working_days
from tests.unit.requests.given import LATER, NOW, TODAY, begun, data, decided, ready, rejected, submitted, taken

OFFER = {"origin": "adviser_offer"}
ANSWERED = LATER.date()
NAMED = {"preferences": {"named_peer": "peer-7"}}


def rules(problems: Any) -> dict[str, str]:
    return {problem.field: problem.rule for problem in problems}


def answered(request: Request, accepted: bool = True, on: date = ANSWERED, **said: Any) -> Step:
    return offers.answer(request, Reply(accepted, "host_dcs", "telephone", on, **said), "adviser", LATER)


def test_who_says_nothing_of_how_it_came_about_means_that_the_council_asks() -> None:
    assert (ready().origin, ready(origin="Council").origin, ready().commissioned_by) == ("council", "council", None)


def test_a_kind_that_a_council_does_not_ask_for_is_refused_with_the_field_and_what_to_write() -> None:
    (problem,) = rejected(kind="regional challenge").problems
    assert (problem.field, problem.rule) == ("origin", "origin_of_kind")
    assert problem.reason == "This cannot be, for regional challenge: the council asks for it."
    assert problem.remedy == "Write how it came about (adviser_offer, commissioned), or ask for another kind."
    assert ready(kind="regional challenge", origin="commissioned", commissioned_by="region").origin == "commissioned"


def test_who_commissions_is_named_and_pays_unless_somebody_else_does() -> None:
    asked = ready(origin="commissioned", commissioned_by="DfE")
    assert (asked.origin, asked.commissioned_by, asked.funder) == ("commissioned", "dfe", "dfe")
    assert ready(origin="commissioned", commissioned_by="DfE", funder="LGA").funder == "lga"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"origin": "hearsay"}, {"origin": "unknown"}),
        ({"origin": "commissioned"}, {"commissioned_by": "missing"}),
        ({"origin": "commissioned", "commissioned_by": "council"}, {"commissioned_by": "unknown"}),
        ({"commissioned_by": "lga"}, {"commissioned_by": "not_commissioned"}),
    ],
)
def test_an_origin_that_cannot_be_is_refused(said: dict[str, str], wrong: dict[str, str]) -> None:
    assert rules(rejected(**said).problems) == wrong


def test_an_offer_is_said_whole_and_waits_ten_working_days_for_the_council() -> None:
    step = begun(**OFFER)
    (fact,) = step.facts
    assert isinstance(fact, SupportOffered)
    assert (step.outcome, step.request.state, fact.origin, fact.host) == ("offered", "offered", "adviser_offer", "383")
    assert fact.answer_by == after_working_days(NOW, 10)


def test_an_offer_that_names_a_peer_is_refused_and_may_name_one_once_it_is_accepted() -> None:
    assert rules(begun(**OFFER, **NAMED).request.problems) == {"preferences.named_peer": "offer_names_peer"}
    assert rules(check(data(**OFFER, **NAMED), TODAY).problems) == {"preferences.named_peer": "offer_names_peer"}
    offered = begun(**OFFER).request
    (refused,) = taken(offered, revision=2, **OFFER, **NAMED).facts
    assert isinstance(refused, IntakeRefused)
    (amended,) = taken(answered(offered).request, revision=2, **OFFER, **NAMED).facts
    assert isinstance(amended, RequestAmended)
    assert amended.changed == ("wishes",)


def test_an_offer_that_changes_is_said_anew_and_has_its_time_anew() -> None:
    step = taken(begun(**OFFER).request, revision=2, days=2, **OFFER)
    (fact,) = step.facts
    assert isinstance(fact, SupportOffered)
    assert (fact.version, fact.days, fact.answer_by, step.request.state) == (2, 2, after_working_days(LATER, 10), "offered")


def test_an_accepted_offer_says_who_of_the_council_took_it_and_is_opened_as_it_was_offered() -> None:
    offered = begun(**OFFER, days=3).request
    step = answered(offered)
    told, opened = step.facts
    assert isinstance(told, OfferAccepted)
    assert isinstance(opened, RequestOpened)
    assert (told.by, told.channel, told.answered_on, told.actor, told.version) == ("host_dcs", "telephone", LATER.date(), "adviser", 2)
    assert (opened.version, opened.days, opened.received_at, opened.host) == (3, 3, NOW, "383")
    assert (step.request.version, step.request.state) == (3, "opened")
    assert isinstance(taken(step.request, revision=2, days=2, **OFFER).facts[0], RequestAmended)


def test_an_offer_that_is_not_wanted_has_ended_and_is_not_taken_up_again() -> None:
    step = answered(begun(**OFFER).request, accepted=False, because="not_now")
    (fact,) = step.facts
    assert isinstance(fact, OfferRefused)
    assert (step.request.state, fact.because) == ("offer_refused", "not_now")
    (refused,) = taken(step.request, revision=2, **OFFER).facts
    assert isinstance(refused, IntakeRefused)
    assert rules(refused.problems) == {"reference": "offer_ended"}
    with pytest.raises(Broken) as broken:
        answered(step.request)
    assert broken.value.rule == "offer_ended"
    with pytest.raises(Broken) as broken:
        domain.withdraw(step.request, "adviser", "by_host", LATER)
    assert broken.value.rule == "offer_ended"


def test_an_offer_that_nobody_answers_lapses_at_its_time_and_not_before() -> None:
    request = begun(**OFFER).request
    assert request.offer is not None
    assert offers.lapse(request, request.offer.answer_by - timedelta(seconds=1)) is None
    step = offers.lapse(request, request.offer.answer_by)
    assert step is not None
    assert isinstance(step.facts[0], OfferLapsed)
    assert step.request.state == "offer_lapsed"
    far = NOW + timedelta(days=90)
    for done in (answered(request).request, step.request, domain.withdraw(request, "adviser", "by_host", LATER).request):
        assert offers.lapse(done, far) is None


@pytest.mark.parametrize("on", [TODAY - timedelta(days=1), LATER.date() + timedelta(days=1)])
def test_an_answer_was_given_after_the_offer_and_not_tomorrow(on: date) -> None:
    with pytest.raises(Broken) as broken:
        answered(begun(**OFFER).request, on=on)
    assert [(each.field, each.rule) for each in broken.value.problems] == [("answered_on", "not_then")]


def test_what_is_no_offer_has_none_to_answer_and_never_becomes_one() -> None:
    opened = begun().request
    with pytest.raises(Broken) as broken:
        answered(opened)
    assert broken.value.rule == "no_offer"
    for request, said in ((opened, OFFER), (begun(**OFFER).request, {})):
        (refused,) = taken(request, revision=2, **said).facts
        assert isinstance(refused, IntakeRefused)
        assert rules(refused.problems) == {"origin": "origin_stays"}


def test_an_offer_to_a_council_in_doubt_is_offered_once_a_person_has_said_which() -> None:
    request = begun(authority="Kingston", **OFFER).request
    assert request.question is not None
    told = domain.answer(request, request.question.question, "314", "adviser", LATER)
    step = domain.answered(told, "314", decided(dict(told.answers), authority="Kingston", origin="adviser_offer"), "adviser")
    assert (step.outcome, step.request.state) == ("offered", "offered")


def test_the_hash_of_what_was_asked_before_there_were_origins_is_what_it_was() -> None:
    known = replace(begun().request, digest=bytes.fromhex("e2dcdc6e2f7711c37ec4aed16fc60cb3c9c9df3dd7f2eb5ac83cbf1e36e4e8c3"))
    assert taken(known).outcome == "same"
    assert submitted(**OFFER).digest != submitted().digest
