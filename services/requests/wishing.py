"""What a request wishes for: region, party, councils to avoid, a peer by id. What cannot be read is left out with a warning. Pure."""

from schemas.fact import Problem
from schemas.intake import SupportRequested
from schemas.requests import Place, Wishes
from services.requests.codes import council, party_code
from services.requests.wording import left_out, problem
from services.vocabulary import words
from services.vocabulary.words import ROLES, Kind


def wishes(asked: SupportRequested, kind: Kind, places: tuple[Place, ...], warnings: list[Problem]) -> Wishes:
    """The wishes in codes. What could not be taken as it was written is added to `warnings`."""
    wanted = asked.preferences
    party = _party(asked, warnings)
    same = kind.same_group if wanted.same_group is None else wanted.same_group
    of_councillors = any(ROLES[place.role].member for place in places)  # the party of an officer is nobody's business
    of_a_team = wanted.one_outside_region and len(places) > 1
    if wanted.one_outside_region and not of_a_team:
        reason = "This is for teams, and one person is asked for; we took it as the wish for somebody from outside the region."
        warnings.append(problem("preferences.one_outside_region", "one_person", reason, "Ask for a team, or leave it out."))
    return Wishes(
        region="outside" if wanted.one_outside_region and not of_a_team else wanted.region,
        party=party if same and of_councillors else None,
        avoid=_avoided(wanted.avoid, warnings),
        named_peer=_named(wanted.named_peer, warnings),
        one_outside_region=of_a_team,
    )


def _party(asked: SupportRequested, warnings: list[Problem]) -> str | None:
    if asked.mentee_group is None:
        if asked.preferences.same_group:
            reason = "The same group is wished for, but no group is named; no party is taken into account."
            warnings.append(problem("mentee_group", "missing", reason, "Name the mentee's political group."))
        return None
    code = party_code(asked.mentee_group)
    if code is None:
        warnings.append(left_out("mentee_group", "no party is taken into account", words.party_suggestions(asked.mentee_group)))
    return code


def _avoided(names: tuple[str, ...], warnings: list[Problem]) -> tuple[str, ...]:
    codes: dict[str, None] = {}
    for at, resolution in enumerate(map(council, names)):
        if resolution.la_code is None:
            may_be = [candidate.la_code for candidate in resolution.candidates]
            warnings.append(left_out(f"preferences.avoid.{at}", "this council is not avoided", may_be))
        else:
            codes[resolution.la_code] = None
    return tuple(codes)


def _named(peer: str | None, warnings: list[Problem]) -> str | None:
    """A peer's id. What looks like a person's name is left out: facts carry no names."""
    if peer is None or (any(c.isdigit() for c in peer) and all(c.isalnum() or c in "-_.:" for c in peer)):
        return peer
    reason = "This is not the id of a peer; nobody is preferred by name."
    warnings.append(problem("preferences.named_peer", "not_an_id", reason, "Write the peer's id as the registry shows it."))
    return None
