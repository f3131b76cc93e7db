"""A request of every kind of support: each is taken from Kafka and comes to a suggestion for all its places, or says what is short."""

from typing import Any

from services.vocabulary.kinds import KINDS, Kind
from tests.support.told import Told

HOST = "Southampton"
DONORS = ("Leeds", "Durham", "Camden", "Dudley", "Devon", "Essex", "Kent", "Norfolk", "Surrey", "Trafford", "Wigan", "Bolton")


def came(kind: Kind) -> dict[str, Any]:
    """How a request of a kind comes about that no council asks for by itself."""
    return {} if "council" in kind.origins else {"origin": "commissioned", "commissioned_by": "region"}


def test_every_kind_is_suggested_for_once_its_givers_are_there_and_says_what_is_short_before(story: Told) -> None:
    places = sorted({(place.role, nth) for kind in KINDS.values() for place in kind.places for nth in range(place.count)})
    homes = dict(zip(places, DONORS, strict=False))
    peers = {(role, nth): story.peer(f"{role}-{nth}", of=homes[role, nth], role=role, days=60) for role, nth in places}
    story.known_to_the_matcher()
    requests = {code: story.request(story.asks(HOST, kind.title, **came(kind)))["request"] for code, kind in KINDS.items()}

    needy = {code for code, kind in KINDS.items() if kind.needs & {"accreditation", "inspection"}}
    for code, request in requests.items():
        found = story.story(request, "suggested", "unmet")
        assert (found["kind"], found["state"]) == (code, "unmet" if code in needy else "suggested")
        if code in needy:
            lacking = {rule for place in found["short"] for rule in place["excluded"]}
            assert lacking & {"accreditation", "inspection"}, (code, lacking)

    story.accredited(*peers.values())
    for home in homes.values():
        story.inspected(home)
    for code, request in requests.items():
        suggested = story.story(request, "suggested")["match"]["suggestion"]["places"]
        assert [place["role"] for place in suggested] == [role for role, count in KINDS[code].team for _ in range(count)], code
        firsts = [place["candidates"][0] for place in suggested]
        assert len({first["peer"] for first in firsts}) == len({first["council"] for first in firsts}) == len(firsts), code
