"""Words one after the other, as a sentence lists them."""

from collections.abc import Sequence


def listed(words: Sequence[str], last: str = "and") -> str:
    """As in "a, b and c"; `last` stands before the last of several. Nothing of no words."""
    return f" {last} ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])
