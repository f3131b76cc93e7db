"""Resolving names of councils beside one plain dict lookup of the name in lower case: names a second, in one run."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from services.vocabulary.councils import reference_councils
from services.vocabulary.resolve import CouncilResolver

NAMES = 10_000
_MISSPELT = 0.1  # of all names; one letter is another


@dataclass(frozen=True, slots=True)
class Names:
    """Names a second: looked up in a dict; resolved, none of them seen before; and through the command, its start included."""

    lookup: float
    resolved: float
    command: float


def measure(seed: int = 7) -> Names:
    """10,000 different ways to write the 153 councils."""
    names = written(random.Random(seed))
    table = {text: code for code, texts in _known().items() for text in texts}
    resolver = CouncilResolver(reference_councils())
    return Names(
        lookup=_per_second(lambda: [table.get(name.strip().lower()) for name in names]),
        resolved=_per_second(lambda: resolver.resolve_many(names)),
        command=_per_second(lambda: _through_the_command(names)),
    )


def written(dice: random.Random) -> list[str]:
    """Official names, other names and codes as people write them: with blanks, capitals, titles, and a wrong letter in one of ten."""
    known, found = _known(), dict[str, None]()
    while len(found) < NAMES:
        text = dice.choice(dice.choice(list(known.values())))
        if dice.random() < _MISSPELT and len(text) > 6:
            at = dice.randrange(1, len(text))
            text = text[:at] + dice.choice("aeinrst") + text[at + 1 :]
        title = "" if text[-1].isdigit() else dice.choice(("", " council", " Council", ".", " (LA)", ", England"))
        found[dice.choice(("", " ", "  ")) + dice.choice((str.upper, str.title, str))(text) + title + dice.choice(("", " ", "  "))] = None
    return list(found)


def _known() -> dict[str, list[str]]:
    return {
        council.la_code: [
            word.lower() for word in (council.name, council.official_name, council.la_code, council.gss_code, *council.aliases)
        ]
        for council in reference_councils()
    }


def _through_the_command(names: list[str]) -> None:
    text = "".join(name + "\n" for name in names)
    command = [sys.executable, "-c", "from services.cli import main; main()", "resolve"]
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    if done.stdout.count("\n") != len(names):
        raise SystemExit(f"manyhands resolve answered {done.stdout.count(chr(10))} of {len(names)} names.")


def _per_second(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return NAMES / (time.perf_counter() - begun)
