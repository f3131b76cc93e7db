"""The registry's state as numpy columns: a cache of database rows in memory, one per replica, never the only copy."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pydantic_core import to_json

from schemas.registry import PeerState
from services.matcher.carried import WHOLE, Carried, Helped, Visits
from services.matcher.councils import Councils
from services.matcher.dated import Flags, Floats, InForce, Ints, Lasting, Offers, Spans
from services.matcher.lived import climbs, first_inspection
from services.matcher.newest import Kept
from services.matcher.pools import Needs, Pool
from services.matcher.records import Records, State
from services.vocabulary.kinds import PAID
from services.vocabulary.themes import THEMES, nearness

Tenths = npt.NDArray[np.uint8]

_NOBODY = Spans(())
_ROWS_KEPT = 10_000_000


class Columns:
    """Everything about peers and councils that ranking reads, laid out anew when one of them changes. Peers are in the order of their ids.

    Only what is used of offers and what owners carry changes in place, owner by owner.
    """

    def __init__(self, records: Records) -> None:
        self.ids = sorted(records.peers)
        peers = [records.peers[peer] for peer in self.ids]
        self.index = {peer: i for i, peer in enumerate(self.ids)}
        self.councils = Councils(records.councils, {peer.council for peer in peers})
        self.homes: Ints = np.fromiter((self.councils.index[peer.council] for peer in peers), np.int64)
        self.home_list: list[int] = self.homes.tolist()
        self.active: Flags = np.fromiter((peer.active for peer in peers), np.bool_)
        self.active_count = int(np.count_nonzero(self.active))
        self.officer: Flags = np.fromiter((peer.kind == "officer" for peer in peers), np.bool_)
        self.paid: Flags = np.fromiter((peer.kind in PAID for peer in peers), np.bool_)
        self.kind_rows = _rows(peer.kind for peer in peers)
        self.kinds: Ints = np.fromiter((self.kind_rows[peer.kind] for peer in peers), np.int64)
        self.theme_rows = _rows([*THEMES, *(theme for peer in peers for theme in peer.themes)])
        self.themes = _theme_table(peers, self.theme_rows)
        self.party_rows = _rows(peer.party for peer in peers if peer.party is not None)
        self.parties: Ints = np.fromiter((self.party_rows[peer.party] if peer.party else 0 for peer in peers), np.int64)
        self.feedback = np.array([(peer.feedback.count, peer.feedback.mean) if peer.feedback else (0, 0) for peer in peers], np.float64)
        self.posts = _posts(peers, by="role")
        self.guests = _posts(peers, by="council")
        self.interests = _interests(peers)
        self.accredited, self.released, self.away = (_spans(peers, name) for name in ("accreditations", "releases", "absences"))
        self.first_inspection: Ints = np.fromiter((_ordinal(first_inspection(peer, records.councils)) for peer in peers), np.int64)
        self.peer_offers = Offers([peer.offers for peer in peers])
        states = [records.councils.get(code) for code in self.councils.codes]
        self.council_offers = Offers([state.offers if state else () for state in states])
        self.proposed: Ints = np.zeros(len(peers), np.int64)
        self.peer_load, self.council_load = Carried(len(peers)), Carried(len(states))
        self.scarcity: Ints = np.zeros(len(peers), np.int64)
        self.not_now: Flags = np.zeros(len(peers), np.bool_)
        self.visits = Visits()
        self.peer_helped, self.council_helped = Helped(), Helped()
        self._records = records
        self._served: Kept[tuple[str, int], Floats] = Kept(256)
        self._pools: Kept[tuple[str, int, str, Needs], Pool] = Kept(max(64, _ROWS_KEPT // max(1, len(peers))))
        self._council_days: Kept[tuple[int, str], InForce] = Kept(1024)

    def pool(self, role: str, starts: date, kind: str, needs: Needs) -> Pool:
        """Who may serve in the role on that day in work of this kind and with these needs."""
        day, kind = starts.toordinal(), self.named(kind)
        key = (role, day, kind, needs)
        return self._pools.get(key) or self._pools.put(key, Pool(self, role, day, kind, needs))

    def named(self, kind: str) -> str:
        """The kind of support where an offer names it; "" stands for all others, for which offers are alike."""
        return kind if kind in self.peer_offers.kinds or kind in self.council_offers.kinds else ""

    def holders(self, role: str, day: int) -> Ints:
        """Who holds the role on the day, active or not."""
        return self.posts.get(role, _NOBODY).holders(day)

    def council_offers_on(self, day: int, kind: str) -> InForce:
        """What councils offer on that day for this kind of support, by council."""
        key = (day, self.named(kind))
        everyone = np.arange(len(self.councils.codes))
        return self._council_days.get(key) or self._council_days.put(key, self.council_offers.in_force(day, everyone, kind))

    def served(self, role: str, day: int) -> Floats:
        """By peer, on how many days before the day they have held the role, wherever."""
        key = (role, day)
        known = self._served.get(key)
        return known if known is not None else self._served.put(key, self.posts.get(role, _NOBODY).lasted(day, len(self.ids)))

    @cached_property
    def journeys(self) -> Floats:
        """By area of inspections (in the order of AREAS) and peer, how far the judgement rose while they were in post; see lived.climbs."""
        return climbs([self._records.peers[peer] for peer in self.ids], self._records.councils)

    def carry(self, owner: str, records: Records) -> None:
        """Takes over what the registry says that one owner carries."""
        kind, _, name = owner.partition(":")
        state = records.loads.get(owner)
        rows, offers, load, helped = (
            (self.index, self.peer_offers, self.peer_load, self.peer_helped)
            if kind == "peer"
            else (self.councils.index, self.council_offers, self.council_load, self.council_helped)
        )
        if name in rows:
            load.set(rows[name], state)
            helped.set(rows[name], state)
            offers.use(rows[name], state.offers if state else ())
            if kind == "peer":
                self.visits.set(rows[name], state.challenges if state else ())

    def value(self, scarcity: Mapping[str, int]) -> None:
        """Sets the scarcity prices, by peer in billionths of fit; whoever is not named has none."""
        self.scarcity[:] = [scarcity.get(peer, 0) for peer in self.ids]

    def spare(self, peers: Iterable[str]) -> None:
        """Sets whom the adviser of their own region asks not to ask now."""
        self.not_now[:] = False
        self.not_now[[self.index[peer] for peer in peers if peer in self.index]] = True

    def weigh(self, peer: str, parts: int) -> None:
        """Adds open suggestions of a peer, in parts of WHOLE; unknown peers have no row yet."""
        row = self.index.get(peer)
        if row is not None:
            self.proposed[row] += parts
            self.peer_load.weigh(row, parts)
            self.council_load.weigh(self.home_list[row], parts)


class Register:
    """What a replica knows of the registry, and the open suggestions that weigh as load. Not safe to share between threads.

    version: the highest position applied (an offset in registry.state.v1), -1 when empty.
    not_now: whom the adviser of their own region asks not to ask now, and until when; whoever keeps it takes out those whose day has come.
    """

    def __init__(self) -> None:
        self.version = -1
        self.records = Records()
        self._open: dict[str, int] = {}
        self._scarcity: Mapping[str, int] = {}
        self.not_now: Mapping[str, date] = {}
        self._columns: Columns | None = None

    def apply(self, records: Iterable[tuple[int, str, State | None]]) -> None:
        """Takes over (position, key, state or None for a tombstone), in any order. A load alone touches its owner's cells only."""
        for position, key, state in records:
            self.version = max(self.version, position)
            if not self.records.put(position, key, state):
                continue
            kind, _, name = key.partition(":")
            if kind in ("peer", "council"):
                self._columns = None
            elif kind == "load" and self._columns is not None:
                self._columns.carry(name, self.records)

    def add_open(self, changes: Iterable[tuple[str, float]]) -> None:
        """Adds open suggestions, or takes them away: (peer id, weight), 1 over the length of the shortlist or less that.

        Peers who are not in the register yet are remembered, and so are places on courses, which count here as peers do.
        """
        for peer, weight in changes:
            self._add(peer, round(weight * WHOLE))

    def open_to(self, name: str) -> float:
        """What open suggestions weigh under a name: a peer's, or that of a place on a course."""
        return self._open.get(name, 0) / WHOLE

    def value(self, scarcity: Mapping[str, int]) -> None:
        """Sets the scarcity prices, by peer in billionths of fit; peers who are not in the register yet are remembered."""
        self._scarcity = scarcity
        if self._columns is not None:
            self._columns.value(scarcity)

    def spare(self, not_now: Mapping[str, date]) -> None:
        """Sets `not_now`; peers who are not in the register yet are remembered."""
        if not_now != self.not_now:
            self.not_now = dict(not_now)
            if self._columns is not None:
                self._columns.spare(self.not_now)

    def columns(self) -> Columns:
        """The columns as of now, laid out anew only after a peer or council changed."""
        if self._columns is None:
            self._columns = Columns(self.records)
            for owner in self.records.loads:
                self._columns.carry(owner, self.records)
            for peer, parts in self._open.items():
                self._columns.weigh(peer, parts)
            self._columns.value(self._scarcity)
            self._columns.spare(self.not_now)
        return self._columns

    def load_vector(self, as_of: date) -> bytes:
        """What decides a ranking beside the records up to `version`, the policy and the scarcity prices: the day, the open suggestions
        and who is not to be asked now. Packed JSON.

        Store it with a batch before its first request is ranked: the batch's requests in their order then replay exactly.
        """
        inputs = {"registry_version": self.version, "as_of": as_of.isoformat(), "whole": WHOLE, "open": dict(sorted(self._open.items()))}
        inputs |= {"not_now": dict(sorted(self.not_now.items()))} if self.not_now else {}
        return zlib.compress(to_json(inputs), 1)

    def restore(self, vector: bytes) -> date:
        """Replaces the open suggestions, and who is not to be asked now, by those of a stored vector and returns its day.

        Also undoes what a ranking added, when its transaction was rolled back.
        Errors: ValueError if the register stands at another version, or the vector counts in other parts.
        """
        inputs = json.loads(zlib.decompress(vector))
        if inputs["registry_version"] != self.version:
            raise ValueError(
                f"this load vector belongs to registry version {inputs['registry_version']}, the register stands at {self.version}; "
                "apply the records up to that version and no further"
            )
        if inputs["whole"] != WHOLE:
            raise ValueError(
                f"this load vector counts in parts of 1/{inputs['whole']}; this release counts in 1/{WHOLE}; replay it with its own"
            )
        for peer in list(self._open):
            self._add(peer, -self._open[peer])
        for peer, parts in inputs["open"].items():
            self._add(peer, parts)
        self.spare({peer: date.fromisoformat(until) for peer, until in inputs.get("not_now", {}).items()})
        return date.fromisoformat(inputs["as_of"])

    def _add(self, peer: str, parts: int) -> None:
        total = self._open.get(peer, 0) + parts
        if total:
            self._open[peer] = total
        else:
            self._open.pop(peer, None)
        if self._columns is not None:
            self._columns.weigh(peer, parts)


