"""The bugs: exact replacements of text, and the test that catches each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """`edits` are (file, text that stands there once, text in its place); `caught_by` is the pytest id of the catching test."""

    name: str
    says: str
    edits: tuple[tuple[str, str, str], ...]
    caught_by: str


_KIT = "tests/integration/kit"
_REGISTRY = "tests/integration/registry"

BUGS = (
    Bug(
        "acknowledge-first",
        "offsets are committed before the transaction",
        (("services/kit/listener.py", "ack_policy=AckPolicy.NACK_ON_ERROR", "ack_policy=AckPolicy.ACK_FIRST"),),
        "tests/chaos/test_restarts.py::test_what_was_taken_while_postgresql_was_away_is_not_lost_when_its_service_dies",
    ),
    Bug(
        "relay-by-cursor",
        "the relay reads ids above the last it saw, and misses what commits late",
        (
            (
                "services/kit/outbox.py",
                '"select * from outbox where published_at is null order by id limit $1"',
                '"select * from outbox where published_at is null and id > $2 order by id limit $1"',
            ),
            (
                "services/kit/outbox.py",
                "connection.fetch(_UNPUBLISHED, self._batch)\n                if rows:\n",
                'connection.fetch(_UNPUBLISHED, self._batch, getattr(self, "cursor", 0))\n'
                '                if rows:\n                    self.cursor = rows[-1]["id"]\n',
            ),
        ),
        f"{_KIT}/test_outbox.py::test_each_subject_is_numbered_from_one_without_a_gap_and_published_in_that_order_while_eight_write",
    ),
    Bug(
        "capacity-without-its-guard",
        "neither the decision nor the statement nor the table looks at what is offered",
        (
            ("services/registry/domain.py", "            if days > left:\n", "            if days > left + 1_000_000:\n"),
            ("services/registry/store.py", "             and o.held + d.held + o.placed + d.placed <= o.offered\n", ""),
            (
                "services/registry/migrations/20260901000100_registry.sql",
                "constraint never_over_capacity check (held + placed <= offered)",
                "constraint never_over_capacity check (offered > 0)",
            ),
        ),
        f"{_REGISTRY}/test_races.py::test_three_replicas_racing_for_fifty_peers_with_ten_places_fill_them_exactly",
    ),
    Bug(
        "poison-raised",
        "a record that cannot be read stops its consumer instead of being parked",
        (
            (
                "services/kit/reading.py",
                "        return _broken(record, place, foreign, envelope, error.code)\n",
                "        raise\n",
            ),
        ),
        f"{_KIT}/test_parking.py::test_one_of_every_poison_is_parked_with_its_rule_and_announced_without_its_content",
    ),
    Bug(
        "inbox-left-out",
        "every delivery is new",
        (
            (
                "services/kit/inbox.py",
                '    rows = await db.fetch(_NEW, consumer, sorted(set(ids)), now)\n    return {row["event_id"] for row in rows}\n',
                "    ids = set(ids)\n    await db.fetch(_NEW, consumer, sorted(ids), now)\n    return ids\n",
            ),
        ),
        f"{_KIT}/test_batches.py::test_a_record_that_comes_again_or_twice_in_a_batch_has_one_effect",
    ),
    Bug(
        "placed-before-capacity",
        "the matcher says MatchPlaced with the last consent, before the registry has placed anything",
        (
            (
                "services/matcher/domain.py",
                "        draft.fact(say.ConsentsCompleted, lines=current.lines, starts=current.starts)\n",
                "        draft.fact(say.ConsentsCompleted, lines=current.lines, starts=current.starts)\n"
                "        draft.fact(say.MatchPlaced, host=story.host, lines=current.lines, starts=current.starts, ends=current.ends)\n",
            ),
        ),
        "tests/unit/matcher/test_decisions.py::test_a_match_is_placed_only_after_the_registry_has_placed_its_capacity",
    ),
    Bug(
        "order-behind-parked-lost",
        "later events of a parked subject overtake it",
        (
            (
                "services/kit/bus.py",
                "        behind = await parked.blocked(db, consumer, (item.subject for item in fresh))\n",
                "        behind: set[str] = set()\n",
            ),
        ),
        f"{_KIT}/test_parking.py::test_the_culprit_is_parked_its_subjects_later_events_behind_it_and_others_go_on",
    ),
    Bug(
        "hold-kept-at-the-end",
        "a match that ends gives nothing back",
        (
            (
                "services/registry/domain.py",
                '    if hold is None or hold.state not in ("held", "placed"):\n',
                "    if hold is None or hold.state:\n",
            ),
        ),
        f"{_REGISTRY}/test_capacity.py::test_the_end_of_a_match_lets_go_of_what_is_held_saying_why",
    ),
    Bug(
        "due-rows-not-claimed",
        "two timekeepers take the same row",
        (("services/kit/timekeeper.py", " for update skip locked", ""),),
        f"{_KIT}/test_due.py::test_five_timekeepers_share_the_rows_and_each_has_its_effect_once",
    ),
    Bug(
        "command-done-twice",
        "an Idempotency-Key that is known is not looked up",
        (
            (
                "services/kit/commands.py",
                "            if not await db.fetchval(_CLAIM, self.key, self.actor.id, fingerprint, now):\n",
                "            if not await db.fetchval(_CLAIM, self.key, self.actor.id, fingerprint, now) and not self.key:\n",
            ),
        ),
        "tests/integration/requests/test_api.py::test_a_command_sent_twice_is_done_once_and_answered_the_same",
    ),
    Bug(
        "version-not-compared",
        "a decision on an outdated picture goes through",
        (("services/requests/commands.py", "    if request.version != expected:\n", "    if request.version < 0:\n"),),
        "tests/integration/requests/test_api.py::test_who_saw_an_older_version_is_told_who_changed_it_and_when",
    ),
    Bug(
        "load-left-behind",
        "what a failed transaction suggested goes on weighing",
        (
            (
                "services/matcher/mirror.py",
                "        self.register.add_open((peer, -weight) for peer, weight in self._passing.items())\n",
                "",
            ),
        ),
        "tests/integration/matcher/test_mirror.py::test_a_ranking_that_is_rolled_back_leaves_nothing_behind",
    ),
    Bug(
        "unreadable-skipped",
        "a record that cannot be read is passed over without a word",
        (("services/kit/reading.py", "        return _broken(record, place, foreign, envelope, error.code)\n", "        return None\n"),),
        f"{_KIT}/test_parking.py::test_one_of_every_poison_is_parked_with_its_rule_and_announced_without_its_content",
    ),
    Bug(
        "numbers-left-out",
        "the numbers of a subject's events have gaps",
        (("services/kit/work.py", "set last = sequence.last + excluded.last\n", "set last = sequence.last + excluded.last + 1\n"),),
        f"{_KIT}/test_batches.py::test_many_batches_at_once_about_the_same_subjects_end_without_a_gap",
    ),
    Bug(
        "two-leaders",
        "every process of a service publishes, elected or not",
        (
            (
                "services/kit/outbox.py",
                'connection.fetchval("select pg_try_advisory_lock($1)", _LEADER_LOCK)',
                'connection.fetchval("select $1::bigint > 0", _LEADER_LOCK)',
            ),
        ),
        f"{_KIT}/test_outbox.py::test_one_of_three_processes_leads_and_when_it_is_killed_another_goes_on_within_seconds",
    ),
    Bug(
        "acknowledged-and-unsaid",
        "a command is answered, and what follows from it is never written",
        (
            (
                "services/kit/commands.py",
                "            await work.flush()\n            await db.execute(_ANSWERED",
                "            await db.execute(_ANSWERED",
            ),
        ),
        f"{_KIT}/test_commands.py::test_the_reason_is_kept_with_the_actor_of_the_token",
    ),
    Bug(
        "expired-hold-placed",
        "consents that come after a hold has expired place it all the same",
        (
            (
                "services/registry/domain.py",
                '    if hold is not None and hold.state != "held":\n',
                '    if hold is not None and hold.state == "placed":\n',
            ),
        ),
        f"{_REGISTRY}/test_capacity.py::test_consents_that_complete_after_the_hold_has_expired_place_nothing_and_say_nothing_more",
    ),
    Bug(
        "older-revision-taken",
        "a revision that comes late overwrites a newer one",
        (("services/requests/domain.py", "    if revision < request.revision:\n", "    if revision < 0:\n"),),
        "tests/unit/requests/test_domain.py::test_an_older_revision_is_refused_as_superseded",
    ),
    Bug(
        "adviser-overtaken",
        "the slower of two advisers decides over the faster one's head",
        (("services/matcher/orders.py", "    if story.version != expected:\n", "    if story.version < 0:\n"),),
        "tests/journey/test_3_questions_shortage_and_telephone.py::test_of_two_advisers_the_slower_is_told_who_was_faster",
    ),
)
