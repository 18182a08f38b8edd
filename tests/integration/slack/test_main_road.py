"""From a file in a channel to a phone, as people see it in Slack."""

from bot.slack import names
from tests.integration.slack.house import BUILDS, QA, House


async def test_a_build_dropped_in_a_channel_becomes_a_release_for_a_tester(either: House) -> None:
    group = await either.group("QA", "Bob", channel=QA)
    await either.with_app()
    draft = await either.card_saying("Draft")

    await either.ann.click(draft, names.DISTRIBUTE)
    form = await either.view_of("Ann", "Distribute")
    asked = await either.ann.submit(form, {names.GROUPS: ["QA"]})
    assert asked.action == "update", asked
    confirmation = await either.view_of("Ann", "Please confirm")
    done = await either.ann.submit(confirmation)
    assert done.action == "clear", done

    announcement = await either.card_saying("*Live*", QA)
    told = await either.dm_to("Bob", "ready for you")
    live = await either.card_saying("1/1 reached", BUILDS)
    assert "*First* build" in announcement.said() or "First" in announcement.said()
    assert "/i/" in str(told.blocks)
    assert live.ts == draft.ts
    assert group.name in live.said()
