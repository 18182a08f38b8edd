"""A Slack that is slow, forgetful or down (failure modes 1 to 5, 11 to 13, 27 to 35)."""

import pytest

from bot.sandbox.faults import Fault
from bot.slack.features.distribution import deeds as desk
from bot.slack.kit import names
from bot.slack.line import watch
from bot.wiring.slack import make_missed
from tests.integration.slack.house import BUILDS, House, Plan


async def test_1_a_rate_limited_response_url_is_waited_for(house: House) -> None:
    draft = await house.with_app()
    house.slack.script("response_url", Fault.rate_limited(1))

    await house.bob.click(draft, names.DISTRIBUTE)

    await house.whisper_to("Bob", "You may not distribute releases")


async def test_3_a_click_is_answered_before_slow_work(house: House) -> None:
    draft = await house.with_app()
    house.slack.delivery.ack_seconds = 0.8
    house.slack.script("chat.update", Fault.delay(1.5))

    await house.ann.click(draft, names.DISMISS)

    await house.card_saying("*Dismissed*")


async def test_3_counting_that_takes_long_lets_the_person_wait_in_the_form(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "COUNT_WITHIN", 0.1)
    await house.group("QA")
    groups = house.running.house.people.groups
    group = await groups.named("QA")
    usergroup = house.workspace.usergroup("qa-team")
    await groups.add_usergroup(group.id, usergroup.id, "qa-team", house.manager)
    draft = await house.with_app()
    await house.running.workspace.directory.outdate_usergroup(usergroup.id)
    house.slack.script("usergroups.users.list", Fault.delay(0.7), times=5)
    await house.ann.click(draft, names.DISTRIBUTE)

    sent = await house.ann.submit(await house.view_of("Ann", "Distribute"), {names.GROUPS: ["QA"]})

    assert sent.action == "update"
    assert "still being asked who is in these groups" in str(sent.view and sent.view.blocks)
    confirmation = await house.view_of("Ann", "Please confirm")
    assert "*2 people*" in str(confirmation.blocks)


async def test_4_an_event_delivered_again_is_let_go(house: House) -> None:
    await house.cid.post(BUILDS, files=[house.samples.ipa])
    await house.card_saying("New app")
    await house.settled()

    for delivered in house.slack.delivery.of_type("file_shared"):
        await house.slack.delivery.redeliver(delivered)
    await house.settled()

    assert len(house.workspace.by_bot(BUILDS)) == 1


async def test_4_a_repeated_event_costs_slack_no_question(house: House) -> None:
    await house.cid.post(BUILDS, files=[house.samples.ipa])
    await house.card_saying("New app")
    await house.settled()
    delivered = house.slack.delivery.of_type("file_shared")[0]
    asked = len(house.slack.calls_of("files.info"))

    await house.slack.delivery.redeliver(delivered)

    assert len(house.slack.calls_of("files.info")) == asked


async def test_5_events_in_any_order_make_one_card_in_the_thread(house: House) -> None:
    house.slack.delivery.hold()
    posted = await house.cid.post(
        BUILDS, "Late words", files=[house.samples.ipa], events_first=True
    )
    house.slack.delivery.release(is_reversed=True)

    card = await house.card_saying("Late words")

    assert card.thread_ts == posted.ts
    assert len(house.workspace.by_bot(BUILDS)) == 1


@pytest.mark.parametrize("plan", [Plan(withheld=frozenset({"channels:history", "groups:history"}))])
async def test_without_history_scopes_a_build_is_taken_in_from_file_shared_alone(
    house: House,
) -> None:
    posted = await house.cid.post(BUILDS, "Nobody reads this", files=[house.samples.ipa])

    card = await house.card_saying("New app")

    assert card.thread_ts == posted.ts
    assert "Nobody reads this" not in card.said()


@pytest.mark.parametrize("code", ["expired_trigger_id", "exchanged_trigger_id"])
async def test_7_a_spent_trigger_gives_a_button_that_opens_the_form(
    house: House, code: str
) -> None:
    draft = await house.with_app()
    house.slack.script("views.open", Fault.error(code))
    await house.ann.click(draft, names.DISTRIBUTE)
    late = await house.whisper_to("Ann", "Press the button to open it again")

    await house.ann.click(late, names.DISTRIBUTE)

    await house.view_of("Ann", "Distribute")


