"""What the tests of ranking start from: councils, peers, loads, requests, with as little said as a sentence needs. People are invented."""

from datetime import date
from typing import Any

from schemas.courses import CohortState
from schemas.registry import CouncilState, LoadState, Offer, OfferUse, PeerState, Post
from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY, Policy
from services.matcher.ranking import Ask, rank, stand
from services.matcher.records import State
from services.vocabulary.councils import reference_councils

LEEDS, BRADFORD, KIRKLEES, WAKEFIELD, SHEFFIELD = "383", "380", "382", "384", "373"
PORTSMOUTH, LEWISHAM, GREENWICH, DUDLEY, CITY_OF_LONDON, CAMDEN = "851", "209", "203", "332", "201", "202"

TODAY = date(2026, 9, 1)
STARTS = date(2026, 12, 1)
ALWAYS = (date(2026, 1, 1), date(2027, 12, 31))
_REFERENCE = {council.la_code: council for council in reference_councils()}


def offer(name: str, days: float, starts: date = ALWAYS[0], ends: date = ALWAYS[1]) -> Offer:
    return Offer(offer=name, days=days, starts=starts, ends=ends)


def council(code: str, *, days: float = 200, version: int = 1, **changes: Any) -> CouncilState:
    """A willing council with days to give; region and type are the real ones."""
    real = _REFERENCE[code]
    known: dict[str, Any] = {
        "council": code,
        "name": real.name,
        "region": real.region,
        "kind": real.type,
        "willing": True,
        "offers": (offer(f"o{code}", days),),
    }
    return CouncilState(version=version, **(known | changes))


def post(role: str, at: str = PORTSMOUTH, since: date = date(2022, 5, 9), until: date | None = None) -> Post:
    return Post(role=role, council=at, starts=since, ends=until)


def peer(
    name: str = "p1", *, of: str = PORTSMOUTH, role: str = "lead_member", days: float = 8, version: int = 1, **changes: Any
) -> PeerState:
    """A lead member in post who knows SEND and offers days."""
    known: dict[str, Any] = {
        "peer": name,
        "kind": "member",
        "council": of,
        "party": "labour",
        "themes": ("send",),
        "posts": (post(role, of),),
        "offers": (offer(f"o-{name}", days),),
    }
    return PeerState(version=version, **(known | changes))


def load(
    owner: str,
    *,
    held: int = 0,
    placed: tuple[date, ...] = (),
    used: dict[str, float] | None = None,
    challenges: tuple[date, ...] = (),
    hosts: tuple[str, ...] = (),
    version: int = 1,
) -> LoadState:
    """What an owner (`peer:p1`, `council:851`) carries."""
    offers = tuple(OfferUse(offer=name, used=days) for name, days in (used or {}).items())
    return LoadState(version=version, owner=owner, held=held, placed=placed, offers=offers, challenges=challenges, hosts=hosts)


def cohort(name: str = "leading-1", *, places: int = 8, taken: int = 0, starts: date = date(2027, 1, 11), version: int = 1) -> CohortState:
    """A course that begins in January, which may be asked for until the end of the year."""
    return CohortState(
        version=version,
        cohort=name,
        course="Leading",
        offered_by="London",
        starts=starts,
        ask_by=date(2026, 12, 31),
        places=places,
        taken=taken,
    )


def key(state: State) -> str:
    if isinstance(state, PeerState):
        return f"peer:{state.peer}"
    if isinstance(state, CouncilState):
        return f"council:{state.council}"
    if isinstance(state, CohortState):
        return f"cohort:{state.cohort}"
    return f"load:{state.owner}"


def register(*states: State) -> Register:
    """A register of these; councils that are only mentioned are willing and have days to give."""
    said = {state.council for state in states if isinstance(state, CouncilState)}
    mentioned = {LEEDS, *(state.council for state in states if isinstance(state, PeerState))}
    records = Register()
    records.apply(enumerate_records([*(council(code) for code in sorted(mentioned - said)), *states]))
    return records


def enumerate_records(states: list[State]) -> list[tuple[int, str, State | None]]:
    return [(position, key(state), state) for position, state in enumerate(states)]


def ask(*roles: str, **changes: Any) -> Ask:
    """Leeds asks for a lead member who knows SEND, four days from December."""
    known: dict[str, Any] = {
        "request": "r1",
        "host": LEEDS,
        "kind": "bespoke",
        "priority": "other",
        "themes": ("send",),
        "places": tuple((str(i + 1), role) for i, role in enumerate(roles or ("lead_member",))),
        "starts": STARTS,
        "ends": date(2027, 5, 31),
        "days": 4.0,
    }
    return Ask(**(known | changes))


def policy(**changes: Any) -> Policy:
    return Policy.model_validate(DEFAULT_POLICY.model_dump() | changes)


def proposed(known: Register, asked: Ask, by: Policy = DEFAULT_POLICY, place: int = 0) -> list[str]:
    """Who is proposed for a place, best first; nobody if the request is unmet. The load that this would add is taken away again."""
    before = known.load_vector(TODAY)
    ranked = rank(known, [asked], by, TODAY)[0]
    known.restore(before)
    return [candidate.peer for candidate in ranked.suggestions[place].candidates] if ranked.suggestions else []


def fit_of(name: str, known: Register, asked: Ask, by: Policy = DEFAULT_POLICY) -> float:
    return terms_and_fit(name, known, asked, by)[1]


def terms_and_fit(name: str, known: Register, asked: Ask, by: Policy = DEFAULT_POLICY) -> tuple[dict[str, float], float]:
    """The terms and the fit of a peer whom no rule leaves out, below the floor or not."""
    standing = stand(known, asked, asked.places[0][1], by, TODAY)
    candidate = standing.candidates([known.columns().index[name]])[0]
    return candidate.terms, candidate.fit
