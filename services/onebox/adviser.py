"""A Principal Adviser, and all who must agree, played through the API with a token."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.onebox.caller import Remote
from services.onebox.child import ServerError
from services.onebox.fleet import Fleet
from services.onebox.reading import HELD_BACK, rows_of
from services.onebox.remote import Trouble

_IN_HAND = ("selected", "consenting", "completing", "arranging")


class Adviser:
    """One adviser for all regions, and the voices of those who answer."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._matcher = Remote(fleet.url("matcher"), fleet.keys.token("adviser@example.org", "adviser"))
        self._decided: list[str] = []

    def stories(self, state: str | None = None) -> list[dict[str, Any]]:
        """Every story in a state."""
        found: list[dict[str, Any]] = []
        while page := self._matcher.get("/matches", state=state, after=found[-1]["request"] if found else "", limit=500)["stories"]:
            found += page
        return found

    def answered(self) -> int:
        """How many requests have come to a suggestion or to a reason why there is none."""
        states: dict[str, int] = self._matcher.get("/matches", limit=1)["states"]
        held_back = asyncio.run(rows_of(self._fleet, "requests", HELD_BACK))
        return sum(states.values()) + sum(int(row["n"]) for row in held_back)

    def decide(self, watch: Callable[[int, int], None]) -> int:
        """Decide three in five of what is suggested: most confirmed, some declined first or overridden, one arranged by telephone."""
        suggested = self.stories("suggested")
        chosen = suggested[: max(1, len(suggested) * 3 // 5)]
        for n, story in enumerate(chosen, 1):
            watch(n, len(chosen))
            if n == 5:
                self._arrange(story)
            elif n % 20 == 7:
                self._override(story)
            else:
                if n % 10 == 3:
                    story = self._decline(story)
                self._confirm(story)
            self._decided.append(story["request"])
        return len(chosen)

    def _order(self, story: dict[str, Any], path: str, **body: Any) -> dict[str, Any]:
        """Send a command; when somebody was faster, look again and give the story as it is now."""
        try:
            answer: dict[str, Any] = self._matcher.post(
                f"/matches/{story['request']}/{path}", {"expected_version": story["version"], **body}
            )
        except Trouble:
            answer = self._matcher.get(f"/matches/{story['request']}")
        return answer

    def _confirm(self, story: dict[str, Any]) -> None:
        if story["state"] == "suggested":
            self._order(story, "confirm", because="best_suggestion")

    def _decline(self, story: dict[str, Any]) -> dict[str, Any]:
        first = story["match"]["suggestion"]["places"][0]["candidates"][0]["peer"]
        return self._order(story, "decline", peers=[first], because="knows_the_council")

    def _override(self, story: dict[str, Any]) -> None:
        """Take the last of each shortlist."""
        last = {place["place"]: place["candidates"][-1]["peer"] for place in story["match"]["suggestion"]["places"]}
        self._order(
            story, "override", choices=last, because="known_to_both", reason="Has helped this council before, and both asked for it."
        )

    def _arrange(self, story: dict[str, Any]) -> None:
        """What was agreed by telephone: the second of the first shortlist, and the first of every other."""
        places = story["match"]["suggestion"]["places"]
        today = datetime.now(UTC).date()
        lines = [{"role": p["role"], "peer": p["candidates"][0]["peer"], "days": story["content"]["days"]} for p in places]
        body = {
            "request": story["request"],
            "expected_version": story["version"],
            "host": story["host"],
            "kind": story["kind"],
            "lines": lines,
            "starts": story["content"]["starts"],
            "ends": story["content"]["ends"],
            "agreed_on": str(today - timedelta(days=1)),
        }
        self._matcher.post("/matches", body)

    def consents(self, watch: Callable[[int], None], patience: float = 120) -> None:
        """Answer every consent that is asked until nothing is in hand; one in twenty-five refuses.

        Errors: ServerError when it does not end in `patience` seconds.
        """
        deadline, asked = time.monotonic() + patience, 0
        while True:
            waiting = [self._matcher.get(f"/matches/{request}") for request in self._decided]
            in_hand = [story for story in waiting if story["state"] in _IN_HAND]
            watch(len(waiting) - len(in_hand))
            if not in_hand:
                return
            for story in in_hand:
                while story["state"] == "consenting" and (consent := _asked(story)):
                    asked += 1
                    agreed = asked % 25 != 0
                    story = self._order(story, f"consents/{consent}", agreed=agreed, because="agreed" if agreed else "no_time")
            # what was refused is proposed anew and confirmed anew
            for story in (self._matcher.get(f"/matches/{s['request']}") for s in in_hand):
                self._confirm(story)
            if time.monotonic() > deadline:
                raise ServerError(f"{len(in_hand)} matches are still in hand after {patience:.0f} seconds; the services' logs say why.")
            time.sleep(0.05)


def _asked(story: dict[str, Any]) -> str | None:
    return next((consent["consent"] for consent in story["match"]["consents"] if consent["state"] == "asked"), None)
