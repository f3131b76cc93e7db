"""The wall, route by route: every route of the desk, each role, signed in and not; a route that is not in the table fails."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi.routing import APIRoute

from services.desk.app import ROOMS
from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from services.onebox.tokens import SCOPES

pytestmark = pytest.mark.xdist_group("browser")
OPEN, SIGNED_IN, TOKEN = "open", "signed in", "a program's token"
ADVISER = "matches:decide"
ROWS = {
    "GET /": SIGNED_IN,
    "GET /new/arranged/{ident}/check": ADVISER,
    "GET /new/arranged/{ident}/{name}": ADVISER,
    "GET /cover": ADVISER,
    "GET /desk": ADVISER,
    "GET /heads-ups": ADVISER,
    "GET /live": ADVISER,
    "GET /new": "requests:write",
    "GET /new/{ident}/check": "requests:write",
    "GET /new/{ident}/{name}": "requests:write",
    "GET /operators": "parked:read",
    "GET /operators/audit": "audit:read",
    "GET /operators/parked": "parked:read",
    "GET /operators/parked/{service}/{number}": "parked:read",
    "GET /register": "registry:read",
    "GET /register/councils/{la_code}": "registry:read",
    "GET /register/councils/{la_code}/{name}.csv": "registry:read",
    "GET /register/files": "registry:write",
    "GET /register/files/{kind}.csv": "registry:write",
    "GET /register/found.csv": "registry:read",
    "GET /register/peers/{peer}": "registry:read",
    "GET /register/twice": "registry:read",
    "GET /register/peers/{peer}/{name}.csv": "registry:read",
    "GET /requests/{ident}": ADVISER,
    "GET /requests/{ident}/calls": ADVISER,
    "GET /requests/{ident}/team": ADVISER,
    "GET /shortages": "matches:read",
    "GET /shortages/{name}.csv": "matches:read",
    "GET /spread": "matches:read",
    "GET /spread/{name}.csv": "matches:read",
    "GET /spread/price": "matches:read",
    "GET /spread/price/curve.csv": "matches:read",
    "POST /spread/price/try": "policy:write",
    "POST /spread/price/write": "policy:write",
    "POST /spread/price/{version}/adopt": "policy:adopt",
    "GET /sign-in": OPEN,
    "GET /sign-in/done": OPEN,
    "GET /sign-in/start": OPEN,
    "POST /new/arranged/{ident}/check": ADVISER,
    "POST /new/arranged/{ident}/{name}": ADVISER,
    "POST /cover": ADVISER,
    "POST /cover/hand-over": ADVISER,
    "POST /cover/{ident}/end": ADVISER,
    "POST /heads-ups/{ident}": ADVISER,
    "POST /new": "requests:write",
    "POST /new/{ident}/check": "requests:write",
    "POST /new/{ident}/drop": "requests:write",
    "POST /new/{ident}/{name}": "requests:write",
    "POST /operators/parked/{service}/{number}": "parked:write",
    "POST /read-model/rebuild": TOKEN,
    "POST /register/files": "registry:write",
    "POST /register/twice": ADVISER,
    **{
        f"POST /requests/{{ident}}/{order}": ADVISER
        for order in (
            "answer", "arrangement", "calls/{peer}", "cancel", "complete", "confirm", "consents/{consent}", "decline", "draw", "escalate",
            "heads-ups/{peer}", "note", "offer", "override", "owner", "settle", "team", "team/{place}", "waive", "withdraw",
        )
    },
    "POST /sign-out": SIGNED_IN,
}  # fmt: skip
"""What each route needs: a scope, or nothing but a session, or nothing at all; one is for programs, whom a session does not let in."""
FILLING = {
    "peer": "nobody",
    "name": "nothing",
    "service": "requests",
    "number": "999999999",
    "ident": "999999999",
    "consent": "nothing",
    "place": "nothing",
    "version": "999999999",
    "kind": "nothing",
    "la_code": "999",
}
"""What stands for a name in an address: things that are not there, so that nothing is done and whoever is let in gets a 404 or an error."""
WHO = ("adviser-north-east", "adviser-london", "adviser-national", "office-labour", "operator", "governor-one")


def routes() -> list[str]:
    found = (route for room in ROOMS for route in room.routes if isinstance(route, APIRoute))
    return sorted(f"{method} {route.path}" for route in found for method in route.methods or ())


@dataclass
class Visitor:
    """Somebody with a session, as a program; "" is nobody."""

    who: str
    http: httpx.Client
    csrf: str = ""

    def tries(self, route: str, csrf: str = "") -> httpx.Response:
        method, path = route.split(" ")
        filled = re.sub(r"{(\w+)}", lambda name: FILLING[name[1]], path)
        data = {"csrf": csrf or self.csrf} if method == "POST" else None
        with self.http.stream(method, filled, data=data) as answer:
            if not answer.headers.get("content-type", "").startswith("text/event-stream"):
                answer.read()  # what is live has no end
        return answer


@pytest.fixture(scope="session")
def visitors(fleet: Fleet) -> Iterator[dict[str, Visitor]]:
    found = {"": Visitor("", httpx.Client(base_url=fleet.url("desk")))}
    for who in WHO:
        visitor = found[who] = Visitor(who, httpx.Client(base_url=fleet.url("desk")))
        there = visitor.http.get("/sign-in/start").headers["location"]
        visitor.http.get(visitor.http.get(f"{there}&persona={who}").headers["location"])
        word = re.search(r'name="csrf" value="(\w+)"', visitor.http.get("/nowhere").text)
        assert word
        visitor.csrf = word[1]
    yield found
    for visitor in found.values():
        visitor.http.close()


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert routes() == sorted(ROWS)


def test_every_role_that_people_have_visits() -> None:
    assert {PERSONAS[who].role for who in WHO} == SCOPES.keys() - {"service"}


@pytest.mark.parametrize("route", [route for route, needed in ROWS.items() if needed not in (OPEN, TOKEN)])
def test_nobody_comes_in_without_signing_in(visitors: dict[str, Visitor], route: str) -> None:
    answer = visitors[""].tries(route)
    if route.startswith("GET"):
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("route", [route for route, needed in ROWS.items() if needed not in (OPEN, SIGNED_IN, TOKEN)])
def test_who_holds_the_scope_comes_in_and_who_does_not_is_refused(visitors: dict[str, Visitor], route: str, who: str) -> None:
    answer = visitors[who].tries(route)
    if ROWS[route] in SCOPES[PERSONAS[who].role]:
        assert answer.status_code in (200, 404, 422), answer.text
    else:
        assert answer.status_code == 403
        assert "You cannot use this page" in answer.text


@pytest.mark.parametrize("route", [route for route, needed in ROWS.items() if needed == TOKEN])
def test_a_session_is_no_token(visitors: dict[str, Visitor], route: str) -> None:
    assert [visitors[who].tries(route).status_code for who in ("", *WHO)] == [401] * (1 + len(WHO))


@pytest.mark.parametrize("route", [route for route, needed in ROWS.items() if route.startswith("POST") and needed != TOKEN])
def test_no_form_is_taken_from_another_session(visitors: dict[str, Visitor], route: str) -> None:
    answer = visitors["operator"].tries(route, csrf=visitors["adviser-london"].csrf)
    assert answer.status_code == 403
    assert "This form can no longer be sent" in answer.text
