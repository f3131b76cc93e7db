"""Ready people to sign in as on one machine; all of them invented."""

from dataclasses import dataclass

from services.onebox.tokens import ALL
from services.vocabulary.councils import reference_councils
from services.vocabulary.parties import PARTIES

_NAMES = {
    "East Midlands": "Orla Penhallow",
    "East of England": "Teodor Wrenfield",
    "London": "Maren Quillfeather",
    "North East": "Idony Larkmead",
    "North West": "Corin Thistlecroft",
    "South East": "Nerys Oakenshaw",
    "South West": "Perran Saltmarsh",
    "West Midlands": "Hadley Fernhollow",
    "Yorkshire and The Humber": "Elowen Gorsewood",
}


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to sign in as: the subject of their tokens, a name, what they do, and what their tokens say of them."""

    id: str
    name: str
    does: str
    role: str
    regions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def _all() -> tuple[Persona, ...]:
    regions = sorted({council.region for council in reference_councils()})
    advisers = [
        Persona(f"adviser-{region.lower().replace(' ', '-')}", _NAMES[region], f"adviser, {region}", "adviser", (region,))
        for region in regions
    ]
    offices = [
        Persona(f"office-{code.replace('_', '-')}", f"{title} group office", "group office: its own members", "group_office", (), (code,))
        for code, title in PARTIES.items()
    ]
    return (
        *advisers,
        Persona("adviser-national", "Rowena Ashwick", "national adviser, all regions", "national_adviser", (ALL,)),
        *offices,
        Persona("operator", "Jorah Millrace", "operator: the register and the machinery", "operator", (ALL,)),
        Persona("governor-one", "Sable Dunmarsh", "governor: ranking policies", "governor", (ALL,)),
        Persona("governor-two", "Florian Mosswell", "governor: ranking policies", "governor", (ALL,)),
    )


PERSONAS = {persona.id: persona for persona in _all()}
