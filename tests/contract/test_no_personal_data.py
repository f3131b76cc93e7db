"""No fact of ours can carry personal data: what a fact may say is ids, codes, figures, dates and canned sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from schemas.fact import Fact, Value
from schemas.intake import SupportRequested
from schemas.publish import EVERY_FACT, schema

OURS = [fact for fact in EVERY_FACT if fact is not SupportRequested]

WORDS_OF_PEOPLE = {
    *("name", "names", "forename", "surname", "salutation", "title", "email", "mail", "telephone", "phone", "mobile", "fax", "contact"),
    *("address", "postcode", "birth", "dob", "age", "gender", "ethnicity", "notes", "note", "text", "comment", "comments", "message"),
    *("description", "details", "feedback", "words", "quote", "bio", "profile", "photo", "child", "family", "case"),
}
FREE_TEXTS = {
    # ids of ours and of the poster
    *("consent", "question", "ranking", "intake", "offer", "owner", "consumer", "record_topic", "reference"),
    # paths of fields, never their values
    *("field", "fields"),
    # an instant, written out
    "received_at",
    # canned sentences of Problem
    *("reason", "remedy"),
    # of a council
    "name",
}


def fields(fact: type[Fact]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every field of a fact and its parts: (where it is defined, its name, its schema)."""
    whole = schema(fact)
    for owner, part in {fact.__name__: whole, **whole.get("$defs", {})}.items():
        for name, field in part["properties"].items():
            yield owner, name, field


def texts(field: Any) -> Iterator[Mapping[str, Any]]:
    """The string schemas within a field's schema."""
    if isinstance(field, Mapping):
        if field.get("type") == "string":
            yield field
        for child in field.values():
            yield from texts(child)
    elif isinstance(field, list):
        for child in field:
            yield from texts(child)


def named_like_people(fact: type[Fact]) -> set[tuple[str, str]]:
    return {(owner, name) for owner, name, _ in fields(fact) if WORDS_OF_PEOPLE & set(name.split("_"))}


def unbounded(fact: type[Fact]) -> set[str]:
    bounds = {"pattern", "maxLength", "format", "enum", "const"}
    return {name for _, name, field in fields(fact) if any(not bounds & text.keys() for text in texts(field))}


@pytest.mark.parametrize("fact", OURS, ids=lambda fact: fact.type)
def test_no_field_is_named_for_what_only_people_have_but_the_name_of_a_council(fact: type[Fact]) -> None:
    # feedback is two figures, a count and a mean, and has no words
    assert named_like_people(fact) <= {("CouncilState", "name"), ("PeerState", "feedback")}


@pytest.mark.parametrize("fact", OURS, ids=lambda fact: fact.type)
def test_every_text_without_bounds_is_a_known_id_or_a_canned_sentence(fact: type[Fact]) -> None:
    assert unbounded(fact) <= FREE_TEXTS


def test_the_checks_see_a_name_and_a_free_text_wherever_they_stand() -> None:
    class Person(Value):
        first_name: str

    class Met(Fact):
        people: tuple[Person, ...]
        summary: dict[str, str]

    Met.type = "manyhands.test.met.v1"
    assert named_like_people(Met) == {("Person", "first_name")}
    assert unbounded(Met) == {"first_name", "summary"}
    assert {("Contact", "email"), ("Contact", "telephone"), ("SupportRequested", "notes")} <= named_like_people(SupportRequested)
