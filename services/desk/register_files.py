"""Files into the register and out of it: what a file would change is shown first, and nothing of it is kept between the two steps."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from services.desk.backends import Away, Backends, Calls, Refusal
from services.desk.forms import Errors, Form
from services.desk.guard import Sent, needs, room
from services.desk.paper import page
from services.desk.person import Person
from services.desk.sheets import Column, Sheet

router = room(prefix="/register/files")
Keeper = Annotated[Person, Depends(needs("registry:write"))]
KINDS = {
    "councils": "Councils",
    "peers": "Peers",
    "posts": "Posts",
    "offers": "Days offered",
    "cohorts": "Courses and their places",
    "accreditations": "Accreditations",
    "training": "Training",
    "interests": "Interests in councils",
    "absences": "Absences",
    "releases": "Releases by employers",
    "evidence": "Evidence of themes",
    "feedback": "Feedback on the work of teams",
    "inspections": "Inspections",
    "interventions": "Interventions",
}
"""What files are about, in an order in which they can be imported."""
_PART = 65_536
_MOST_TOLD = 5_000
_COLUMNS = (Column("Row"), Column("Column"), Column("Value"), Column("What is wrong"), Column("What to do"))


@dataclass(slots=True)
class Fate:
    """What became of a file, or would: the registry's last line (`end`), what it found wrong, what would change, and why it has no end."""

    kind: str
    digest: str
    checked: bool
    end: dict[str, Any] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    broken: str = ""

    @property
    def ready(self) -> bool:
        """Whether the file may be imported now: it was checked, every row is good, and something would change."""
        return self.checked and not self.broken and not self.end.get("bad") and self.end.get("new", 0) + self.end.get("changed", 0) > 0

    @property
    def sheet(self) -> Sheet:
        """What is wrong, row by row."""
        rows = [(f"{f['row']}", f["column"], f["value"], f["reason"], f["remedy"]) for f in self.faults]
        return Sheet("bad-rows", "Rows to correct", _COLUMNS, rows)

    @property
    def download(self) -> str:
        """The same as a file within the page itself: it holds what was submitted, and the desk keeps nothing of that."""
        return "data:text/csv;base64," + base64.b64encode(self.sheet.csv().encode()).decode()


@router.get("")
async def show(request: Request, person: Keeper) -> Response:
    """Choose a file to check, or one to download."""
    return _page(request, person, Form({}), Errors(), None)


@router.post("")
async def take(request: Request, person: Keeper, form: Sent, calls: Calls) -> Response:
    """Check a file, or import one that was checked. With the header x-progress the answer tells how far it is, line by line."""
    errors = Errors()
    file = (await request.form()).get("file")
    if form["kind"] not in KINDS:
        errors.add("kind", "Choose what the file is about.")
    if not isinstance(file, UploadFile) or not file.size:
        errors.add("file", "Choose a CSV file that is not empty.")
        return _answer(request, _page(request, person, form, errors, None, 422))
    digest, rows = await _measured(file)
    importing = form["do"] == "import"
    if importing and digest != form["digest"]:
        errors.add("file", "This is not the file that was checked. Check it first, or choose the other one again. Nothing was imported.")
    if errors:
        return _answer(request, _page(request, person, form, errors, None, 422))
    fate = Fate(form["kind"], digest, checked=not importing)
    if "x-progress" in request.headers:
        return StreamingResponse(_told(request, person, form, calls, file, fate, rows), media_type="application/x-ndjson")
    async for _ in _lines(calls, person, file, fate):
        pass
    return _page(request, person, form, errors, fate)


@router.get("/{kind}.csv")
async def export(person: Keeper, calls: Calls, kind: str) -> Response:
    """The register as a file that can be imported again."""
    if kind not in KINDS:
        raise HTTPException(404)

    async def parts() -> AsyncIterator[bytes]:
        async with calls.stream(person, "registry", "GET", f"/export/{kind}.csv") as answer:
            async for part in answer.aiter_bytes():
                yield part

    every = parts()
    first = await anext(every, b"")  # a refusal or an absence is a page, not half a file

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for part in every:
            yield part

    named = {"content-disposition": f'attachment; filename="{kind}.csv"'}
    return StreamingResponse(whole(), media_type="text/csv; charset=utf-8", headers=named)


async def _measured(file: UploadFile) -> tuple[str, int]:
    """The file's SHA-256 and how many lines it has."""
    digest, rows = hashlib.sha256(), 0
    while part := await file.read(_PART):
        digest.update(part)
        rows += part.count(b"\n")
    await file.seek(0)
    return digest.hexdigest(), rows


async def _parts(file: UploadFile) -> AsyncIterator[bytes]:
    while part := await file.read(_PART):
        yield part


async def _lines(calls: Backends, person: Person, file: UploadFile, fate: Fate) -> AsyncIterator[int]:
    """Send the file to the registry and take down what it tells; yields how many rows were read or entered."""
    try:
        dry = "true" if fate.checked else "false"
        async with calls.stream(person, "registry", "POST", f"/imports/{fate.kind}", _parts(file), dry_run=dry, preview=dry) as answer:
            async for line in answer.aiter_lines():
                if line:
                    told = json.loads(line)
                    _take_down(told, fate)
                    if "progress" in told:
                        yield told.get("entered", told["progress"])
    except Refusal as refusal:
        fate.broken = refusal.detail
    except Away as away:
        fate.broken = f"{away.words} Nothing was imported."
    if not fate.end and not fate.broken:
        fate.broken = "The answer of the register broke off. Send the file again: the same file never counts twice."


def _take_down(told: dict[str, Any], fate: Fate) -> None:
    if told.get("done"):
        fate.end = told
    elif told.get("failed"):
        fate.broken = f"{told['reason']} {told['remedy']}"
    elif "preview" in told:
        fate.changes.append(told)
    elif "row" in told and len(fate.faults) < _MOST_TOLD:
        fate.faults.append(told)


async def _told(
    request: Request, person: Person, form: Form, calls: Backends, file: UploadFile, fate: Fate, rows: int
) -> AsyncIterator[str]:
    """How far it is, and at last the page."""
    async for done in _lines(calls, person, file, fate):
        yield json.dumps({"done": done, "of": max(rows, done)}) + "\n"
    yield _in_a_line(_page(request, person, form, Errors(), fate))


def _answer(request: Request, answer: Response) -> Response:
    """A page, for whoever asked for lines in a line."""
    if "x-progress" not in request.headers:
        return answer
    return StreamingResponse(iter([_in_a_line(answer)]), media_type="application/x-ndjson")


def _in_a_line(answer: Response) -> str:
    return json.dumps({"page": bytes(answer.body).decode()}) + "\n"


def _page(request: Request, person: Person, form: Form, errors: Errors, fate: Fate | None, status: int = 200) -> Response:
    return page(request, person, "register_files.html", status, kinds=KINDS, form=form, errors=errors, fate=fate, shown=_shown)


def _shown(columns: Iterable[str]) -> str:
    return ", ".join(column.replace("_", " ") for column in columns)
