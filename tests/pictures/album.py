"""Which pages are drawn: who looks, where they go, and what they do there before the picture is taken."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from services.onebox.personas import PERSONAS

NATIONAL, OPERATOR, GOVERNOR, SECOND = (PERSONAS[name].name for name in ("adviser-national", "operator", "governor-one", "governor-two"))
YORKSHIRE = PERSONAS["adviser-yorkshire-and-the-humber"].name
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """name: of the file. who: signs in; nobody does for "". path: where they go; `do`: what they do there."""

    name: str
    who: str
    path: str
    do: Callable[[Page], None] = lambda _: None


_WHEN = {"from": "2027-01-11", "to": "2027-12-17"}
SHORT = tuple(
    {"reference": f"INT-SHORT-{n}", "authority": council, "kind": kind, "themes": [theme], "days": days, **_WHEN}
    for n, council, kind, theme, days in (
        (1, "Leeds", "mentoring_new_director", "SEND", 60),
        (2, "Cornwall", "sounding_board", "fostering sufficiency", 45),
    )
)
"""Requests that ask for more days than anybody has, so that something is short."""
TEAMS = tuple(
    {"reference": f"INT-TEAM-{n}", "authority": council, "kind": "peer_review", "themes": ["SEND"], "from": _WHEN["from"]}
    | {"priority": "preventing_failure"}
    for n, council in enumerate(("Leeds", "Bradford", "Hull"))
)
"""Requests for teams, one more than are decided while the pictures are taken."""
GUEST_ROLE, GUESTS = (
    "performance_analyst",
    {
        "Featherstonehaugh-Cholmondeley-Wolstenholme": "Hull",
        "Featherstonehaugh-Cholmondeley-Wolstenholmes": "Hull",
        "Llewellyn-Fitzwilliam-Montgomerie-Ashworth": "Bradford",
        "Ng": "Kirklees",
    },
)
"""People with long names, two of whom may be one, and where they are from."""
LONG = {
    "reference": "INT-LONG-1", "authority": "Leeds", "kind": "bespoke", "priority": "early_intervention", "days": 3, **_WHEN,
    "team": [{"role": GUEST_ROLE, "count": 2}],
}  # fmt: skip
"""The request for which one of them is looked at."""


def _first(selector: str) -> Callable[[Page], None]:
    """Open the first link of this sort."""
    return lambda page: page.locator(selector).first.click()


def _turn_nobody_down(page: Page) -> None:
    _first(".desk-card a")(page)
    page.get_by_text("Turn some down and ask for new suggestions").click()
    page.get_by_role("button", name="Turn down").click()


def _calls(page: Page) -> None:
    _first(".desk-card a")(page)
    page.get_by_role("link", name="Call sheet to print").click()


def _ask(page: Page) -> None:
    """Ask whoever is suggested; whose days are gone by then gives way to the next."""
    _first(".desk-card a")(page)
    ask = page.get_by_role("button", name="Ask this person").or_(page.get_by_role("button", name="Ask these people")).first
    for _ in range(20):
        if page.get_by_role("heading", name="Consents").count():
            return
        if ask.count():
            ask.click()
        page.wait_for_timeout(500)
        page.reload()


def _withdraw(page: Page) -> None:
    _first(".desk-card a")(page)
    page.get_by_text("Withdraw the request").click()
    page.locator("#withdraw").select_option("by_host")
    page.get_by_role("button", name="Withdraw", exact=True).click()


def _team(page: Page, kind: str = "Peer review") -> None:
    page.locator(".desk-card", has_text=kind).get_by_role("link").first.click()
    page.get_by_role("link", name="See them as a team").click()


def _long_names(page: Page) -> None:
    _team(page, "Bespoke")
    page.get_by_label("Who", exact=True).fill(next(iter(GUESTS)))
    page.get_by_role("button", name="Look for somebody").click()
    page.locator(".desk-found").last.get_by_role("link").first.click()


def _moved(page: Page) -> None:
    _team(page)
    page.locator(".desk-found a").first.click()


def _replaced(page: Page) -> None:
    """The team is asked, then somebody else is looked at for its first place."""
    _team(page)
    page.get_by_role("button", name="Ask these people").click()
    for _ in range(20):
        if page.get_by_role("link", name="See the team place by place").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("link", name="See the team place by place").click()
    page.locator(".desk-found a").first.click()


def _two_people(page: Page) -> None:
    page.get_by_text("They are two people").first.click()
    page.get_by_role("button", name="Do not show them again").first.click()


def _wished(page: Page) -> None:
    _begin(page)
    page.goto(page.url.rpartition("/")[0] + "/money")
    page.get_by_label("Look for somebody (optional)").fill("lead member bristol")
    page.get_by_role("button", name="Look", exact=True).click()


def _begin(page: Page) -> None:
    page.get_by_role("button", name="Start").click()


def _arrange(page: Page) -> None:
    page.get_by_label("It is already arranged").check()
    _begin(page)


def _check_arranged(page: Page) -> None:
    _arrange(page)
    page.goto(page.url.rpartition("/")[0] + "/check")


def _begin_badly(page: Page) -> None:
    _begin(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Which council is it for?").wait_for()
    page.get_by_role("button", name="Continue").click()


def _check(page: Page) -> None:
    _begin(page)
    page.goto(page.url.rpartition("/")[0] + "/check")


def _try(page: Page) -> None:
    page.get_by_label("Try a price").fill("0.2")
    page.get_by_role("button", name="Try it on the last year").click()
    page.get_by_role("img", name="Line chart.").wait_for()


def _write(page: Page) -> None:
    page.get_by_label("Why should").fill("Fewer places on the busiest councils for hardly any fit.")
    page.get_by_role("button", name="Write it down").click()


PICTURES: tuple[Picture, ...] = (
    Picture("sign-in", NOBODY, "/sign-in"),
    Picture("my-desk", YORKSHIRE, "/desk"),
    Picture("my-desk-one-list", NATIONAL, "/desk?for=decide"),
    Picture("my-desk-empty", NATIONAL, "/desk?of=me"),
    Picture("request-to-decide", NATIONAL, "/desk?for=decide", _first(".desk-card a")),
    Picture("request-error", NATIONAL, "/desk?for=decide", _turn_nobody_down),
    Picture("request-call-sheet", NATIONAL, "/desk?for=decide", _calls),
    Picture("request-question", NATIONAL, "/desk?for=question", _first(".desk-card a")),
    Picture("request-nobody", NATIONAL, "/desk?for=shortage", _first(".desk-card a")),
    Picture("request-team", NATIONAL, "/desk?for=decide&priority=preventing_failure", _team),
    Picture("request-team-moved", NATIONAL, "/desk?for=decide&priority=preventing_failure", _moved),
    Picture("request-team-long-names", NATIONAL, "/desk?for=decide&priority=early_intervention", _long_names),
    Picture("request-team-replaced", NATIONAL, "/desk?for=decide&priority=preventing_failure", _replaced),
    Picture("request-consents", NATIONAL, "/desk?for=decide&priority=newly_appointed", _ask),
    Picture("request-closed", NATIONAL, "/desk?for=decide&priority=other", _withdraw),
    Picture("cover", YORKSHIRE, "/cover"),
    Picture("new-request", YORKSHIRE, "/new"),
    Picture("new-request-step", YORKSHIRE, "/new", _begin),
    Picture("new-request-error", YORKSHIRE, "/new", _begin_badly),
    Picture("new-request-wished", YORKSHIRE, "/new", _wished),
    Picture("new-request-check", YORKSHIRE, "/new", _check),
    Picture("new-request-arranged", YORKSHIRE, "/new", _arrange),
    Picture("new-request-arranged-check", YORKSHIRE, "/new", _check_arranged),
    Picture("heads-ups", YORKSHIRE, "/heads-ups"),
    Picture("register", NATIONAL, "/register"),
    Picture("register-found", NATIONAL, "/register?words=leeds"),
    Picture("register-nobody", NATIONAL, "/register?words=zzyzx"),
    Picture("register-peer", NATIONAL, "/register?words=lindenhurst", _first(".desk-found a")),
    Picture("register-council", NATIONAL, "/register/councils/383"),
    Picture("register-twice", YORKSHIRE, "/register/twice"),
    Picture("register-twice-error", YORKSHIRE, "/register/twice", _two_people),
    Picture("register-files", OPERATOR, "/register/files"),
    Picture("spread", NATIONAL, "/spread"),
    Picture("spread-empty", NATIONAL, "/spread?from=2020-04-01&to=2021-03-31"),
    Picture("spread-error", NATIONAL, "/spread?from=2026-04-01&to=2025-03-31"),
    Picture("price-tried", GOVERNOR, "/spread/price", _try),
    Picture("price-written", GOVERNOR, "/spread/price", _write),
    Picture("price-to-adopt", SECOND, "/spread/price"),
    Picture("shortages", NATIONAL, "/shortages"),
    Picture("operators", OPERATOR, "/operators"),
    Picture("operators-parked", OPERATOR, "/operators/parked"),
    Picture("operators-parked-record", OPERATOR, "/operators/parked", _first("main td a")),
    Picture("operators-audit", OPERATOR, "/operators/audit"),
    Picture("not-there", NATIONAL, "/requests/nothing"),
    Picture("not-allowed", GOVERNOR, "/desk"),
)
"""In the order in which they are taken: what is done for one is there for those after it. At the second width everything is done again."""
