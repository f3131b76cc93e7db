"""Our own history as a year: what was asked and who was placed, from events of the topics, written as the files of a year."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from schemas.envelope import STRUCTURED, Undecodable, read
from schemas.matcher import MatchPlaced
from schemas.registry import CouncilState, PeerState
from schemas.requests import RequestAmended, RequestContent, RequestOpened, RequestWithdrawn
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Register
from services.matcher.dated import Ints
from services.matcher.fit import BILLION, whole
from services.matcher.lots import Lot
from services.matcher.policy import Policy
from services.matcher.pools import Pool
from services.matcher.standing import Sheet
from services.simulation.stream import BadStream, Plain, write, write_decided

_DAYS = 365


@dataclass(slots=True)
class History:
    """What the events say: the register as they leave it, requests by id as they were asked last, and who was placed, by place."""

    register: Register = field(default_factory=Register)
    asked: dict[str, RequestContent] = field(default_factory=dict)
    placed: dict[tuple[str, str], str] = field(default_factory=dict)

    def hear(self, position: int, key: str, type_: str, payload: bytes | None) -> None:
        """Take one record over; without a payload it erases its key. Types that say nothing of demand or supply are passed over.

        Errors: pydantic's ValidationError."""
        if payload is None:
            self.register.apply([(position, key, None)])
        elif type_ == PeerState.type:
            peer = PeerState.model_validate_json(payload)
            self.register.apply([(position, f"peer:{peer.peer}", peer)])
        elif type_ == CouncilState.type:
            council = CouncilState.model_validate_json(payload)
            self.register.apply([(position, f"council:{council.council}", council)])
        elif type_ in (RequestOpened.type, RequestAmended.type):
            content = RequestContent.model_validate_json(payload)
            before = self.asked.get(content.request)
            if before is None or content.version > before.version:
                self.asked[content.request] = content
        elif type_ == MatchPlaced.type:
            match = MatchPlaced.model_validate_json(payload)
            self.placed |= {(match.request, line.place): line.peer for line in match.lines}
        elif type_ == RequestWithdrawn.type:
            self.asked.pop(RequestWithdrawn.model_validate_json(payload).request, None)


def hear(file: Path) -> History:
    """Everything that a file of events says, one record a line, in any order of topics.

    A line is what `kcat -J` prints (topic, offset, key, headers, payload) or a structured CloudEvent. Errors: BadStream, OSError.
    """
    found = History()
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    found.hear(number, *_record(line))
                except (ValueError, KeyError, TypeError, AttributeError, Undecodable) as error:
                    why = _why(error)
                    raise BadStream(f"{file.name}, row {number}: {why} A row is a record as kcat -J prints it, or a CloudEvent.") from None
    return found


def _record(line: str) -> tuple[str, str, bytes | None]:
    """Key, type and payload of a line."""
    whole_line = json.loads(line)
    if "payload" not in whole_line:
        envelope, payload = read([("content-type", STRUCTURED.encode())], line.encode())
        return envelope.subject, envelope.type, payload
    if whole_line["payload"] is None:
        return whole_line.get("key") or "", "", None
    names = whole_line.get("headers") or []
    headers = [(name, value.encode()) for name, value in zip(names[::2], names[1::2], strict=True)]
    envelope, payload = read(headers, whole_line["payload"].encode())
    return whole_line.get("key") or "", envelope.type, payload


def _why(error: Exception) -> str:
    """Nothing of what was submitted."""
    if isinstance(error, ValidationError):
        return f"{'.'.join(map(str, error.errors()[0]['loc'])) or 'the payload'} is not as its schema says."
    return "This is no event." if not isinstance(error, Undecodable) else f"{error}."


@dataclass(frozen=True, slots=True)
class Written:
    """What a history came to: places of the year and of the year before, and those of the year that were placed; unlike: of these, with
    somebody who would not be eligible by the register as it is now, and so are left out."""

    since: date
    places: int
    before: int
    placed: int
    unlike: int


