"""The registry's newest state of every peer, council, cohort and load, whatever the order in which its records come."""

from dataclasses import dataclass
from typing import Any

from schemas.courses import CohortState
from schemas.registry import CouncilState, LoadState, PeerState

State = PeerState | CouncilState | LoadState | CohortState


@dataclass(slots=True)
class _Mark:
    """What is known of a key: its highest record version and where that stood, and where the key was last erased."""

    version: int = 0
    position: int = -1
    erased: int = -1


class Records:
    """States by peer id, by la_code, by cohort, and by owner (`peer:<id>` or `council:<la_code>`) for loads.

    The higher record version of a key wins; a tombstone (None) takes away what stood before it, and an old version that is said again
    after it stays away. So the outcome does not depend on the order in which records are put.
    """

    def __init__(self) -> None:
        self.peers: dict[str, PeerState] = {}
        self.councils: dict[str, CouncilState] = {}
        self.cohorts: dict[str, CohortState] = {}
        self.loads: dict[str, LoadState] = {}
        self._marks: dict[str, _Mark] = {}

    def put(self, position: int, key: str, state: State | None) -> bool:
        """Whether this changed what is known. `position` is the record's offset, `key` is `peer:`, `load:` and the like, and a name."""
        mark = self._marks.setdefault(key, _Mark())
        newer = state is not None and state.version > mark.version
        if state is None:
            mark.erased = max(mark.erased, position)
        elif newer:
            mark.version, mark.position = state.version, position
        elif state.version == mark.version:
            mark.position = min(mark.position, position)
        if mark.position <= mark.erased:
            return self._forget(key)
        if state is not None and newer:
            self._learn(key, state)
        return newer

    def _learn(self, key: str, state: State) -> None:
        name = key.partition(":")[2]
        if isinstance(state, PeerState):
            self.peers[name] = state
        elif isinstance(state, CouncilState):
            self.councils[name] = state
        elif isinstance(state, CohortState):
            self.cohorts[name] = state
        else:
            self.loads[name] = state

    def _forget(self, key: str) -> bool:
        kind, _, name = key.partition(":")
        tables: dict[str, dict[str, Any]] = {
            "peer": self.peers,
            "council": self.councils,
            "cohort": self.cohorts,
            "load": self.loads,
        }
        return tables.get(kind, {}).pop(name, None) is not None
