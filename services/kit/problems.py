"""What is wrong, where, and what to do: errors as RFC 9457 problem documents."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from schemas.fact import Problem
from services.kit.database import OUTAGES, is_outage
from services.kit.stopping import Stopping

log = structlog.get_logger()


class Refused(Exception):
    """A command or question that is not carried out: an HTTP status, the rule it breaks, and a sentence that says what to do."""

    def __init__(self, status: int, rule: str, detail: str, problems: tuple[Problem, ...] = (), **facts: Any) -> None:
        super().__init__(detail)
        self.status, self.rule, self.detail, self.problems, self.facts = status, rule, detail, problems, facts


def not_found(what: str, _ident: str = "") -> Refused:
    """The 404 for a thing that is not there. The identifier is not repeated: it is what somebody submitted."""
    return Refused(404, "not_found", f"There is no {what} with this identifier here. Check it.")


def stale(expected: int, version: int, changed_by: str, changed_at: str) -> Refused:
    """The 409 for an `expected_version` that somebody has overtaken."""
    detail = (
        f"You saw version {expected}; it is at version {version} since {changed_by} changed it at {changed_at}. Read it again, then decide."
    )
    return Refused(409, "version", detail, version=version, changed_by=changed_by, changed_at=changed_at)


def document(
    status: int, rule: str, detail: str, problems: tuple[Problem, ...] = (), headers: Mapping[str, str] | None = None, **facts: Any
) -> JSONResponse:
    """A problem document. `type` is a relative reference to the rule's name."""
    body = {"type": f"/problems/{rule}", "title": rule.replace("_", " "), "status": status, "detail": detail, **facts}
    if problems:
        body["problems"] = [problem.model_dump() for problem in problems]
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document that repeats no submitted value."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
        return document(error.status, error.rule, error.detail, error.problems, headers, **error.facts)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        found = _field_problems(list(error.errors()), _names(app.openapi()))
        return document(422, "invalid_input", "Some fields are missing or wrong; see problems.", found)

    @app.exception_handler(asyncpg.CharacterNotInRepertoireError)
    async def unkeepable(_: Request, __: asyncpg.CharacterNotInRepertoireError) -> JSONResponse:
        return document(
            422, "invalid_input", "A text holds the character U+0000, which cannot be kept. Take it out and send the whole again."
        )

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        return document(error.status_code, "http", str(error.detail), headers=error.headers)

    async def unexpected(_: Request, error: Exception) -> JSONResponse:
        if is_outage(error) or isinstance(error, Stopping):
            log.warning("request_not_served", error=type(error).__name__)
            detail = "A part that is needed is away for the moment. Try again with the same Idempotency-Key."
            return document(503, "away", detail, headers={"Retry-After": "2"})
        log.error("request_failed", exc_info=error)
        return document(
            500, "unexpected", "Something went wrong on our side. Try again; if it stays, tell the operator the time of your call."
        )

    for kind in (*OUTAGES, Stopping, Exception):
        app.add_exception_handler(kind, unexpected)


def _field_problems(errors: list[Any], names: set[str]) -> tuple[Problem, ...]:
    """pydantic's findings as problems: the field's path, the rule, pydantic's sentence (it names limits, not values), and a remedy.

    A name that is none of `names`, our own, is a key that somebody submitted, and is not repeated.
    """
    return tuple(
        Problem(
            field=".".join(str(part) if isinstance(part, int) or part in names else "(name)" for part in error["loc"]) or "(whole)",
            rule=error["type"],
            reason=_reason(error),
            remedy="Add this field." if error["type"] == "missing" else "Correct this field and send the whole again.",
        )
        for error in errors[:50]
    )


def _names(schema: Any) -> set[str]:
    """The names of all fields and parameters in an OpenAPI document, and of the places that they stand in."""
    found, left = {"body", "query", "path", "header", "cookie"}, [schema]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            found |= set(part.get("properties", ()))
            found |= {part["name"]} if "in" in part and isinstance(part.get("name"), str) else set()
            left += part.values()
        elif isinstance(part, list):
            left += part
    return found


def _reason(error: Any) -> str:
    """pydantic's sentence, except where it may quote what was submitted (custom errors, tags of unions, parsers that cite a character)."""
    quoting = error["type"] in {"value_error", "assertion_error", "union_tag_invalid", "json_invalid", "uuid_parsing"}
    return "The value is not one that is accepted here." if quoting else str(error["msg"])
