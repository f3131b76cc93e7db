"""What topics.yaml must be, so that facts can be kept for ever, in order, and nothing that fails goes unsaid."""

import pytest
from pydantic import ValidationError

from schemas.parked import RecordParked
from schemas.publish import EVERY_FACT
from schemas.topics import OUTSIDE, read, topics

BY_NAME = {topic.name: topic for topic in topics()}
PARKED = {topic.parked for topic in topics() if topic.parked}
FACT_TOPICS = [topic for topic in topics() if topic.name.endswith(".events.v1")]


def test_every_topic_stands_in_the_file_once() -> None:
    assert len(BY_NAME) == len(topics())


def test_every_fact_has_its_topic() -> None:
    assert {fact.topic for fact in EVERY_FACT if fact is not RecordParked} == BY_NAME.keys() - PARKED


def test_every_topic_that_is_heard_has_a_parked_topic_of_one_partition_said_by_those_who_hear() -> None:
    for topic in topics():
        if topic.name in PARKED:
            assert (topic.partitions, topic.parked, topic.consumers) == (1, None, ()), topic.name
        else:
            assert topic.parked == f"{topic.name}.parked", topic.name
            assert BY_NAME[topic.parked].producers == topic.consumers, topic.name


def test_fact_topics_keep_everything_on_twelve_partitions() -> None:
    assert {topic.name for topic in FACT_TOPICS} == {"requests.events.v1", "matcher.events.v1", "registry.events.v1"}
    for topic in FACT_TOPICS:
        assert (topic.partitions, topic.cleanup, topic.retention_ms) == (12, "delete", -1), topic.name


def test_the_registry_state_is_compacted_on_one_partition() -> None:
    state = BY_NAME["registry.state.v1"]
    assert (state.partitions, state.cleanup, state.retention_ms) == (1, "compact", -1)


def test_what_outsiders_post_is_not_kept_for_ever() -> None:
    assert [topic.name for topic in topics() if OUTSIDE in topic.producers] == ["intake.support-requests.v1"]
    assert 0 < BY_NAME["intake.support-requests.v1"].retention_ms <= 31 * 86_400_000


def test_the_registry_hears_the_matcher_alone_so_nothing_can_overtake_a_selection() -> None:
    assert [topic.name for topic in topics() if "registry" in topic.consumers] == ["matcher.events.v1"]


def test_each_service_speaks_on_its_own_fact_topics_alone() -> None:
    for topic in topics():
        if topic.name not in PARKED:
            assert topic.producers == (topic.name.partition(".")[0],), topic.name


def test_a_producer_that_is_no_service_of_ours_is_refused() -> None:
    line = "{name: a.v1, key: id, partitions: 1, cleanup: delete, retention_ms: -1, producers: [%s], consumers: []}"
    assert read(f"topics: [{line % 'matcher'}]")[0].producers == ("matcher",)
    with pytest.raises(ValidationError, match=r"topics\.0\.producers"):
        read(f"topics: [{line % 'stranger'}]")
