"""What becomes of a request from its first record on: revisions, questions, amendments, withdrawal; each change counts one version."""

from dataclasses import replace

import pytest

from schemas.requests import (
    IntakeRefused,
    QuestionAnswered,
    QuestionRaised,
    RequestAmended,
    RequestOpened,
    RequestRejected,
    RequestWithdrawn,
)
from services.requests import domain
from services.requests.domain import Broken, Step
from services.requests.progress import Progress
from services.requests.request import Request
from tests.unit.requests.given import LATER, NOW, begun, decided, taken


def refused_for(step: Step) -> list[str]:
    assert step.outcome == "refused"
    (fact,) = step.facts
    assert isinstance(fact, IntakeRefused)
    assert fact.request == step.request.id
    return [problem.rule for problem in fact.problems]


def completed(request: Request) -> Request:
    return replace(request, progress=Progress("completed"))


def withdrawn(request: Request) -> Request:
    return domain.withdraw(request, "adviser", "by_host", LATER).request


def test_a_good_request_opens_with_everything_a_matcher_needs() -> None:
    step = begun(revision=3)
    (fact,) = step.facts
    assert isinstance(fact, RequestOpened)
    assert (fact.request, fact.version, fact.revision, fact.host) == (step.request.id, 1, 3, "383")
    assert fact.received_at == NOW
    assert (step.request.state, step.request.regions) == ("opened", ("Yorkshire and The Humber",))


def test_the_same_revision_with_the_same_content_is_the_same_request_and_nothing_is_said() -> None:
    first = begun().request
    step = taken(first)
    assert (step.outcome, step.facts, step.request) == ("same", (), first)


def test_the_same_revision_with_other_content_is_refused_and_changes_nothing() -> None:
    first = begun().request
    step = taken(first, days=9)
    assert refused_for(step) == ["changed_without_revision"]
    assert step.request is first


def test_an_older_revision_is_refused_as_superseded() -> None:
    assert refused_for(taken(begun(revision=2).request, revision=1)) == ["superseded"]


def test_a_newer_revision_amends_an_open_request_and_names_what_changed() -> None:
    step = taken(begun().request, revision=2, days=9, themes=["SEND"])
    (fact,) = step.facts
    assert isinstance(fact, RequestAmended)
    assert (step.outcome, fact.version, fact.revision, fact.changed) == ("amended", 2, 2, ("themes", "days"))
    assert fact.received_at == NOW  # age counts from the first record
    assert step.request.revised_at == LATER


def test_a_newer_revision_with_other_words_alone_amends_without_a_changed_code() -> None:
    (fact,) = taken(begun().request, revision=2, notes="another word").facts
    assert isinstance(fact, RequestAmended)
    assert fact.changed == ()


def test_a_bad_newer_revision_is_refused_and_the_open_request_goes_on() -> None:
    first = begun().request
    step = taken(first, revision=2, kind="moral support")
    assert refused_for(step) == ["unknown"]
    assert step.request is first
    assert taken(first, revision=2, days=9).outcome == "amended"


def test_a_rejected_request_is_mended_by_a_newer_revision() -> None:
    first = begun(kind="moral support")
    assert isinstance(first.facts[0], RequestRejected)
    assert first.request.state == "rejected"
    assert taken(first.request, revision=2, kind="moral support").outcome == "rejected"
    step = taken(first.request, revision=2)
    assert isinstance(step.facts[0], RequestOpened)
    assert (step.facts[0].version, step.request.problems) == (2, ())


def test_a_request_in_question_is_seen_by_the_regions_of_all_candidates() -> None:
    step = begun(authority="Kingston")
    (fact,) = step.facts
    assert isinstance(fact, QuestionRaised)
    assert step.request.state == "question"
    assert {"London", "Yorkshire and The Humber"} <= set(step.request.regions)


def test_a_question_about_a_word_goes_to_the_region_of_the_council_that_asks() -> None:
    step = begun(authority="Leeds", kind="sounding bord")
    (fact,) = step.facts
    assert isinstance(fact, QuestionRaised)
    assert (fact.field, fact.host, step.request.host) == ("kind", "383", "383")
    assert step.request.regions == ("Yorkshire and The Humber",)


def test_an_answer_about_a_field_that_was_changed_since_gives_way() -> None:
    said = {"team.0.role": "leader", "themes.2": "send", "authority": "314"}
    assert domain.still_said(said, {"team", "authority"}) == {"themes.2": "send"}


