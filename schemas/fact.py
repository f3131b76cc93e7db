"""What every fact has in common: frozen, past tense, known by its CloudEvents type, unknown fields ignored."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

FACTS: dict[str, type["Fact"]] = {}
"""Every fact by its CloudEvents type, filled as the modules of this package are imported."""


class Value(BaseModel):
    """A frozen part of a fact. Unknown fields are ignored, so that contracts can grow by addition."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, allow_inf_nan=False)


class Fact(Value):
    """Something that has happened. Subclasses name their `type` as a class keyword and their `topic` as a class attribute."""

    type: ClassVar[str]
    topic: ClassVar[str]

    def __init_subclass__(cls, type: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if type is not None:
            if type in FACTS:
                raise TypeError(f"two facts call themselves {type}")
            cls.type = type
            FACTS[type] = cls


V = TypeVar("V", bound=Value)


def built(kind: type[V], **values: Any) -> V:
    """A value of which every field is given and right, as its maker knows: nothing is looked at again, which takes most of the time.

    For what is made in large numbers. A test of the maker shows that the contract takes what it makes.
    """
    made = kind.__new__(kind)
    place = object.__setattr__
    place(made, "__dict__", values)
    place(made, "__pydantic_fields_set__", set(values))
    place(made, "__pydantic_extra__", None)
    place(made, "__pydantic_private__", None)
    return made


LaCode = Annotated[str, Field(pattern=r"^[0-9]{3}$", description="a council: DfE three-digit code")]
PeerId = Annotated[str, Field(min_length=1, max_length=64)]
RequestId = Annotated[str, Field(min_length=1, max_length=64)]
MatchId = Annotated[str, Field(min_length=1, max_length=64)]
Code = Annotated[str, Field(min_length=1, max_length=64, description="a word of the published vocabulary; a string, never an enum")]
Days = Annotated[float, Field(gt=0, multiple_of=0.5, description="working days, in steps of half a day")]
ActorId = Annotated[str, Field(min_length=1, max_length=128, description="the subject of the token that acted, or the name of a service")]
Region = Literal["any", "inside", "outside"]


class Problem(Value):
    """One thing wrong with one field, and what to do. Never holds the submitted value."""

    field: str
    rule: Code
    reason: str
    remedy: str


class Line(Value):
    """One place of a match and the peer who fills it; `line` numbers the lines of a match from 1 and is never used again."""

    line: Annotated[int, Field(ge=1)]
    place: Code
    role: Code
    peer: PeerId
    council: LaCode
    days: Days


class Agreed(Value):
    """A party's agreement that was told beforehand: on which day, and by which channel the adviser heard of it."""

    party: Code
    peer: PeerId | None = None
    agreed_on: date
    channel: Code