async def test_8_a_fourth_form_on_the_pile_is_explained(house: House) -> None:
    draft = await house.with_app()
    await house.ann.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")
    house.slack.script("views.push", Fault.error("push_limit_reached"))

    await house.ann.click(form, names.PREVIEW)

    await house.dm_to("Ann", "no room for another form")


async def test_11_a_reply_whose_thread_is_gone_goes_to_the_channel(house: House) -> None:
    house.slack.script("chat.postMessage", Fault.error("thread_not_found"))

    await house.cid.post(BUILDS, files=[house.samples.ipa])

    assert (await house.card_saying("New app")).thread_ts is None


async def test_27_a_missing_scope_is_named_with_what_to_do(house: House) -> None:
    draft = await house.with_app()
    house.slack.state.app.scopes -= {"users:read"}
    eve = house.workspace.add_person("Eve")
    await eve.join(BUILDS)

    await eve.click(draft, names.DISTRIBUTE)

    await house.whisper_to("Eve", "lacks the scope")
    assert house.running.workspace.standing.scopes == {"users:read"}


async def test_28_an_uninstalled_app_stops(house: House) -> None:
    house.slack.uninstall()
    await house.settled()

    assert "uninstalled" in str(house.running.workspace.standing.trouble)


async def test_28_revoked_tokens_stop_the_work(house: House) -> None:
    house.slack.revoke_tokens()
    await house.settled()

    assert "revoked" in str(house.running.workspace.standing.trouble)


async def test_29_a_socket_that_is_refreshed_or_dropped_comes_back(house: House) -> None:
    await house.slack.sockets.disconnect("refresh_requested")
    await house.cid.post(BUILDS, files=[house.samples.ipa])
    await house.card_saying("New app")

    house.slack.sockets.drop()
    await house.workspace.eventually(lambda: not house.slack.sockets.connections)
    await house.slack.connected(within=30)
    await house.cid.post(BUILDS, files=[house.samples.apk])

    await house.card_saying("Android", within=30)


@pytest.mark.slow
async def test_29_a_socket_that_says_nothing_any_more_is_noticed_and_opened_anew(
    house: House,
) -> None:
    silent = list(house.slack.sockets.connections)
    house.slack.sockets.stall()

    await house.workspace.eventually(
        lambda: [c for c in house.slack.sockets.connections if c not in silent], timeout=20
    )


async def test_29_a_connection_that_is_to_be_replaced_still_brings_clicks(house: House) -> None:
    await house.with_app()
    old = list(house.slack.sockets.connections)
    await house.slack.sockets.disconnect("refresh_requested")

    await house.ann.command(BUILDS, names.COMMAND, "list")

    await house.whisper_to("Ann", "Harbour")
    await house.workspace.eventually(
        lambda: [c for c in house.slack.sockets.connections if c not in old]
    )


async def test_a12_what_was_posted_while_the_socket_was_closed_is_found_at_once(
    house: House,
) -> None:
    await house.with_app()
    house.slack.delivery.hold()
    house.slack.sockets.drop()
    await house.cid.post(BUILDS, "Lost", files=[house.samples.newer_ipa])
    assert house.slack.delivery.forget_held() > 0

    await house.card_saying("Compared with 2.4.0 (241)")


@pytest.mark.parametrize("method", ["chat.postMessage", "files.info", "conversations.open"])
async def test_a9_one_odd_word_about_the_token_costs_nothing(house: House, method: str) -> None:
    house.slack.script(method, Fault.error("invalid_auth"))
    await house.group("QA", "Bob")

    await house.with_app()
    await house.ann.command(BUILDS, names.COMMAND, "distribute harbour to QA")

    await house.dm_to("Bob", "ready for you")
    assert house.running.workspace.standing.well


