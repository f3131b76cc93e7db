"""From the words of a row to an entry of the register, or to what is wrong with them: one way for files and for commands; pure."""

import re
from collections.abc import Callable, Iterable, Mapping

from services.registry.cells import IDENT, LONGEST, Cells, Fault
from services.registry.register import DATED, CohortEntry, CouncilEntry, DatedEntry, Entry, Kind, OfferEntry, PeerEntry, PostEntry
from services.vocabulary import words
from services.vocabulary.councils import COUNCIL_TYPES, PARTNER, REGIONS, Council, is_partner, reference_councils
from services.vocabulary.kinds import PAID, kind_code, kind_suggestions
from services.vocabulary.ladder import (
    area_code,
    area_suggestions,
    evidence_code,
    evidence_suggestions,
    intervention_code,
    intervention_suggestions,
    judgement_code,
    judgement_suggestions,
)
from services.vocabulary.lookup import Lookup, plain
from services.vocabulary.resolve import CouncilResolver
from services.vocabulary.tables import several

_REGIONS = Lookup(dict.fromkeys(REGIONS, ()))
_TYPES = Lookup(dict.fromkeys(COUNCIL_TYPES, ()) | {PARTNER: ("partner", "organisation")})
_PEER_KINDS = Lookup(
    {
        "member": ("councillor", "elected member"),
        "officer": (),
        "associate": ("paid associate",),
        "organisation": ("service of an organisation",),
    }
)
_LA_CODE = re.compile(r"[0-9]{3}")
_GSS_CODE = re.compile(r"E[0-9]{8}")
_LANGUAGE = re.compile(r"[^\W\d_][^\W\d_ -]*([ -][^\W\d_]+){0,4}")
_PLACES = re.compile(r"[1-9][0-9]{0,2}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")

__all__ = ["LONGEST", "Fault", "read", "resolver"]


def resolver(councils: Iterable[CouncilEntry]) -> CouncilResolver:
    """Resolves names to councils of the register, by the words of their entries and by those of the reference table."""
    reference = {council.la_code: council for council in reference_councils()}
    known = []
    for council in councils:
        also = reference.get(council.la_code)
        names = (also.name, also.official_name, *also.aliases) if also else ()
        code, gss, name = council.la_code, council.gss_code, council.name
        known.append(Council(code, gss, name, name, council.region, council.type, tuple(dict.fromkeys((*council.aliases, *names)))))
    return CouncilResolver(known)


def read(kind: Kind, cells: Mapping[str, str], councils: CouncilResolver) -> Entry | list[Fault]:
    """The entry that the cells of a row (or of a command) describe, or everything that is wrong with them. A missing cell is empty."""
    row = Cells(cells, councils)
    entry = _READERS[kind](row)
    return entry if entry is not None and not row.faults else row.faults


def _council(row: Cells) -> CouncilEntry:
    la_code = row.matching(
        "la_code", _LA_CODE, "la_code", "This is not a council's code.", "Write the three digits that DfE gave it, as in 383."
    )
    type_ = row.word("type", _TYPES.code, _TYPES.suggestions, "type of council") or ""
    if type_ and la_code and (type_ == PARTNER) != is_partner(la_code):
        remedy = "Give a partner organisation a code that begins with 0, as in 010; codes of councils begin with another digit."
        row.blame("la_code", la_code, "code_of_partner", "The code does not go with the type.", remedy)
    gss_code = row.matching(
        "gss_code",
        _GSS_CODE,
        "gss_code",
        "This is not a GSS code of England.",
        "Write E and eight digits, as in E08000035.",
        required=type_ != PARTNER,
    )
    linked = several(row.text("linked", LONGEST, required=False))
    for code in linked:
        if not _LA_CODE.fullmatch(code) or code == la_code:
            row.blame(
                "linked", code, "la_code", "This is not another council's code.", "Write three digits, several with semicolons between."
            )
    return CouncilEntry(
        la_code=la_code,
        gss_code=gss_code,
        name=row.free("name", 120),
        region=row.word("region", _REGIONS.code, _REGIONS.suggestions, "region") or "",
        type=type_,
        aliases=several(row.free("aliases", LONGEST, required=False)),
        linked=tuple(dict.fromkeys(linked)),
        willing=row.yes("willing"),
    )


def _peer(row: Cells) -> PeerEntry:
    kind = row.word("kind", _PEER_KINDS.code, _PEER_KINDS.suggestions, "kind of peer")
    party = row.word("party", words.party_code, words.party_suggestions, "party", required=False)
    if kind not in (None, "member") and row.cells.get("party", "").strip():
        reason = f"It stands with an {kind}, and only a councillor's party is kept."
        row.blame("party", row.cells["party"].strip(), "party_of_officer", reason, "Leave it empty.")
    peer, council = row.ident("peer"), row.council("council")
    if kind and council and (kind in PAID) != is_partner(council):
        reason = "Associates and services belong to a partner organisation, councillors and officers to a council."
        row.blame(
            "council", council, "home_of_kind", reason, "Correct the kind or the council; partner organisations have codes from 001 to 099."
        )
    day_rate = row.pounds("day_rate")
    if day_rate is not None and kind not in (None, *PAID):
        row.blame("day_rate", str(day_rate), "rate_of_unpaid", f"It stands with an {kind}, who is not paid by the day.", "Leave it empty.")
    return PeerEntry(
        peer=peer,
        kind=kind or "",
        council=council,
        name=row.free("name", 200),
        party=party,
        themes=row.words("themes", words.theme_code, words.theme_suggestions, "theme"),
        email=row.matching(
            "email", _EMAIL, "email", "This is not an e-mail address.", "Write name@place, or leave it empty.", required=False
        ),
        active=row.yes("active"),
        languages=_languages(row),
        travel=row.words("travel", _REGIONS.code, _REGIONS.suggestions, "region"),
        day_rate=day_rate,
    )


