"""Problem documents say what is wrong, where, and what to do, and repeat nothing that was submitted."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.kit import problems
from services.kit.problems import Refused, not_found, stale
from services.kit.stopping import Stopping

MARK = "Mx9Qz"
"""Stands in every submitted value."""


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Colour(Enum):
    RED = "red"


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=3, pattern="^[a-z]+$")] = ""
    whole: Annotated[int, Field(ge=0)] = 0
    real: float = 0
    money: Annotated[Decimal, Field(max_digits=3)] = Decimal()
    day: date = date(2026, 1, 1)
    moment: datetime = datetime(2026, 1, 1)  # noqa: DTZ001
    hour: time = time(1)
    span: timedelta = timedelta()
    ident: UUID = UUID(int=0)
    yes: bool = True
    colour: Colour = Colour.RED
    word: Literal["a", "b"] = "a"
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] = Cat(kind="cat")
    either: int | date = 0
    names: dict[Annotated[str, Field(max_length=2)], int] = {}
    many: Annotated[list[int], Field(max_length=2)] = []
    own: str = ""

    @field_validator("own")
    @classmethod
    def check(cls, value: str) -> str:
        if value:
            raise ValueError(f"{value} is not right")
        return value


app = FastAPI()
problems.install(app)


@app.post("/everything")
async def everything(body: Everything, page: Annotated[int, Query(ge=1)] = 1, key: Annotated[str, Header(max_length=20)] = "") -> None: ...


@app.get("/raise/{name}")
async def failing(name: str) -> None:
    raise {
        "refused": Refused(409, "taken", "It is taken. Choose another.", by="adviser-1"),
        "away": ConnectionRefusedError(MARK),
        "stopping": Stopping(MARK),
        "text": asyncpg.CharacterNotInRepertoireError(MARK),
        "bug": RuntimeError(MARK),
        "arguments": asyncpg.InterfaceError(f"the server expects 1 argument for this query, {MARK}"),
        "stale": stale(2, 3, "adviser-1", "2026-01-01"),
        "missing": not_found("peer", MARK),
        "login": Refused(401, "no_token", "Send a token."),
    }[name]


async def call(method: str, path: str, **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, **more)


WRONG: list[Any] = [
    f"{MARK}",
    f"2026-{MARK}",
    3.14159265,
    -77123,
    [MARK],
    {MARK: MARK},
    {"kind": MARK},
    None,
    [1, 2, MARK],
    {"kind": [MARK]},
]


@pytest.mark.parametrize("field", Everything.model_fields)
async def test_no_wrong_value_of_any_type_is_repeated(field: str) -> None:
    refused = 0
    for value in WRONG:
        answer = await call("POST", "/everything", json={field: value})
        if answer.status_code == 200:
            continue
        refused += 1
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["type"] == "/problems/invalid_input"
        assert all(p["field"].startswith(f"body.{field}") for p in body["problems"])
        for word in (MARK, "3.14159265", "77123"):
            assert word not in answer.text, (field, value)
    assert refused


async def test_a_key_that_somebody_made_up_is_not_repeated_when_it_is_none_of_our_names() -> None:
    answer = await call("POST", "/everything", json={MARK: 1, "names": {MARK: "x"}})
    assert answer.status_code == 422
    assert MARK not in answer.text
    assert {p["field"] for p in answer.json()["problems"]} == {"body.names.(name)", "body.names.(name).(name)", "body.(name)"}


@pytest.mark.parametrize("content", [f"{{{MARK}", f'"{MARK}"', MARK, "", f'{{"text": {MARK}}}'])
async def test_a_body_that_is_no_json_is_not_repeated(content: str) -> None:
    answer = await call("POST", "/everything", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert MARK not in answer.text


async def test_wrong_questions_and_headers_are_not_repeated() -> None:
    answer = await call("POST", f"/everything?page={MARK}", json={}, headers={"key": MARK * 10})
    assert {p["field"] for p in answer.json()["problems"]} == {"query.page", "header.key"}
    assert MARK not in answer.text


@pytest.mark.parametrize(
    ("name", "status", "rule"),
    [
        ("refused", 409, "taken"),
        ("away", 503, "away"),
        ("stopping", 503, "away"),
        ("text", 422, "invalid_input"),
        ("bug", 500, "unexpected"),
        ("arguments", 500, "unexpected"),
        ("stale", 409, "version"),
        ("missing", 404, "not_found"),
        ("login", 401, "no_token"),
    ],
)
async def test_every_error_is_a_problem_document_without_its_text(name: str, status: int, rule: str) -> None:
    answer = await call("GET", f"/raise/{name}")
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["status"], body["type"]) == (status, status, f"/problems/{rule}")
    assert body["detail"].endswith(".")
    assert MARK not in answer.text


async def test_a_stale_version_says_who_changed_what_when() -> None:
    body = (await call("GET", "/raise/stale")).json()
    assert (body["version"], body["changed_by"], body["changed_at"]) == (3, "adviser-1", "2026-01-01")


async def test_headers_say_how_to_go_on() -> None:
    assert (await call("GET", "/raise/login")).headers["www-authenticate"] == "Bearer"
    assert (await call("GET", "/raise/away")).headers["retry-after"] == "2"
    assert (await call("DELETE", "/everything")).headers["allow"] == "POST"


async def test_an_unknown_address_is_not_repeated() -> None:
    answer = await call("GET", f"/{MARK}")
    assert answer.status_code == 404
    assert MARK not in answer.text
    assert json.loads(answer.text)["title"]
