"""Why, in words: the arithmetic of a suggestion for people to read. Peers by id, councils by name, nobody by name."""

from collections.abc import Mapping

from schemas.matcher import Candidate, PlaceSuggestion, Shortage
from services.matcher.fit import BORDER, PENALTIES, RECIPROCAL, whole
from services.matcher.ranking import EVERY, OTHER_PLACE
from services.matcher.standing import BELOW_FLOOR
from services.vocabulary.councils import council_name
from services.vocabulary.roles import role_title

BAND = 0.02

_COUNTED = {code: rule.counted for code, rule in EVERY.items()} | {
    BELOW_FLOOR: "fit too little",
    OTHER_PLACE: "needed for another place of the request",
}

_SIMILAR = (
    (0.85, "a very similar council"),
    (0.5, "a similar council"),
    (0.35, "a council of the same type"),
    (0.0, "another type of council"),
)
_RARE = 0.02
_RATED = ((0.85, "rated highly for work in teams"), (0.65, "rated as most are, or not yet"), (0.0, "rated below most for work in teams"))
_RISEN = (
    (1.0, "led while the judgement rose by two steps or more"),
    (0.01, "led while the judgement rose"),
    (0.0, "has led no rise of the judgement"),
)
_SERVED = ((1.0, "long in the role"), (0.25, "some years in the role"), (0.0, "new in the role"))
_PENALTY = {BORDER: "land border", RECIPROCAL: "helped by the host"}
_LOADED = ((0.06, "carries much load"), (0.02, "carries some load"), (0.0, "carries little load"))


def one_line(candidate: Candidate) -> str:
    """Why this peer, in one line: words first, then the fit with its terms and the price of load."""
    terms = candidate.terms
    words = [*_about_fit(terms), *_about_load(candidate.price)]
    figures = ", ".join(f"{name} {value:.2f}" for name, value in terms.items() if name not in PENALTIES)
    taken = "".join(f", {_PENALTY[name]} {candidate.weights[name]:+.2f}" for name in PENALTIES if name in terms)
    price = sum(candidate.price.values())
    return f"{'; '.join(words)}: fits {candidate.fit:.2f} ({figures}{taken}), load price {price:+.2f}, value {candidate.value:.2f}"


def in_words(place: PlaceSuggestion | Shortage) -> str:
    """A place and everybody who was considered for it: who was left out by which rule, and who is proposed, a line each."""
    left_out = sum(place.excluded.values())
    head = f"{_role(place.role)}: {place.considered:,} considered, {left_out:,} left out{_by_rule(place.excluded)}."
    if isinstance(place, Shortage):
        return f"{head} Nobody can be proposed for this place now."
    best = max(candidate.fit for candidate in place.candidates)
    lines = [
        f"{candidate.rank}. {candidate.peer} of {council_name(candidate.council)}, fit band {band(candidate.fit, best)}: "
        f"{one_line(candidate)}"
        for candidate in place.candidates
    ]
    return "\n".join([f"{head} {len(lines)} of {place.considered - left_out:,} proposed:", *lines])


def band(fit: float, best: float) -> int:
    """1 for fits less than BAND below the best, 2 for the next, and so on: fits in a band are told apart by nobody."""
    return 1 + whole(best - fit) // whole(BAND)


def _about_fit(terms: Mapping[str, float]) -> list[str]:
    words = []
    if "themes" in terms:
        share = terms["themes"]
        words.append(
            "covers every theme asked for"
            if share == 1
            else f"covers {share:.0%} of the themes asked for"
            if share
            else "covers no theme asked for"
        )
    if "role" in terms:
        words.append("holds the role asked for")
    if "similarity" in terms:
        words.append(next(word for least, word in _SIMILAR if terms["similarity"] >= least))
    if "politics" in terms:
        words.append("of the party wished for" if terms["politics"] else "of another party than wished for")
    if "region" in terms:
        words.append("in a region as wished for" if terms["region"] else "in another region than wished for")
    if "feedback" in terms:
        words.append(next(word for least, word in _RATED if terms["feedback"] >= least))
    if "journey" in terms:
        words.append(next(word for least, word in _RISEN if terms["journey"] >= least))
    if "seniority" in terms:
        words.append(next(word for least, word in _SERVED if terms["seniority"] >= least))
    if terms.get("together"):
        words.append("has helped this council before" if terms["together"] == 1 else "of a council that has helped this one before")
    if RECIPROCAL in terms:
        words.append("of a council that the one that asks has helped within a year")
    if BORDER in terms:
        words.append("beside the council that asks")
    return words


def _about_load(price: Mapping[str, float]) -> list[str]:
    scarcity = price.get("scarcity", 0.0)
    rare = ["needed for work that few others can do"] if scarcity >= _RARE else []
    if price.get("reach"):
        return ["from a council that carries nothing yet", *rare]
    costs = sum(price.values()) - scarcity
    return [next((word for least, word in _LOADED if costs >= least), _LOADED[-1][1]), *rare]


def _by_rule(excluded: Mapping[str, int]) -> str:
    counted = ", ".join(f"{count:,} {_COUNTED.get(code, code)}" for code, count in excluded.items())
    return f" ({counted})" if counted else ""


def _role(code: str) -> str:
    title = role_title(code)
    return title[:1].upper() + title[1:]