async def test_a9_builds_posted_while_the_token_is_refused_arrive_when_it_is_mended(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FIRST_PAUSE", 0.1)
    house.slack.state.app.token_error = "invalid_auth"
    await house.cid.post(BUILDS, "Meanwhile", files=[house.samples.ipa])
    await house.workspace.eventually(lambda: not house.running.workspace.standing.well)
    house.slack.state.app.token_error = None

    await house.card_saying("New app")
    assert house.running.workspace.standing.complaint == ""


async def test_a9_a_greeting_that_fails_is_made_up_for(house: House) -> None:
    house.slack.script("chat.postMessage", Fault.server_error(), times=float("inf"), seconds=2)

    await house.cid.post(BUILDS, files=[house.samples.ipa])

    await house.card_saying("New app")
    assert len(house.workspace.by_bot(BUILDS)) == 1


async def test_29_files_whose_events_were_lost_are_found(house: House) -> None:
    await house.with_app()
    house.slack.delivery.hold()
    posted = await house.cid.post(BUILDS, "Lost", files=[house.samples.newer_ipa])
    assert house.slack.delivery.forget_held() > 0

    looked = await missed(house)

    card = await house.card_saying("Compared with 2.4.0 (241)")
    assert looked >= 1
    assert card.thread_ts == posted.ts


async def test_29_a_new_installation_does_not_take_in_what_was_there_before(house: House) -> None:
    house.slack.delivery.hold()
    await house.cid.post(BUILDS, "Old", files=[house.samples.ipa])
    house.slack.delivery.forget_held()

    assert await missed(house) == 0
    assert house.workspace.by_bot(BUILDS) == []


async def missed(house: House) -> int:
    return await make_missed(house.running.ground, house.running.workspace, house.running.house)()


async def test_31_an_event_that_nobody_knows_is_answered(house: House) -> None:
    house.slack.state.tell_app({"type": "emoji_changed", "subtype": "add", "event_ts": "1.1"})
    house.slack.delivery.retry_delays = ()
    await house.settled()

    assert [d.outcomes for d in house.slack.delivery.deliveries] in ([], [["ok"]])


async def test_32_a_button_of_an_earlier_version_says_so_and_redraws_the_card(
    house: House,
) -> None:
    draft = await house.with_app()

    for action in (
        {"action_id": "an_action_of_long_ago", "value": "1:x"},
        {"action_id": names.DISTRIBUTE, "value": "0:old"},
        {"action_id": names.DISTRIBUTE_USUAL, "value": "1:only-one-part"},
        {"action_id": names.DISMISS},
    ):
        before = len(house.workspace.ephemerals("Ann"))
        await house.ann.forge(draft, action)
        await house.workspace.eventually(
            lambda before=before: len(house.workspace.ephemerals("Ann")) > before  # type: ignore[misc] # bound now
        )
        assert "from an earlier version" in house.workspace.ephemerals("Ann")[-1].said()


async def test_33_forged_ids_lead_nowhere(house: House) -> None:
    draft = await house.with_app()
    other = "0" * 32
    for action_id, value in (
        (names.DISTRIBUTE, f"1:{other}"),
        (names.DISMISS, f"1:{other}"),
        (names.DISTRIBUTE_USUAL, f"1:{other}:1:{other}"),
        (names.CREATE_APP, f"1:{other}"),
    ):
        before = len(house.workspace.ephemerals("Ann"))
        await house.ann.forge(draft, {"action_id": action_id, "value": value})
        await house.workspace.eventually(
            lambda before=before: len(house.workspace.ephemerals("Ann")) > before  # type: ignore[misc] # bound now
        )
        assert "There is no such" in house.workspace.ephemerals("Ann")[-1].said()


async def test_33_a_forged_button_does_not_help_who_may_not(house: House) -> None:
    draft = await house.with_app()
    release = (await house.running.house.releases.lists.apps())[0].latest
    assert release is not None

    await house.bob.forge(draft, {"action_id": names.DISMISS, "value": f"1:{release.release_id}"})

    await house.whisper_to("Bob", "You may not dismiss drafts")
    assert "*Draft*" in (house.workspace.current(draft) or draft).said()


@pytest.mark.slow
async def test_34_more_than_a_hundred_groups_are_found_by_typing(house: House) -> None:
    for n in range(105):
        await house.group(f"Team {n:03}")
    draft = await house.with_app()
    await house.ann.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")

    everything = await house.ann.suggest(form, names.GROUPS, "")
    found = await house.ann.suggest(form, names.GROUPS, "team 10")

    assert len(everything) == 100
    assert [option["text"]["text"] for option in found] == [f"Team {n}" for n in range(100, 105)]


async def test_35_a_dead_response_url_is_followed_by_an_ephemeral_message(house: House) -> None:
    draft = await house.with_app()
    house.slack.script("response_url", Fault.error("expired_url"), times=2)

    await house.bob.click(draft, names.DISTRIBUTE)

    await house.whisper_to("Bob", "You may not distribute releases")
    assert house.slack.calls_of("chat.postEphemeral")
