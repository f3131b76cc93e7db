"""`python -m tests.worked` takes out every rule and every term in turn; exit 1 if the worked cases do not notice one of them."""

import sys

from tests.worked import test_between_councils, test_who_fits_best, test_who_may_serve
from tests.worked.cases import BESIDE, SHOWS, Case, sentence
from tests.worked.removing import EVERYTHING, without

MODULES = (test_who_may_serve, test_between_councils, test_who_fits_best)


def holds(case: Case) -> bool:
    """Whether the case is as it says."""
    try:
        case()
    except AssertionError:
        return False
    return True


def unnoticed(code: str) -> list[str]:
    """Cases that do not fail once the rule or term is taken out although they show it, others that fail beside it, or fail anyway."""
    anyway = [f"fails in any case: {sentence(case)}" for case in SHOWS.get(code, ()) if not holds(case)]
    with without(code):
        silent = [f"does not fail: {sentence(case)}" for case in SHOWS.get(code, ()) if holds(case)]
        return anyway + silent + [f"fails beside it: {sentence(case)}" for case in BESIDE.get(code, ()) if not holds(case)]


def main() -> int:
    """0 when every removal is noticed by every case that shows it."""
    wrong = 0
    for code in EVERYTHING:
        found = unnoticed(code) if SHOWS.get(code) else ["no case shows it"]
        wrong += bool(found)
        shown, near = len(SHOWS.get(code, ())), len(BESIDE.get(code, ()))
        print(f"{code:24} {'NOT NOTICED' if found else f'fails as it should: {shown} cases; {near} beside it hold'}")
        for what in found:
            print(f"{'':24} {what}")
    cases = {case for book in (SHOWS, BESIDE) for found in book.values() for case in found}
    print(f"{len(EVERYTHING)} rules and terms taken out in turn, {len(cases)} worked cases, {wrong} not noticed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