def _languages(row: Cells) -> tuple[str, ...]:
    """Names of languages in one spelling, as in british_sign_language."""
    found = []
    for language in several(row.text("languages", LONGEST, required=False)):
        if _LANGUAGE.fullmatch(language):
            found.append(plain(language).replace(" ", "_"))
        else:
            remedy = "Write its name in letters, as in Polish or British Sign Language; several with semicolons between."
            row.blame("languages", language, "language", "This is not the name of a language.", remedy)
    return tuple(dict.fromkeys(found))


def _post(row: Cells) -> PostEntry | None:
    peer, council = row.ident("peer"), row.council("council")
    role = row.word("role", words.role_code, words.role_suggestions, "role")
    starts, ends = row.period(open_end=True)
    return PostEntry(peer=peer, council=council, role=role, starts=starts, ends=ends) if role and starts else None


def _offer(row: Cells) -> OfferEntry | None:
    offer, half_days = row.ident("offer"), row.half_days("days")
    kind, _, name = (part.strip() for part in row.text("owner", 200).partition(":"))
    if kind == "council" and name:
        name = row.council("owner", name)
    elif kind != "peer" or not IDENT.fullmatch(name):
        given = row.cells.get("owner", "").strip()
        if given:
            row.blame(
                "owner", given, "owner", "This is neither a peer nor a council.", "Write peer:<identifier> or council:<code or name>."
            )
    starts, ends = row.period(open_end=False)
    kinds = row.words("kinds", kind_code, kind_suggestions, "kind of support")
    if not starts or not ends:
        return None
    return OfferEntry(offer=offer, of=f"{kind}:{name}", half_days=half_days, starts=starts, ends=ends, kinds=kinds)


def _cohort(row: Cells) -> CohortEntry | None:
    cohort, course, by = row.ident("cohort"), row.free("course", 120), row.text("offered_by", 200)
    offered_by = _REGIONS.code(by) or (row.council("offered_by", by) if by else "")
    starts, ask_by = row.day("from"), row.day("ask_by", required=False)
    places = row.matching("places", _PLACES, "places", "This is not a number of places.", "Write 1 to 999 in digits.")
    if starts and ask_by and ask_by > starts:
        reason = "The course has begun by then."
        row.blame("ask_by", ask_by.isoformat(), "after_start", reason, "Write a day before the first of the course, or leave it empty.")
    if not starts or not places:
        return None
    return CohortEntry(cohort=cohort, course=course, offered_by=offered_by, starts=starts, ask_by=ask_by or starts, places=int(places))


def _of_peer(kind: Kind, *, open_end: bool = True) -> Callable[[Cells], Entry | None]:
    """Reads what a peer has from a day to a day."""

    def read_row(row: Cells) -> DatedEntry | None:
        of, item = f"peer:{row.ident('peer')}", row.council("council") if "council" in DATED[kind].columns else ""
        starts, ends = row.period(open_end=open_end)
        return DATED[kind](of=of, item=item, starts=starts, ends=ends) if starts else None

    return read_row


def _training(row: Cells) -> DatedEntry | None:
    of, item = f"peer:{row.ident('peer')}", row.ident("training")
    starts, ends = row.period(open_end=True)
    return DATED["training"](of=of, item=item, starts=starts, ends=ends) if starts else None


def _evidence(row: Cells) -> DatedEntry | None:
    of = f"peer:{row.ident('peer')}"
    theme = row.word("theme", words.theme_code, words.theme_suggestions, "theme")
    level = row.word("level", evidence_code, evidence_suggestions, "level of evidence")
    starts, ends = row.period(open_end=True)
    return DATED["evidence"](of=of, item=theme, starts=starts, ends=ends, value=level) if theme and starts else None


def _feedback(row: Cells) -> DatedEntry | None:
    of, match, council, rating = f"peer:{row.ident('peer')}", row.ident("match"), row.council("council"), row.rating("rating")
    on = row.day("on")
    return DATED["feedback"](of=of, item=f"{match} {council}", starts=on, value=rating) if on else None


def _inspection(row: Cells) -> DatedEntry | None:
    of = f"council:{row.council('council')}"
    starts, published = row.period(open_end=True, first="start", last="published")
    judgement = row.word("judgement", judgement_code, judgement_suggestions, "judgement", required=False)
    area = row.word("area", area_code, area_suggestions, "area of an inspection", required=False)
    return DATED["inspections"](of=of, item=area or "", starts=starts, ends=published, value=judgement) if starts else None


def _intervention(row: Cells) -> DatedEntry | None:
    of = f"council:{row.council('council')}"
    state = row.word("state", intervention_code, intervention_suggestions, "state of intervention")
    starts, ends = row.period(open_end=True)
    return DATED["interventions"](of=of, item=state, starts=starts, ends=ends) if state and starts else None


_READERS: Mapping[Kind, Callable[[Cells], Entry | None]] = {
    "councils": _council,
    "peers": _peer,
    "posts": _post,
    "offers": _offer,
    "cohorts": _cohort,
    "accreditations": _of_peer("accreditations"),
    "training": _training,
    "interests": _of_peer("interests"),
    "absences": _of_peer("absences", open_end=False),
    "releases": _of_peer("releases"),
    "evidence": _evidence,
    "feedback": _feedback,
    "inspections": _inspection,
    "interventions": _intervention,
}
