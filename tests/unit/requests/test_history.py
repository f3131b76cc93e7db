"""A request's story in sentences, and nothing in it that a story should not tell."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.requests import RequestsFact
from services.requests import history
from services.requests.progress import FOLLOWED
from tests.unit.requests.given import NOW, begun, taken

EXAMPLES = Path(__file__).parents[3] / "schemas" / "examples"


def examples(kind: str) -> list[bytes]:
    name = kind.removeprefix("manyhands.").removesuffix(".v1")
    events = (json.loads(file.read_text()) for file in sorted((EXAMPLES / name / "v1").glob("*.json")))
    return [json.dumps(event["data"]).encode() for event in events]


def told(fact: RequestsFact) -> str:
    event = history.told(fact, "r1", NOW, "somebody")
    return history.sentence(event.type, json.loads(event.detail))


@pytest.mark.parametrize("kind", [fact.type for fact in FOLLOWED])
def test_every_fact_that_is_followed_reads_as_a_sentence(kind: str) -> None:
    found = examples(kind)
    assert found
    for example in found:
        event = history.heard(history.Followed.model_validate_json(example), kind, datetime.now(UTC), 1)
        words = history.sentence(kind, json.loads(event.detail))
        assert words.endswith(".")
        assert "None" not in words
        assert "was said" not in words


def test_the_arithmetic_of_a_suggestion_stays_out_of_the_story() -> None:
    (example, *_) = examples("manyhands.matcher.match-suggested.v1")
    event = history.heard(history.Followed.model_validate_json(example), "manyhands.matcher.match-suggested.v1", NOW, 1)
    assert "candidates" in event.detail
    assert not {"terms", "weights", "price", "fit", "value"} & set(json.loads(event.detail)["places"][0]["candidates"][0])


def test_our_own_facts_read_as_sentences() -> None:
    assert told(begun(themes=["quidditch"]).facts[0]) == "The request was opened from revision 1. Left out or filled in: themes.0: unknown."
    assert told(begun(kind="moral support").facts[0]) == "Revision 1 could not be opened: kind: unknown."
    assert told(begun(authority="Kingston").facts[0]).startswith("An adviser was asked what authority means: ")
    assert told(taken(begun().request, revision=2, days=9).facts[0]) == "The request was amended (revision 2); changed: days."
    assert told(taken(begun().request, days=9).facts[0]) == "A record was refused: revision: changed_without_revision."


def test_a_fact_of_a_later_version_is_told_by_its_type() -> None:
    assert history.sentence("manyhands.matcher.match-placed.v2", {}) == "manyhands.matcher.match-placed.v2 was said."
