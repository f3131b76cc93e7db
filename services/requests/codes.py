"""From the words of a request to codes, remembered: the same few come again and again, and spelling them out costs more than all else."""

from functools import cache, lru_cache

from services.vocabulary import words
from services.vocabulary.councils import reference_councils
from services.vocabulary.resolve import CouncilResolver, Resolution

_remembered = lru_cache(maxsize=4096)
kind_code, role_code, theme_code = _remembered(words.kind_code), _remembered(words.role_code), _remembered(words.theme_code)
party_code, priority_code = _remembered(words.party_code), _remembered(words.priority_code)


@cache
def councils() -> CouncilResolver:
    """The resolver of councils' names, built once for each process."""
    return CouncilResolver(reference_councils())


@_remembered
def council(text: str) -> Resolution:
    """What council a text names."""
    return councils().resolve(text)
