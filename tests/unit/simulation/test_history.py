"""Our own history, as it stands on the topics, becomes a year that policies are tried on."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.envelope import Envelope
from schemas.fact import Fact
from schemas.matcher import MatchPlaced
from schemas.registry import CouncilState, PeerState
from schemas.requests import Place, RequestOpened, RequestWithdrawn
from services.cli import app
from services.simulation import history, stream
from services.simulation.compare import CALENDAR
from services.simulation.stream import BadStream
from tests.unit.matcher.given import BRADFORD, DUDLEY, LEEDS, PORTSMOUTH, council, peer

ENDS = datetime(2026, 11, 30, 12, tzinfo=UTC)


def asked(name: str, before: float, *roles: str, version: int = 1) -> RequestOpened:
    """Leeds asked so many days before the end of the history."""
    received = ENDS - timedelta(days=before)
    return RequestOpened(
        request=name, version=version, reference=f"INT-{name}", revision=1, host=LEEDS, kind="bespoke", priority="other",
        themes=("send",), places=tuple(Place(place=str(n), role=role) for n, role in enumerate(roles or ("lead_member",), 1)),
        starts=received.date() + timedelta(days=30), ends=received.date() + timedelta(days=90), days=4.0, cost_basis="free",
        funder="LGA", received_at=received,
    )  # fmt: skip


def placed(name: str, who: PeerState) -> MatchPlaced:
    line: dict[str, Any] = {"line": 1, "place": "1", "role": "lead_member", "peer": who.peer, "council": who.council, "days": 4.0}
    day = date(2026, 12, 1)
    return MatchPlaced.model_validate(
        {"match": f"m-{name}", "request": name, "version": 9, "host": LEEDS, "lines": (line,), "starts": day, "ends": day}
    )


def as_kcat(fact: Fact, key: str, offset: int) -> str:
    """A record as `kcat -J` prints it."""
    envelope = Envelope(f"id-{offset}", fact.type, "/test", key, ENDS)
    headers = [part for name, value in envelope.headers() for part in (name, value.decode())]
    return json.dumps({"topic": fact.topic, "offset": offset, "headers": headers, "key": key, "payload": fact.model_dump_json()})


def as_cloudevent(fact: Fact, key: str) -> str:
    attributes = {"specversion": "1.0", "id": f"id-{key}", "source": "/test", "type": fact.type, "subject": key}
    return json.dumps(attributes | {"data": json.loads(fact.model_dump_json())})


ANA, BEN, EVE = peer("ana", of=PORTSMOUTH), peer("ben", of=DUDLEY), peer("eve", of=BRADFORD)
STATES: list[CouncilState | PeerState] = [council(code) for code in (LEEDS, PORTSMOUTH, DUDLEY, BRADFORD)] + [ANA, BEN, EVE]


def lines() -> list[str]:
    """Two years: one request in the first, three in the second; ana was placed for two of these; eve is erased."""
    said = [(state, f"peer:{state.peer}" if isinstance(state, PeerState) else f"council:{state.council}") for state in STATES]
    story: list[Fact] = [asked("old", 500), asked("one", 300), asked("two", 20, "lead_member", "lead_member"), asked("three", 10)]
    withdrawn = RequestWithdrawn(request="gone", version=2, actor="a", because="host")
    story += [asked("gone", 5), withdrawn, placed("one", ANA), placed("three", ANA)]
    records = [as_kcat(state, key, n) for n, (state, key) in enumerate(said)]
    records += [as_cloudevent(fact, fact.request) for fact in story]  # type: ignore[attr-defined]
    return [*records, json.dumps({"topic": "registry.state.v1", "key": "peer:eve", "headers": [], "payload": None})]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(lines()) + "\n")
    return file


def test_the_last_twelve_months_are_the_year_and_those_before_them_last_year(events: Path, tmp_path: Path) -> None:
    found = history.convert(history.hear(events), tmp_path / "year", CALENDAR)
    year = stream.read(tmp_path / "year")
    assert (found.places, found.before, found.placed, found.unlike) == (4, 1, 2, 0)
    assert (len(year.demand), len(year.last)) == (4, 1)
    assert year.demand.team.tolist() == [False, True, True, False], "a request of several places is a team"
    assert sorted(set(year.peers)) == ["ana", "ben"], "who was erased is nowhere"
    assert year.decided is not None
    assert [year.peers[n] if n >= 0 else "" for n in year.decided.tolist()] == ["ana", "", "", "ana"]


def test_who_may_take_a_place_is_told_by_the_matchers_own_rules_and_fit(events: Path, tmp_path: Path) -> None:
    history.convert(history.hear(events), tmp_path / "year", CALENDAR)
    with (tmp_path / "year" / "fit.csv").open(newline="") as file:
        fits = {row["peer"]: float(row["fit"]) for row in csv.DictReader(file) if row["place"] == "0"}
    assert set(fits) == {"ana", "ben"}
    assert all(fit >= CALENDAR.floor for fit in fits.values())


def test_a_request_asked_again_counts_once_as_it_was_asked_last(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    twice = [asked("one", 9, "lead_member", "lead_member", version=3), asked("one", 9, version=1)]
    file.write_text("\n".join([*lines()[:7], *(as_cloudevent(fact, "one") for fact in twice)]))
    assert history.convert(history.hear(file), tmp_path / "year", CALENDAR).places == 2


def test_the_command_puts_two_policies_side_by_side_with_what_was_decided(events: Path, tmp_path: Path) -> None:
    (tmp_path / "steep.yaml").write_text("mu: 0.5\npower: 4\n")
    words = ["--requests", events, "--against", tmp_path / "steep.yaml", "--policies", "online,rounds", "--out", tmp_path / "out"]
    done = CliRunner().invoke(app, ["simulate", *map(str, words), "--workers", "1", "--json"])
    assert done.exit_code == 0, done.stderr
    names = [line["name"] for line in json.loads(done.stdout)]
    assert names == ["best-first", "online", "rounds", "as-it-was", "online-steep", "rounds-steep"]
    was = next(line for line in json.loads(done.stdout) if line["name"] == "as-it-was")
    assert (was["unfilled"], was["busiest"]) == (2, 2)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "events.jsonl, row 1: This is no event."),
        ('{"topic": "x", "headers": ["ce_id"], "payload": "{}"}', "row 1: This is no event."),
        ('{"specversion": "1.0", "id": "1", "source": "s"}', "row 1: CloudEvents 1.0 attributes missing or unknown: ce_type"),
        (as_cloudevent(asked("r", 1), "r").replace('"places"', '"seats"'), "row 1: places is not as its schema says."),
    ],
)
def test_a_line_that_is_no_event_is_named_and_not_repeated(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(line + "\n")
    with pytest.raises(BadStream) as error:
        history.hear(file)
    assert says in str(error.value)


def test_a_history_without_requests_is_refused_with_what_to_give(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("")
    done = CliRunner().invoke(app, ["simulate", "--requests", str(file), "--out", str(tmp_path / "out")])
    assert (done.exit_code, "requests.events.v1" in done.stderr) == (2, True)
