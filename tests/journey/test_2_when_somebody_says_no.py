"""Refusal, silence, withdrawal: what is held is let go, nothing is held against anybody, and the next candidate is proposed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.support.told import Told, in_order, proposed


def test_a_peer_who_says_no_is_not_proposed_again_for_this_request_and_the_next_candidate_is(story: Told) -> None:
    first = story.peer("first", of="Leeds", role="leader", themes="SEND")
    second = story.peer("second", of="Sheffield", role="leader", themes="SEND")
    story.known_to_the_matcher(first, second)
    request = story.request(story.asks("Rotherham", "bespoke", team=[{"role": "leader"}], days=3))["request"]
    suggested = story.story(request, "suggested")
    chosen, other = proposed(suggested)
    story.tells_matcher(suggested, "confirm")
    _agree_until(story, request, "peer")

    consenting = story.story(request, "consenting")
    story.tells_matcher(consenting, f"consents/{_asked(consenting)['consent']}", agreed=False, because="no_time", reason="Away until May.")

    again = story.story(request, "suggested")
    assert proposed(again) == [other]
    story.until(lambda: story.free_days(f"peer:{chosen}") == 10, "the days are free again")
    names = story.names(request)
    assert in_order(names, "consent-refused", "match-withdrawn", "match-suggested")
    assert in_order(names, "capacity-held", "hold-released")
    assert "Away until May" not in str([fact.says for fact in story.facts(request)]), "words stay out of events"

    third = story.request(story.asks("Barnsley", "bespoke", team=[{"role": "leader"}], days=3))["request"]
    assert chosen in proposed(story.story(third, "suggested")), "a refusal is never held against a peer elsewhere"


def test_nobody_is_asked_before_the_stage_before_has_agreed(story: Told) -> None:
    story.peer("a", of="Wigan", role="opposition_lead", party="Labour")
    story.known_to_the_matcher()
    request = story.request(story.asks("Salford", "sounding_board", team=[{"role": "opposition_lead"}]))["request"]
    story.tells_matcher(story.story(request, "suggested"), "confirm")

    asked = []
    while (now := story.story(request, "consenting", "completing", "placed"))["state"] == "consenting":
        waiting = [consent for consent in now["match"]["consents"] if consent["state"] == "asked"]
        assert len({consent["stage"] for consent in waiting}) == 1
        asked.append(waiting[0]["party"])
        story.tells_matcher(now, f"consents/{waiting[0]['consent']}", agreed=True)
    assert asked == ["mentee", "group_office", "peer", "mentee"]


def test_an_adviser_who_declines_gets_a_fresh_suggestion_without_those_peers(story: Told) -> None:
    for n, council in enumerate(("Leeds", "York", "Hull", "Doncaster", "Calderdale", "Wakefield", "Barnsley")):
        story.peer(f"p{n}", of=council, role="principal_social_worker")
    story.known_to_the_matcher()
    request = story.request(story.asks("Kirklees", "bespoke", team=[{"role": "PSW"}]))["request"]
    suggested = story.story(request, "suggested")
    before = proposed(suggested)
    assert len(before) == 5
    after = story.tells_matcher(suggested, "decline", peers=before[:3], because="knows_the_council")
    assert not set(proposed(after)) & set(before[:3])
    assert len(proposed(after)) == 4
    assert "suggestion-declined" in story.names(request)


def test_a_withdrawn_request_lets_go_of_what_was_held_for_it(story: Told) -> None:
    peer = story.peer("x", of="Camden", role="head_of_service")
    story.known_to_the_matcher(peer)
    line = story.request(story.asks("Islington", "bespoke", team=[{"role": "head of service"}], days=5))
    request = line["request"]
    story.tells_matcher(story.story(request, "suggested"), "confirm")
    story.story(request, "consenting")
    assert story.free_days(f"peer:{peer}") == 5

    version = story.by("requests").get(f"/requests/{request}")["version"]
    story.by("requests").post(f"/requests/{request}/withdraw", {"expected_version": version, "reason_code": "by_host"})

    story.story(request, "withdrawn")
    story.until(lambda: story.free_days(f"peer:{peer}") == 10, "the days are free again")
    assert in_order(story.names(request), "request-withdrawn", "match-withdrawn", "hold-released")


def test_an_amended_request_is_proposed_anew_under_its_new_content(story: Told) -> None:
    story.peer("psw", of="Kent", role="assistant_director", themes="SEND")
    story.peer("fin", of="Essex", role="assistant_director", themes="finance")
    story.known_to_the_matcher()
    reference = story.asks("Suffolk", "bespoke", team=[{"role": "AD"}], themes=["SEND"])
    request = story.request(reference)["request"]
    first = proposed(story.story(request, "suggested"))
    story.asks("Suffolk", "bespoke", team=[{"role": "AD"}], themes=["finance"], reference=reference, revision=2)
    story.until(lambda: story.names(request).count("match-suggested") == 2, "it is proposed again")
    assert in_order(story.names(request), "request-opened", "match-suggested", "request-amended", "match-suggested")
    assert proposed(story.story(request, "suggested"))[0] != first[0]


def test_when_nobody_answers_by_the_deadline_the_match_lapses_and_the_next_is_proposed(story: Told) -> None:
    story.peer("quiet", of="Derby", role="send_lead")
    story.peer("other", of="Leicester", role="send_lead")
    story.known_to_the_matcher()
    later = story.today + timedelta(days=60)
    request = story.request(story.asks("Nottingham", "bespoke", team=[{"role": "send_lead"}], starts=later))["request"]
    suggested = story.story(request, "suggested")
    quiet = proposed(suggested)[0]
    story.tells_matcher(suggested, "confirm")
    story.story(request, "consenting")

    story.days_pass(12)  # five working days and a few bank holidays at most

    again = story.story(request, "suggested")
    assert quiet not in proposed(again)
    names = story.names(request)
    assert in_order(names, "consent-asked", "match-lapsed", "match-suggested")
    assert "consent-refused" not in names, "no reply is not a refusal"
    story.until(lambda: story.free_days(f"peer:{quiet}") == 10, "the days are free again")


def _asked(story: Mapping[str, Any]) -> Mapping[str, Any]:
    consents: list[dict[str, Any]] = story["match"]["consents"]
    return next(consent for consent in consents if consent["state"] == "asked")


def _agree_until(story: Told, request: str, party: str) -> None:
    while _asked(now := story.story(request, "consenting"))["party"] != party:
        story.tells_matcher(now, f"consents/{_asked(now)['consent']}", agreed=True)