def _posts(peers: Sequence[PeerState], *, by: str) -> Mapping[str, Spans]:
    """Posts by role, or by council where that is not the peer's own; a peer without a post at all holds none."""
    return _spans_by(
        (getattr(post, by), (row, post.starts, post.ends))
        for row, peer in enumerate(peers)
        for post in peer.posts
        if by == "role" or post.council != peer.council
    )


def _interests(peers: Sequence[PeerState]) -> Mapping[str, Spans]:
    """Declared interests by council."""
    return _spans_by((one.council, (row, one.starts, one.ends)) for row, peer in enumerate(peers) for one in peer.interests)


def _spans_by(lasting: Iterable[tuple[str, Lasting]]) -> Mapping[str, Spans]:
    held: dict[str, list[Lasting]] = {}
    for name, one in lasting:
        held.setdefault(name, []).append(one)
    return {name: Spans(own) for name, own in held.items()}


def _spans(peers: Sequence[PeerState], name: str) -> Spans:
    """The spans that peers have under a name."""
    return Spans([(row, span.starts, span.ends) for row, peer in enumerate(peers) for span in getattr(peer, name)])


def _ordinal(day: date | None) -> int:
    return (day or date.max).toordinal()


def _rows(codes: Iterable[str]) -> dict[str, int]:
    """Numbers from 1 for codes, in their order; 0 is none of them."""
    return {code: row for row, code in enumerate(sorted(set(codes)), 1)}


def _theme_table(peers: Sequence[PeerState], rows: Mapping[str, int]) -> Tenths:
    """By theme and peer, how near the nearest theme that the peer knows lies to it, in tenths; the first line is all 0."""
    nearest = np.array([[nearness(asked, known) for known in rows] for asked in rows], np.uint8)
    table = np.zeros((len(rows) + 1, len(peers)), np.uint8)
    lines: dict[tuple[str, ...], Tenths] = {}
    for at, peer in enumerate(peers):
        if peer.themes:
            if peer.themes not in lines:
                lines[peer.themes] = nearest[:, [rows[theme] - 1 for theme in peer.themes]].max(axis=1)
            table[1:, at] = lines[peer.themes]
    return table