def test_an_answer_is_said_and_then_what_follows_from_it() -> None:
    request = begun(authority="Kingston").request
    assert request.question is not None
    told = domain.answer(request, request.question.question, "314", "adviser", LATER)
    step = domain.answered(told, "314", decided(answers=dict(told.answers), authority="Kingston"), "adviser")
    said, opened = step.facts
    assert isinstance(said, QuestionAnswered)
    assert isinstance(opened, RequestOpened)
    assert (said.version, opened.version, opened.host, step.request.version) == (2, 3, "314", 3)
    assert (step.request.question, step.request.regions, step.request.changed_by) == (None, ("London",), "adviser")


def test_only_what_the_field_can_hold_is_an_answer_and_only_to_the_question_that_waits() -> None:
    request = begun(authority="Kingston").request
    assert request.question is not None
    for code in ("999", "lead_member", "none"):
        with pytest.raises(Broken, match="Answer with one of"):
            domain.answer(request, request.question.question, code, "adviser", LATER)
    assert domain.answer(request, request.question.question, "383", "adviser", LATER).answers == {"authority": "383"}, (
        "none of those offered"
    )
    with pytest.raises(Broken, match="does not wait"):
        domain.answer(request, "another", "314", "adviser", LATER)


def test_a_newer_revision_clears_the_question_and_the_answers() -> None:
    request = replace(begun(authority="Kingston").request, answers={"authority": "314"})
    step = taken(request, revision=2, authority="Kingston")
    assert isinstance(step.facts[0], QuestionRaised)
    assert step.request.answers == {}
    assert step.request.question != request.question


def test_an_open_request_in_question_keeps_its_content_and_is_amended_by_the_answer() -> None:
    opened = begun().request
    asked = taken(opened, revision=2, authority="Kingston")
    assert (asked.outcome, asked.request.content) == ("question", opened.content)
    assert "Yorkshire and The Humber" in asked.request.regions  # whoever has it now still sees it
    assert asked.request.question is not None
    told = domain.answer(asked.request, asked.request.question.question, "314", "adviser", LATER)
    step = domain.answered(told, "314", decided(answers=dict(told.answers), authority="Kingston"), "adviser")
    assert isinstance(step.facts[1], RequestAmended)
    assert step.facts[1].changed == ("host",)


def test_an_adviser_amends_an_open_request_and_opens_a_rejected_one() -> None:
    step = domain.amend(begun().request, decided(days=9), "adviser", frozenset({"days"}), LATER)
    assert isinstance(step.facts[0], RequestAmended)
    assert (step.request.revision, step.request.version, step.request.changed_by) == (1, 2, "adviser")
    mended = domain.amend(begun(kind="moral support").request, decided(), "adviser", frozenset({"kind"}), LATER)
    assert isinstance(mended.facts[0], RequestOpened)


def test_an_amendment_keeps_answers_about_other_fields() -> None:
    request = replace(begun().request, answers={"authority": "314"})
    assert domain.amend(request, decided(days=9), "adviser", frozenset({"days"}), LATER).request.answers == {"authority": "314"}
    assert domain.amend(request, decided(), "adviser", frozenset({"authority"}), LATER).request.answers == {}


def test_an_amendment_that_cannot_open_is_broken_off_with_its_problems() -> None:
    with pytest.raises(Broken) as broken:
        domain.amend(begun().request, decided(kind="moral support"), "adviser", frozenset({"kind"}), LATER)
    assert (broken.value.rule, [problem.field for problem in broken.value.problems]) == ("not_accepted", ["kind"])


@pytest.mark.parametrize("fields", [{}, {"kind": "moral support"}, {"authority": "Kingston"}])
def test_a_request_can_be_withdrawn_wherever_it_stands_and_no_revision_brings_it_back(fields: dict[str, str]) -> None:
    step = domain.withdraw(begun(**fields).request, "adviser", "by_host", LATER)
    (fact,) = step.facts
    assert isinstance(fact, RequestWithdrawn)
    assert (fact.version, fact.because, step.request.state, step.request.question) == (2, "by_host", "withdrawn", None)
    assert taken(step.request, **fields).outcome == "same"
    assert refused_for(taken(step.request, revision=2)) == ["withdrawn"]


@pytest.mark.parametrize(("ended", "rule"), [(withdrawn, "withdrawn"), (completed, "completed")])
def test_what_has_ended_is_not_changed_any_more(ended: object, rule: str) -> None:
    assert callable(ended)
    request = ended(begun().request)
    for command in (
        lambda: domain.withdraw(request, "adviser", "by_host", LATER),
        lambda: domain.amend(request, decided(), "adviser", frozenset({"days"}), LATER),
        lambda: domain.answer(request, "q", "314", "adviser", LATER),
    ):
        with pytest.raises(Broken) as broken:
            command()
        assert broken.value.rule == rule
    assert refused_for(taken(request, revision=2)) == [rule]
