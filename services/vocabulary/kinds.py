"""The kinds of support, each declared in one file of kinds_of_support/ that is named by its code; docs/kinds.md shows how to add one."""

import tomllib
from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from services.vocabulary.lookup import Lookup
from services.vocabulary.priorities import PRIORITIES
from services.vocabulary.roles import ROLES
from services.vocabulary.tables import texts

Giver = Literal["member", "officer", "associate", "organisation"]
Party = Literal["mentee", "group_office", "peer", "employer", "host", "host_dcs", "host_lead_member", "host_chief_executive"]
Origin = Literal["council", "adviser_offer", "commissioned"]
Need = Literal["portfolio", "inspection", "accreditation", "release", "same_days", "themes", "course_place"]

NEEDS: Mapping[str, str] = {
    "portfolio": "a councillor who holds the children's portfolio in their own council when the work starts",
    "inspection": "somebody who was lead member or director of a council while it was inspected",
    "accreditation": "an accreditation in force when the work starts",
    "release": "an employer who lets an officer go for the visit; each such visit counts towards the yearly limit",
    "same_days": "people who are free on the same days: so many working days from the first on as each of them gives",
    "course_place": "a place on a course that begins within the dates of the request; who finds none waits for one",
    "themes": "a request that names at least one theme; one that names none is opened with a warning",
}
"""What a kind of support may ask of those who give it or of the request, in words."""

ORIGINS: Mapping[Origin, str] = {
    "council": "the council asks for it",
    "adviser_offer": "an adviser offers it to the council, and nobody is proposed before the council has agreed",
    "commissioned": "it is commissioned for the council by the department, its region or the national association",
}
"""How a request may come about, in words."""

OF_EACH_PEER: frozenset[Party] = frozenset({"peer", "employer"})
"""Who agrees once for every peer of a match; the others agree once for all of it."""
OF_MEMBERS: frozenset[Party] = frozenset({"group_office"})
OF_OFFICERS: frozenset[Party] = frozenset({"employer"})
"""Who is asked only where a councillor, or only where an officer, is to give."""

_FOLDER = "kinds_of_support"


class KindError(ValueError):
    """A file that declares no kind of support: which file, which field, what to do."""


class Part(BaseModel):
    """`count` people with the same part in the work and the same role."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Annotated[str, Field(min_length=1, description="what these people are in the work, for a person to read")]
    role: Annotated[str, Field(description="the role that they hold, a code of roles.csv")]
    count: Annotated[int, Field(ge=1, le=10, description="how many of them")] = 1

    @field_validator("role")
    @classmethod
    def _a_role(cls, role: str) -> str:
        return _one_of(role, ROLES)


class Kind(BaseModel):
    """A kind of support: who gives it, to how many places, and what a request of it means where it says nothing else.

    Days of mentoring, most lengths, the days for an answer and all priorities were found in no source: they are defaults of our own, so
    that a council may leave them out, for an adviser to confirm. Each file names what it rests on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    title: Annotated[str, Field(min_length=1, description="what it is called, in small letters")]
    summary: Annotated[str, Field(min_length=1, description="one sentence for somebody who has never heard of it")]
    source: Annotated[str, Field(min_length=1, description="what the declaration rests on, and what of it is our own default")]
    words: Annotated[tuple[str, ...], Field(description="what else people call it; no other kind may have the same")] = ()
    givers: Annotated[tuple[Giver, ...], Field(min_length=1, description="who may give it: a rule leaves the others out")]
    origins: Annotated[
        tuple[Origin, ...], Field(min_length=1, description="how it may come about, codes of the table of origins; left out: in every way")
    ] = tuple(ORIGINS)
    roles: Annotated[tuple[str, ...], Field(description="roles that a request may ask for; left out: any")] = ()
    places: Annotated[tuple[Part, ...], Field(min_length=1, description="one person or a team, where a request names none")]
    days: Annotated[float, Field(gt=0, multiple_of=0.5, description="working days of each person")]
    most_days: Annotated[
        float | None,
        Field(gt=0, multiple_of=0.5, description="where days are drawn one by one, as and when: the most that a request may ask for"),
    ] = None
    window_days: Annotated[int, Field(ge=1, le=731, description="calendar days from the first to the last")]
    priority: Annotated[str, Field(description="a code of priorities.csv")]
    same_group: Annotated[bool, Field(description="whether the mentee's political group is wished for unless a request says no")] = False
    needs: Annotated[frozenset[Need], Field(description="see the table of needs")] = frozenset()
    consents: Annotated[
        tuple[Annotated[tuple[Party, ...], Field(min_length=1)], ...],
        Field(min_length=1, description="who must agree, stage by stage; nobody is asked before the stage before has agreed"),
    ]
    answer_days: Annotated[int, Field(ge=1, le=60, description="working days that each stage has to answer")]
    urgent_hours: Annotated[int, Field(ge=1, le=240, description="hours for the same where failure is to be prevented")]
    of_a_hundred: Annotated[int, Field(ge=0, le=100, description="how many of a hundred invented requests of the demo are of it")] = 1

    @property
    def team(self) -> tuple[tuple[str, int], ...]:
        """(role, how many), as a request would ask."""
        return tuple((place.role, place.count) for place in self.places)

    @property
    def drawn(self) -> bool:
        """Whether the days placed are drawn one by one, as and when somebody is wanted."""
        return self.most_days is not None

    def may_ask_for(self, role: str) -> bool:
        """Whether a request of this kind may ask for somebody in that role."""
        return not self.roles or role in self.roles or any(place.role == role for place in self.places)

    @field_validator("roles")
    @classmethod
    def _roles(cls, roles: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_one_of(role, ROLES) for role in roles)

    @field_validator("priority")
    @classmethod
    def _a_priority(cls, priority: str) -> str:
        return _one_of(priority, PRIORITIES)

    @field_validator("consents")
    @classmethod
    def _everybody_is_asked(cls, consents: tuple[tuple[Party, ...], ...]) -> tuple[tuple[Party, ...], ...]:
        parties = {party for stage in consents for party in stage}
        if "peer" not in parties or not parties & {"mentee", "host"}:
            raise ValueError('nobody serves, or is served, without having agreed; add a stage with "peer" and one with "mentee" or "host"')
        return consents

    @model_validator(mode="after")
    def _in_proportion(self) -> "Kind":
        if self.most_days is not None and self.days > self.most_days:
            raise ValueError("most_days: fewer than days; raise it, or lower days")
        if self.days > self.window_days:
            raise ValueError("window_days: fewer than days; raise it, or lower days")
        return self