def convert(history: History, folder: Path, policy: Policy) -> Written:
    """Write the last twelve months of a history as a year, with the twelve before them as last year, and who was placed as `decided.csv`.

    Who may take which place, and how well they fit, is worked out by the rules and weights of `policy` on the register as the events leave
    it, with nobody carrying anything. A request that was withdrawn was not asked. Errors: BadStream where nothing was asked.
    """
    asked = sorted(history.asked.values(), key=lambda content: (content.received_at, content.request))
    if not asked:
        raise BadStream("The events hold no request. Give the topics requests.events.v1, matcher.events.v1 and registry.state.v1.")
    last, first = (_midnight(asked[n].received_at) for n in (-1, 0))
    since = max(first, last - timedelta(days=_DAYS - 1))
    columns = history.register.columns()
    year, before = (
        _Demand(columns, policy, [content for content in asked if begins <= content.received_at < ends], begins)
        for begins, ends in ((since, last + timedelta(days=1)), (since - timedelta(days=_DAYS), since))
    )
    write(folder, _peers(columns, history, policy, since.date()), _councils(columns, history, since.date()), year.plain, before.plain)
    decided = [(place, peer) for name, place in year.places.items() if (peer := history.placed.get(name)) is not None]
    eligible = [pair for pair in decided if pair in year.pairs]
    write_decided(folder, eligible)
    return Written(since.date(), len(year.plain.places), len(before.plain.places), len(decided), len(decided) - len(eligible))


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


class _Demand:
    """plain: the rows of a year's files. places: by request and place, the row. pairs: the row of a place and an eligible peer."""

    def __init__(self, columns: Columns, policy: Policy, asked: Sequence[RequestContent], since: datetime) -> None:
        self.plain, self.places = Plain([], []), dict[tuple[str, str], int]()
        self.pairs: set[tuple[int, str]] = set()
        for content in asked:
            ask, day = Ask.of(content), (content.received_at - since) / timedelta(days=1)
            first = len(self.plain.places)
            for name, _ in ask.places:
                self.places[ask.request, name] = row = len(self.plain.places)
                self.plain.places.append((row, ask.request, f"{day:.4f}", ask.kind, ask.host, int(len(ask.places) > 1)))
            for place, peer, fit in _eligible(columns, policy, ask):
                self.pairs.add((first + place, peer))
                self.plain.fit.append((first + place, peer, f"{fit:.9f}"))


def _eligible(columns: Columns, policy: Policy, ask: Ask) -> Iterator[tuple[int, str, float]]:
    """The pairs of a request's places that pass every rule and the floor."""
    sheet = Sheet(Lot(columns, [(ask, role) for _, role in ask.places], policy))
    rows = np.flatnonzero(sheet.fit.total >= whole(policy.floor))
    fits: Ints = sheet.fit.total[rows]
    for place, peer, fit in zip(sheet.left.place[rows].tolist(), sheet.left.peers[rows].tolist(), fits.tolist(), strict=True):
        yield place, columns.ids[peer], fit / BILLION


def _peers(columns: Columns, history: History, policy: Policy, since: date) -> Iterator[Sequence[object]]:
    """Capacity: the days offered on some day of the year, in typical deployments."""
    states = history.register.records.peers
    for ident, home in zip(columns.ids, columns.home_list, strict=True):
        state = states[ident]
        council = history.register.records.councils.get(columns.councils.codes[home])
        role = next((post.role for post in state.posts if post.ends is None or post.ends >= since), "")
        capacity, member = _placements(state, since), state.kind == "member"
        limit = capacity if member else min(capacity, policy.challenges_a_year)
        yield (ident, columns.councils.codes[home], council.region if council else "", role, int(member), state.party, capacity, limit)


def _councils(columns: Columns, history: History, since: date) -> Iterator[Sequence[object]]:
    for code in columns.councils.codes:
        state = history.register.records.councils.get(code)
        if state is None:
            yield (code, code, "", 0, 0)
        else:
            yield (code, state.name, state.region, _placements(state, since) if state.willing else 0, 0)


def _placements(owner: PeerState | CouncilState, since: date) -> int:
    until = since + timedelta(days=_DAYS)
    days = sum(offer.days for offer in owner.offers if offer.starts < until and since <= offer.ends)
    return max(1, int(days // Pool.TYPICAL_DAYS)) if days else 0
