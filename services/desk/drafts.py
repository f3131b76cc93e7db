"""Drafts from the desk: begun, read, saved with what a page holds and thrown away, at the requests service that keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.desk.backends import Away, Backends, Refusal
from services.desk.forms import Errors, Form
from services.desk.person import Person
from services.desk.when import moment

KEPT = "Nothing was saved; what you typed is still here."


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has begun to write. fields: what was typed, by the name of its field."""

    id: str
    purpose: str
    fields: Mapping[str, Sequence[str]]
    version: int
    changed_at: str
    expires_at: str


async def mine(backends: Backends, person: Person) -> list[Draft]:
    """The person's drafts, the last changed first. Errors: Away, Refusal, SignedOut."""
    return [_draft(said) for said in (await backends.get(person, "requests", "/drafts"))["drafts"]]


async def find(backends: Backends, person: Person, ident: str) -> Draft:
    """One of the person's drafts. Errors: Refusal 404; Away, SignedOut."""
    return _draft(await backends.get(person, "requests", f"/drafts/{ident}"))


async def begin(backends: Backends, person: Person, purpose: str, form: Form) -> Draft:
    """A new draft. Errors: Away, Refusal, SignedOut."""
    return _draft(await backends.post(person, "requests", "/drafts", {"purpose": purpose, "fields": {}}, form.once))


async def drop(backends: Backends, person: Person, draft: Draft, form: Form) -> None:
    """Throw a draft away. Errors: Away, Refusal, SignedOut."""
    await backends.post(person, "requests", f"/drafts/{draft.id}/drop", {"expected_version": draft.version}, form.once)


def shown(ident: str, purpose: str, form: Form, names: Sequence[str]) -> Draft:
    """A draft as a page has it, when what is kept cannot be read: what was typed there and nothing else."""
    return Draft(ident, purpose, typed(form, names), version_of(form), "", "")


async def save(
    backends: Backends, person: Person, ident: str, form: Form, names: Sequence[str], errors: Errors, purpose: str
) -> tuple[Draft, int]:
    """Save these fields of a form, right or wrong. Returns the draft, and the status of the answer: 200, or 409 or 503 with what went wrong
    in `errors`, and then the draft is as the page has it. Errors: Refusal other than an overtaken version; SignedOut."""
    first = names[0] if names else "send"
    body = {"fields": typed(form, names), "expected_version": version_of(form)}
    here = shown(ident, purpose, form, names)
    try:
        return _draft(await backends.post(person, "requests", f"/drafts/{ident}", body, form.once)), 200
    except Away as away:
        errors.add(first, f"{away.words} {KEPT}")
        return here, 503
    except Refusal as refusal:
        if not refusal.stale:
            raise
        at = moment(str(refusal.facts["changed_at"]))
        errors.add(first, f"You changed this elsewhere, on {at}. {KEPT} Choose Continue to save it in its place.")
        return Draft(ident, purpose, here.fields, int(refusal.facts["version"]), "", ""), 409


def typed(form: Form, names: Sequence[str]) -> dict[str, list[str]]:
    """What was typed into these fields; [] for one that was left out."""
    return {name: [value for value in form.every(name) if value] for name in names}


def version_of(form: Form) -> int:
    """The version that the page showed."""
    return int(form["version"]) if form["version"].isdigit() and len(form["version"]) < 9 else 1


def _draft(said: Mapping[str, Any]) -> Draft:
    return Draft(said["draft"], said["purpose"], said["fields"], said["version"], said["changed_at"], said["expires_at"])
