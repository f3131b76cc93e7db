"""What an adviser asks at the command line about a request: why, why not, what is short, and who may be there twice."""

import pytest
from typer.testing import CliRunner

from services.cli import app
from tests.support.told import Told


def said(story: Told, monkeypatch: pytest.MonkeyPatch, *words: str, role: str = "national_adviser") -> tuple[int, str]:
    """The exit code and what is printed."""
    monkeypatch.setenv("MANYHANDS_TOKEN", story.fleet.keys.token("a@example.org", role, ["*"]))
    for service in ("matcher", "registry"):
        monkeypatch.setenv(f"MANYHANDS_{service.upper()}_URL", story.fleet.url(service))
    monkeypatch.setenv("COLUMNS", "400")
    told = CliRunner().invoke(app, list(words))
    return told.exit_code, told.output


def test_why_not_somebody_or_a_council_what_is_short_and_who_is_there_twice(story: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    few = story.peer("few", of="Rutland", role="performance_analyst", days=1)
    story.known_to_the_matcher(few)
    team = [{"role": "performance_analyst"}]
    request = story.request(story.asks("Lincolnshire", "bespoke", team=team, days=9, preferences={"region": "outside"}))["request"]
    story.story(request, "unmet", "suggested")

    code, text = said(story, monkeypatch, "explain", request, "--peer", few)
    assert code == 0
    assert f"{few} may not be proposed. They have 1 day free of 1 offered" in text
    assert "They would be suggested if they had 8 more days free in" in text
    code, text = said(story, monkeypatch, "explain", request, "--council", "Rutland", "--json")
    assert (code, '"left_out": {"peer_days": 1}' in text, few in text) == (0, True, True)
    code, text = said(story, monkeypatch, "explain", request, "--council", "Atlantis")
    assert code == 1
    code, text = said(story, monkeypatch, "lacking")
    assert (code, "requests are unmet" in text) == (1, True)
    twin = story.peer("fewe", of="Rutland", role="head_of_service")
    code, text = said(story, monkeypatch, "duplicates", "--most", "500")
    assert code == 1
    assert f"{few} Robin few (Rutland) and {twin} Robin fewe (Rutland): like names" in text
