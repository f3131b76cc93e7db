"""Who has signed in, and what they may see and do."""

from dataclasses import dataclass, field

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a browser. `secret` is what their browser alone holds; it never stands in a page, a log or the database."""

    id: str
    name: str
    roles: frozenset[str]
    scopes: frozenset[str]
    regions: frozenset[str]
    groups: frozenset[str]
    secret: str = field(repr=False)

    def may(self, scope: str) -> bool:
        """True when this scope is among theirs."""
        return scope in self.scopes

    @property
    def own_regions(self) -> list[str] | None:
        """The regions whose work they see, sorted; None: all of them. For the `where` of a query."""
        return None if EVERYWHERE in self.regions else sorted(self.regions)
