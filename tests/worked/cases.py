"""What a worked case shows: by rule or term, the sentences that fail without it, and those just beside it that do not."""

from collections.abc import Callable

Case = Callable[[], None]

SHOWS: dict[str, list[Case]] = {}
"""By rule or term, the cases that must fail once it is taken out."""

BESIDE: dict[str, list[Case]] = {}
"""By rule or term, the cases that nearly fall under it: they hold with it and without it."""


def shows(*codes: str) -> Callable[[Case], Case]:
    """This case would fail without the rule or term."""
    return _noting(SHOWS, codes)


def beside(*codes: str) -> Callable[[Case], Case]:
    """This case is nearly one for the rule or term, and is not."""
    return _noting(BESIDE, codes)


def _noting(book: dict[str, list[Case]], codes: tuple[str, ...]) -> Callable[[Case], Case]:
    def note(case: Case) -> Case:
        for code in codes:
            book.setdefault(code, []).append(case)
        return case

    return note


def sentence(case: Case) -> str:
    """The case's name as it is read."""
    return case.__name__.removeprefix("test_").replace("_", " ")
