"""Whole files over HTTP: a CSV in, its fate told line by line as NDJSON; the same columns out."""

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from services.kit.access import Actor
from services.kit.problems import Refused
from services.kit.web import Kitchen, kitchen, needs
from services.registry import reading_store
from services.registry.importing import Import
from services.registry.register import ENTRIES, Entry, Kind

ROUTER = APIRouter(tags=["files"])
LARGEST = 200_000_000
"""Bytes of one file."""
_IN_MEMORY = 1_000_000
_PAGE = 2_000

Host = Annotated[Kitchen, Depends(kitchen)]


@ROUTER.post("/imports/{kind}", response_class=StreamingResponse)
async def import_file(
    kind: Kind,
    request: Request,
    host: Host,
    actor: Annotated[Actor, Depends(needs("registry:write"))],
    dry_run: bool = False,
    preview: bool = False,
) -> StreamingResponse:
    """Enter a CSV file (text/csv, UTF-8) whole or not at all, and tell its fate as NDJSON while it goes; with dry_run only tell it.

    With preview the first changes are told one by one.

    Needs no Idempotency-Key: the same file again finds everything the same and changes nothing. The answer begins when the whole
    file has arrived, so faults, and an end without success, are lines of the stream; docs/importing.md lists them.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "text/csv":
        raise Refused(415, "content_type", "Send the file itself as the body of the request, with Content-Type: text/csv.")
    # anonymous and gone when closed: it holds names and addresses
    spooled: BinaryIO = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115
    digest = hashlib.sha256()
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST:
                raise Refused(413, "too_large", f"The file is larger than {LARGEST // 1_000_000} MB. Import it in parts.")
            digest.update(part)
            spooled.write(part)
    except BaseException:
        spooled.close()
        raise
    spooled.seek(0)
    work = Import(kind, spooled, digest.hexdigest(), actor.id, dry_run=dry_run, preview=preview)

    async def told() -> AsyncIterator[str]:
        with spooled:
            async with aclosing(work.lines(host.database, host.clock)) as lines:
                async for line in lines:
                    yield json.dumps(line, ensure_ascii=False) + "\n"

    return StreamingResponse(told(), media_type="application/x-ndjson")


@ROUTER.get("/export/{kind}.csv", response_class=StreamingResponse)
async def export_file(kind: Kind, host: Host, actor: Annotated[Actor, Depends(needs("registry:read"))]) -> StreamingResponse:
    """The register as a file that can be imported again. Peers have e-mail addresses: they also need registry:read_contact."""
    if kind == "peers" and "registry:read_contact" not in actor.scopes:
        raise Refused(403, "scope", "This needs the scope 'registry:read_contact', which your token does not hold. Ask your administrator.")

    async def pages() -> AsyncIterator[str]:
        yield _text([ENTRIES[kind].columns])
        last: Entry | None = None
        while entries := await host.database.once(lambda db: reading_store.page(db, kind, last, _PAGE)):  # noqa: B023
            yield _text([entry.cells() for entry in entries])
            last = entries[-1]

    return StreamingResponse(pages(), media_type="text/csv; charset=utf-8")


def _text(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