def read_kind(name: str, text: str) -> Kind:
    """The kind that a file declares. name: of the file, with its ending. Errors: KindError, with every field that is wrong."""
    code = name.removesuffix(".toml")
    try:
        return Kind.model_validate({**tomllib.loads(text), "code": code})
    except tomllib.TOMLDecodeError as error:
        raise KindError(f"{_FOLDER}/{name}: this is no TOML: {error}; compare it with another file of {_FOLDER}") from None
    except ValidationError as error:
        raise KindError("\n".join(_told(name, each) for each in error.errors(include_url=False))) from None


def read_kinds(said: Mapping[str, str]) -> dict[str, Kind]:
    """The kinds that files declare, by code. said: by file, what it says. Errors: KindError, with every file that is wrong."""
    found: dict[str, Kind] = {}
    wrong: list[str] = []
    for name, text in said.items():
        try:
            kind = read_kind(name, text)
        except KindError as error:
            wrong.append(str(error))
        else:
            found[kind.code] = kind
    if wrong:
        raise KindError("\n".join(wrong))
    return found


def _told(name: str, error: Mapping[str, object]) -> str:
    where = error["loc"]
    field = ".".join(map(str, where)) if isinstance(where, tuple) else ""
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        said = "is missing; add it, as other kinds have it"
    elif error["type"] == "extra_forbidden":
        said = f"is no field of a kind; take it out, or write one of {', '.join(name for name in Kind.model_fields if name != 'code')}"
    return f"{_FOLDER}/{name}: {field + ': ' if field else ''}{said}"


def _one_of(code: str, known: Mapping[str, object]) -> str:
    if code not in known:
        raise ValueError(f"{code!r} is not known; write one of {', '.join(known)}")
    return code


def _words_of(kinds: Mapping[str, Kind]) -> Lookup:
    try:
        return Lookup({kind.code: (kind.title, *kind.words) for kind in kinds.values()})
    except ValueError as error:
        raise KindError(f"{_FOLDER}: words: {error}; take it out of one of the two files") from None


KINDS = read_kinds(texts(_FOLDER, ".toml"))
"""Every kind of support by its code."""

GIVERS: tuple[Giver, ...] = get_args(Giver)
PAID: frozenset[Giver] = frozenset({"associate", "organisation"})
"""Givers who are paid for the work; councillors and officers give their time."""

_LOOKUP = _words_of(KINDS)


def kind_code(text: str) -> str | None:
    """The code of a kind by code, title or synonym; None if the words are no kind we know."""
    return _LOOKUP.code(text)


def kind_suggestions(text: str) -> tuple[str, ...]:
    """At most three kind codes that may have been meant."""
    return _LOOKUP.suggestions(text)
