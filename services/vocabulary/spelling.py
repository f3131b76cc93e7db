"""How a council's name is brought to one spelling, and what is left of it without the words that say which sort of council it is."""

import re
import unicodedata
from dataclasses import dataclass

# Contractions of compass points and counties inside longer names ("NE Lincs", "S Glos"); whole names are aliases in councils.csv.
_EXPAND = {
    "n": "north", "s": "south", "e": "east", "w": "west", "ne": "north east", "nth": "north", "sth": "south", "saint": "st",
    "boro": "borough", "beds": "bedfordshire", "berks": "berkshire", "bucks": "buckinghamshire", "cambs": "cambridgeshire",
    "ches": "cheshire", "derbys": "derbyshire", "glos": "gloucestershire", "gloucs": "gloucestershire", "hants": "hampshire",
    "herts": "hertfordshire", "lancs": "lancashire", "leics": "leicestershire", "lincs": "lincolnshire",
    "northants": "northamptonshire", "notts": "nottinghamshire", "oxon": "oxfordshire", "shrops": "shropshire", "som": "somerset",
    "staffs": "staffordshire", "warks": "warwickshire", "wilts": "wiltshire", "worcs": "worcestershire", "yorks": "yorkshire",
}  # fmt: skip
_JOINING = frozenset({"of", "the", "and", "upon", "on", "in", "with", "u"})
# A name may end in any run of these; "and" and "of" are left over from "... and families", "Bristol, City of".
_TRAILING = frozenset({
    "council", "city", "county", "borough", "metropolitan", "district", "unitary", "authority", "local", "corporation", "royal",
    "met", "mbc", "mdc", "mb", "cc", "bc", "dc", "lbc", "lb", "rb", "la", "ua", "trust", "services", "service", "childrens", "children",
    "social", "care", "families", "department", "directorate", "education", "of", "and", "the",
})  # fmt: skip
_LEADING = frozenset({
    "the", "london", "royal", "metropolitan", "borough", "city", "county", "district", "council", "corporation",
    "unitary", "lb", "rb", "of",
})  # fmt: skip
_LEADING_ENDS = frozenset({"of", "the", "lb", "rb", "borough"})
_SORTS = {"city": "city", "county": "county", "london": "london", "lb": "london", "lbc": "london"}
LONGEST = 120
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_BETWEEN = re.compile(r"[\W_]+")
_AND = re.compile(r"[&+]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name in one spelling. Keys have no blanks, so that "Milton Keynes" and "MiltonKeynes" are the same.

    `key` holds every word; `bare` leaves out what says the sort of council ("Leeds City Council" -> "leeds") and may be empty;
    `words` are the bare words in order; `shuffled` has them in alphabetical order without joining words;
    `sorts` are those of city, county and london that were left out: they tell Derby City from Derbyshire County Council.
    """

    key: str
    bare: str
    words: tuple[str, ...]
    shuffled: str
    sorts: frozenset[str]


def spell(text: str) -> Spelling:
    """Never raises. Text that is longer than any council's name has no spelling: all its keys are empty."""
    if len(text) > LONGEST:
        return NOTHING
    return spell_words(split(text))


def split(text: str) -> list[str]:
    """The words of a text: lower case, no accents, no punctuation, "&" as "and", contractions written out."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    text = _AND.sub(" and ", _APOSTROPHES.sub("", text)).casefold()
    words: list[str] = []
    for word in _BETWEEN.sub(" ", text).split():
        longer = _EXPAND.get(word)
        if longer is None:
            words.append(word)
        else:
            words.extend(longer.split())
    return words


def spell_words(words: list[str]) -> Spelling:
    """The spelling of words that `split` has made."""
    first, last = _leading(words), len(words)
    while last > first and (words[last - 1] in _TRAILING or _ends_in_london_borough(words, last)):
        last -= 1
    kept = words[first:last]
    sorts = frozenset(_SORTS[word] for word in (*words[:first], *words[last:]) if word in _SORTS)
    return Spelling(
        key="".join(words[1:] if words[:1] == ["the"] else words),
        bare="".join(kept),
        words=tuple(kept),
        shuffled="".join(sorted(word for word in kept if word not in _JOINING)),
        sorts=sorts,
    )


def _leading(words: list[str]) -> int:
    """How many words at the start only say the sort of council: "London Borough of", "LB", "Council of the"."""
    end = 0
    for at, word in enumerate(words):
        if word not in _LEADING or (word == "london" and words[at + 1 : at + 2] != ["borough"]):
            break
        if word in _LEADING_ENDS:
            end = at + 1
    return 0 if words[end : end + 1] == ["london"] else end  # the City of London is a council, London is none


def _ends_in_london_borough(words: list[str], last: int) -> bool:
    return words[last - 1] == "london" and words[last : last + 1] == ["borough"]


def filler(word: str) -> bool:
    """Whether a word inside a longer text only joins names or says the sort of council."""
    return word in _JOINING or word in _TRAILING


NOTHING = Spelling(key="", bare="", words=(), shuffled="", sorts=frozenset())
