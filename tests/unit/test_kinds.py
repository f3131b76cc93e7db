"""Kinds of support: each declared in one file, from which everything that depends on the kind is read; a broken file says what to do."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.vocabulary.kinds import KINDS, NEEDS, KindError, read_kind, read_kinds
from services.vocabulary.roles import ROLES
from tests.support.house_rules import ROOT, files, text_of

FOLDER = ROOT / "services/vocabulary/kinds_of_support"
EXAMPLE = re.search(r"`(\w+\.toml)`:\n\n```toml\n(.*?)```", (ROOT / "docs/kinds.md").read_text(), re.DOTALL)

REQUEST = """
from datetime import UTC, date, datetime
from schemas.fact import Line
from schemas.intake import SupportRequested
from schemas.registry import Span
from services.matcher import consents
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import Ask, rank
from services.onebox.sample_requests import requests
from services.requests.deciding import decide
from services.requests.domain import begin
from services.requests.reading import read
from tests.unit.matcher.given import TODAY, peer, register

submission = read("/test", {"reference": "R-1", "authority": "Leeds", "kind": "week of practice", "from": "2026-12-01"})
opened = begin(submission, "t-0-1", decide(submission.asked, TODAY, TODAY, {}), datetime(2026, 9, 1, tzinfo=UTC)).facts[0]
accredited = {"accreditations": (Span(starts=date(2025, 1, 1)),), "kind": "officer", "party": None}
officers = [("ad", "851", "assistant_director"), ("one", "332", "principal_social_worker"), ("two", "203", "principal_social_worker")]
known = register(*(peer(name, of=of, role=role, **accredited) for name, of, role in officers))
ranked = rank(known, [Ask.of(opened)], DEFAULT_POLICY, TODAY)[0]
print(opened.kind, [(place.place, [each.peer for each in place.candidates]) for place in ranked.suggestions])
lines = [Line(line=1, place="a", role="assistant_director", peer="ad", council="851", days=5)]
print([(each.stage, each.party) for each in consents.plan("m", opened.kind, lines)])
print("practice_week" in {request["kind"] for request in requests(1, 14, TODAY)})
"""


def test_the_kinds_are_the_thirteen_that_the_sector_knows() -> None:
    assert set(KINDS) == {
        "mentoring_new_lead_member", "mentoring_defined_period", "sounding_board", "inspection_buddy", "peer_review", "diagnostic",
        "regional_challenge", "intervention_support", "leadership_place", "scrutiny_support", "mentoring_new_director", "observation",
        "bespoke",
    }  # fmt: skip


def test_everybody_who_is_to_give_is_asked_and_so_is_who_stands_behind_them() -> None:
    for kind in KINDS.values():
        parties = {party for stage in kind.consents for party in stage}
        roles = {place.role for place in kind.places} | set(kind.roles)
        assert "peer" in parties
        if "officer" in kind.givers and any(not ROLES[role].member for role in roles):
            assert "employer" in parties, kind.code
        if kind.givers == ("member",):
            assert "group_office" in parties, kind.code


def test_a_mentee_agrees_before_anybody_knows_of_the_request_and_again_to_the_one_profile() -> None:
    for kind in KINDS.values():
        if kind.same_group:
            assert (kind.consents[0], kind.consents[-1]) == (("mentee",), ("mentee",)), kind.code


def test_nothing_outside_its_file_depends_on_the_code_of_a_kind() -> None:
    codes = re.compile(rf'"({"|".join(KINDS)})"')
    rooms = [name for name in files(".py", under=["services/"]) if not name.startswith("services/simulation/")]  # a world of its own
    assert [(name, found) for name in rooms if (found := codes.findall(text_of(name)))] == []


def test_every_need_is_one_that_some_kind_has() -> None:
    assert set(NEEDS) == {need for kind in KINDS.values() for need in kind.needs}


def test_a_kind_is_added_by_one_file_and_a_request_of_it_is_taken_ranked_and_put_to_everybody(tmp_path: Path) -> None:
    assert EXAMPLE is not None, "docs/kinds.md shows a whole file"
    for name in ("schemas", "services", "tests"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "assets", "static", "examples", "published")
        )
    (tmp_path / FOLDER.relative_to(ROOT) / EXAMPLE[1]).write_text(EXAMPLE[2])
    done = subprocess.run([sys.executable, "-c", REQUEST], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "practice_week [('assistant_director-1', ['ad']), ('principal_social_worker-1', ['two']), ('principal_social_worker-2', ['one'])]",
        "[(1, 'host_dcs'), (2, 'peer'), (3, 'employer'), (4, 'host')]",
        "True",
    ], done.stderr


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("\ndays = 5\n", "\n", "kinds_of_support/k.toml: days: is missing; add it, as other kinds have it"),
        (
            "\ndays = 5\n",
            "\ndays = 5\ncolour = 1\n",
            "kinds_of_support/k.toml: colour: is no field of a kind; take it out, or write one of title,",
        ),
        ("\ndays = 5\n", "\ndays = 0.3\n", "kinds_of_support/k.toml: days: Input should be a multiple of 0.5"),
        ("\ndays = 5\n", "\ndays = 20\n", "window_days: fewer than days; raise it, or lower days"),
        ("\ndays = 5\n", "\ndays = 5\nmost_days = 4\n", "most_days: fewer than days; raise it, or lower days"),
        (
            '"auditor"\nrole = "principal_social_worker"',
            '"auditor"\nrole = "butler"',
            "places.1.role: 'butler' is not known; write one of lead_",
        ),
        ('priority = "other"', 'priority = "soon"', "priority: 'soon' is not known; write one of preventing_failure, "),
        ('"accreditation"', '"courage"', "needs.0: Input should be 'portfolio', 'inspection', 'accreditation'"),
        ('["host_dcs"], ["peer"], ["employer"], ["host"]', '["peer"]', 'add a stage with "peer" and one with "mentee" or "host"'),
        ('"host"]', '"host", "neighbour"]', "consents.3.1: Input should be 'mentee',"),
        ('title = "practice week"', "title = practice week", "k.toml: this is no TOML: Invalid value (at line 1, column 9)"),
    ],
)
def test_a_broken_file_names_itself_the_field_and_the_remedy(was: str, becomes: str, told: str) -> None:
    assert EXAMPLE is not None
    assert was in EXAMPLE[2]
    with pytest.raises(KindError) as error:
        read_kind("k.toml", EXAMPLE[2].replace(was, becomes))
    assert told in str(error.value)


def test_every_broken_file_of_a_folder_is_named_at_once() -> None:
    with pytest.raises(KindError, match=r"(?s)a\.toml: summary: is missing.*b\.toml: this is no TOML"):
        read_kinds({"a.toml": "title = 1", "b.toml": "[["})
