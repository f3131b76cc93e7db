"""How a page is drawn: templates in GOV.UK's components, our own words for days and times, and the files that dress them."""

import hashlib
import mimetypes
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

from services.desk import when
from services.desk.guard import csrf
from services.desk.person import Person
from services.desk.seals import seal, unseal
from services.desk.sheets import Sheet

_HERE = Path(__file__).parent
_LIBRARY = "govuk_frontend_jinja"
_MACROS = (
    "accordion", "back-link", "breadcrumbs", "button", "character-count", "checkboxes", "date-input", "details", "error-message",
    "error-summary", "fieldset", "file-upload", "hint", "input", "inset-text", "label", "notification-banner", "pagination", "panel",
    "phase-banner", "radios", "select", "service-navigation", "skip-link", "summary-list", "table", "tabs", "tag", "task-list",
    "textarea", "warning-text",
)  # fmt: skip
_TOLD = "desk-told"


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation: where it leads, what it is called, and the scope without which it is not shown."""

    path: str
    words: str
    scope: str


class Paper:
    """The templates and the files of one process. Errors: FileNotFoundError when the style sheet was not made."""

    def __init__(self, places: tuple[Place, ...], built: Path = _HERE / "assets" / "built") -> None:
        self._places = places
        self.files = {file.name: file for folder in (_HERE / "static", built) for file in sorted(folder.glob("*.*"))}
        if "desk.css" not in self.files:
            raise FileNotFoundError(f"{built / 'desk.css'} is missing. Make it: manyhands assets")
        whole = hashlib.sha256()
        for name, file in self.files.items():
            whole.update(name.encode() + file.read_bytes())
        self.digest = whole.hexdigest()[:16]
        library = PackageLoader(_LIBRARY)
        self._templates = Environment(
            loader=ChoiceLoader([FileSystemLoader(_HERE / "templates"), PrefixLoader({_LIBRARY: library})]),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"asset": self._asset}
        for name in _MACROS:
            module = self._templates.get_template(f"{_LIBRARY}/components/{name}/macro.html").module
            macro = "govuk" + "".join(word.capitalize() for word in name.split("-"))
            self._templates.globals[macro] = getattr(module, macro)
        self._templates.filters |= {"day": when.day, "moment": when.moment, "clock": when.clock}

    def _asset(self, name: str) -> str:
        return f"/assets/{self.digest}/{name}"

    def file(self, digest: str, name: str) -> Response | None:
        """A file: kept for a year under the digest of them all, and not at all under another (a page from before an upgrade)."""
        found = self.files.get(name)
        if found is None:
            return None
        keep = "public, max-age=31536000, immutable" if digest == self.digest else "no-cache"
        return Response(found.read_bytes(), media_type=mimetypes.guess_type(name)[0], headers={"cache-control": keep})

    def draw(self, template: str, path: str, person: Person | None, now: datetime, **data: Any) -> str:
        """A page as text. Every template knows path, person, places, csrf, once, now, and the filters day, moment, clock, age, span."""
        places = [place for place in self._places if person and person.may(place.scope)]
        known = {
            "path": path,
            "person": person,
            "places": places,
            "csrf": csrf(person) if person else "",
            "once": secrets.token_urlsafe(24),
            "now": now,
            "age": lambda since: when.age(since, now),
            "span": when.span,
        }
        return self._templates.get_template(template).render(known | data)


def paper(request: Request) -> Paper:
    """The process's paper."""
    found: Paper = request.app.state.paper
    return found


def page(request: Request, person: Person | None, template: str, status: int = 200, **data: Any) -> HTMLResponse:
    """A whole page; what `back` told is shown once, at its top."""
    told = request.cookies.get(_TOLD)
    words = unseal(person.secret, "told", told, 300) if told and person else None
    now = request.app.state.kitchen.clock.now()
    answer = HTMLResponse(paper(request).draw(template, request.url.path, person, now, told=words, **data), status)
    if told:
        answer.delete_cookie(_TOLD)
    return answer


def saved(sheet: Sheet, called: str) -> Response:
    """A table as a file to keep, of that name."""
    headers = {"content-disposition": f'attachment; filename="{called}.csv"'}
    return Response(sheet.csv(), media_type="text/csv; charset=utf-8", headers=headers)


def back(request: Request, person: Person, to: str, told: str = "") -> RedirectResponse:
    """After a form was handled: go to a page (a path of ours), which says at its top what was done."""
    answer = RedirectResponse(to, 303)
    if told:
        secure = request.app.state.secure
        answer.set_cookie(_TOLD, seal(person.secret, "told", told), max_age=300, httponly=True, samesite="lax", secure=secure)
    return answer
