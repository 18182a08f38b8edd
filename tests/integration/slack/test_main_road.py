"""From a file in a channel to a phone, as people see it in Slack, over both transports."""

from bot.sandbox.slack.acts.speaking import FileDrop
from bot.slack.kit import names
from tests.integration.slack.house import BUILDS, QA, House


async def distribute(house: House, *groups: str) -> None:
    """Let Ann distribute the newest draft through the form."""
    draft = await house.card_saying("*Draft*")
    await house.ann.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")
    asked = await house.ann.submit(form, {names.GROUPS: list(groups)})
    assert asked.action == "push", asked
    done = await house.ann.submit(await house.view_of("Ann", "Please confirm"))
    assert done.action == "clear", done


async def test_a_build_dropped_in_a_channel_becomes_a_release_for_a_tester(either: House) -> None:
    await either.group("QA", "Bob", channel=QA)
    draft = await either.with_app()

    await distribute(either, "QA")

    announcement = await either.card_saying("*Live*", QA)
    told = await either.dm_to("Bob", "ready for you")
    live = await either.card_saying("1/1 reached", BUILDS)
    assert "First *build*" in announcement.said()
    assert "/i/" in str(told.blocks)
    assert live.ts == draft.ts
    await either.card_saying("distributed *Harbour 2.4.0 (241) for iOS* to QA", QA)


async def test_the_card_stands_in_the_thread_of_the_file(house: House) -> None:
    posted = await house.cid.post(BUILDS, "Look", files=[house.samples.ipa])

    card = await house.card_saying("New app")

    assert card.thread_ts == posted.ts
    assert len(house.workspace.by_bot(BUILDS)) == 1


async def test_what_is_no_build_stays_without_a_word(house: House) -> None:
    await house.cid.post(
        BUILDS,
        "Look",
        files=[
            FileDrop(name="cat.png", content=b"\x89PNG" + b"x" * 500),
            FileDrop(name="notes.zip", content=b"nothing that could be a package" * 30),
            FileDrop(name="readme.txt", content=b"hello"),
        ],
    )
    await house.settled()
    await house.cid.post(BUILDS, "Now a build", files=[house.samples.apk])
    await house.card_saying("New app")

    assert len(house.workspace.by_bot(BUILDS)) == 1


async def test_a_broken_build_is_refused_with_its_reason_in_the_thread(either: House) -> None:
    posted = await either.cid.post(BUILDS, files=[either.samples.broken])

    refused = await either.card_saying("was not taken in")

    assert refused.thread_ts == posted.ts


async def test_several_files_of_one_message_each_have_their_card(house: House) -> None:
    files = [house.samples.ipa, house.samples.apk, house.samples.broken]
    posted = await house.cid.post(BUILDS, "All of them", files=files)

    await house.card_saying("Android")
    await house.card_saying("was not taken in")
    await house.card_saying("ad hoc signing")

    cards = house.workspace.by_bot(BUILDS)
    assert len(cards) == 3
    assert {card.thread_ts for card in cards} == {posted.ts}


async def test_a_file_shared_in_two_channels_has_a_card_in_each_and_is_one_release(
    house: House,
) -> None:
    house.workspace.add_channel("ios", "Ann", "Cid", with_bot=True)
    await house.with_app()
    first = house.workspace.messages(BUILDS)[0]
    await house.cid.share(first.files[0], "#ios", "Here, too")

    here = await house.card_saying("*Draft*", "#ios")

    assert "release 1" in here.said()
    assert "release 1" in (await house.card_saying("*Draft*", BUILDS)).said()


async def test_the_same_bytes_again_name_the_release_they_already_are(house: House) -> None:
    await house.with_app()
    await house.cid.post(BUILDS, "Again", files=[house.samples.ipa])

    again = await house.card_saying("already here as release 1")

    assert "*Draft*" in again.said()


async def test_a_newer_build_says_what_changed_and_supersedes_the_older(house: House) -> None:
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    first = await house.card_saying("*Live*", QA)
    await house.cid.post(BUILDS, "- faster\n- better", files=[house.samples.newer_ipa])

    draft = await house.card_saying("Compared with 2.4.0 (241)")
    assert "Version 2.4.0 became 2.5.0." in draft.said()
    await house.ann.click(draft, names.DISTRIBUTE_USUAL)

    await house.card_saying("*Live* · release 2", QA)
    await house.workspace.eventually(
        lambda: "superseded by 2.5.0 (250)" in (house.workspace.current(first) or first).said()
    )


async def test_one_click_gives_the_release_to_the_usual_group(either: House) -> None:
    await either.group("QA", "Bob", channel=QA)
    await either.with_app()
    await distribute(either, "QA")
    await either.dm_to("Bob", "2.4.0 (241)")
    await either.cid.post(BUILDS, "Next", files=[either.samples.newer_ipa])
    draft = await either.card_saying("Compared with")
    usual = next(
        element
        for block in draft.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == names.DISTRIBUTE_USUAL
    )

    await either.ann.click(draft, names.DISTRIBUTE_USUAL)

    assert usual["confirm"]["title"]["text"] == "Distribute to QA?"
    await either.dm_to("Bob", "2.5.0 (250)")


async def test_a_draft_is_dismissed_and_taken_back(either: House) -> None:
    draft = await either.with_app()

    await either.ann.click(draft, names.DISMISS)
    dismissed = await either.card_saying("*Dismissed*")
    await either.ann.click(dismissed, names.RESTORE)
    again = await either.card_saying("*Draft*")

    assert draft.ts == dismissed.ts == again.ts


async def test_c20_a_second_dismiss_says_what_the_card_says(house: House) -> None:
    draft = await house.with_app()

    await house.ann.click(draft, names.DISMISS)
    await house.card_saying("*Dismissed*")
    await house.ann.click(draft, names.DISMISS)

    await house.whisper_to("Ann", "Release 1 is dismissed already.")


async def test_a_build_can_be_sent_by_direct_message(house: House) -> None:
    await house.cid.dm("Between us", files=[house.samples.ipa])

    card = await house.dm_to("Cid", "New app")

    assert card.thread_ts is not None


async def test_the_notes_are_previewed_as_people_will_read_them(either: House) -> None:
    draft = await either.with_app()
    await either.ann.click(draft, names.DISTRIBUTE)
    form = await either.view_of("Ann", "Distribute")

    await either.ann.click(form, names.PREVIEW)

    shown = await either.view_of("Ann", "Preview")
    assert "First *build*" in str(shown.blocks)


async def test_c2_what_is_typed_with_a_build_is_shown_as_slack_showed_it(either: House) -> None:
    channel = either.workspace.channel(QA)
    typed = (
        f"*New* _soft_ ~gone~ `x*y` {either.bob.mention} <#{channel.id}> :tada:\n"
        "• <https://a.example/x|the log>\n&gt; 1 &lt; 2"
    )

    await either.cid.post(BUILDS, typed, files=[either.samples.ipa])

    card = await either.card_saying("New app")
    assert (
        f"*Proposed notes*\n*New* _soft_ ~gone~ `x*y` @{either.bob.user.real_name} #qa 🎉\n"
        "• <https://a.example/x|the log>\n> 1 &lt; 2"
    ) in card.said()


async def test_c1_long_notes_travel_whole_from_the_message_to_the_preview(house: House) -> None:
    items = [f"• thing number {i} works again" for i in range(400)]
    await house.with_app()
    await house.cid.edit(house.workspace.messages(BUILDS)[0], "\n".join(items))
    card = await house.card_saying("more lines: `/release show harbour 1`")
    kept = [item for item in items if f"{item}\n" in card.said()]
    await house.ann.click(card, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")

    await house.ann.click(form, names.PREVIEW)

    assert kept == items[: len(kept)]
    assert f"… {400 - len(kept)} more lines" in card.said()
    shown = str((await house.view_of("Ann", "Preview")).blocks)
    assert all(item in shown for item in items)


async def test_the_shortcut_on_a_message_opens_the_form_for_its_build(house: House) -> None:
    card = await house.with_app()
    carrier = house.workspace.messages(BUILDS)[0]

    for message in (carrier, card):
        await house.ann.shortcut(names.DISTRIBUTE_MESSAGE, message)
        form = await house.view_of("Ann", "Distribute")
        assert "Harbour 2.4.0 (241)" in str(form.blocks)
        await house.ann.close(form)


async def test_the_shortcut_on_any_other_message_says_what_to_do(either: House) -> None:
    await either.with_app()
    other = await either.ann.post(BUILDS, "Good morning")

    await either.ann.shortcut(names.DISTRIBUTE_MESSAGE, other)

    await either.whisper_to("Ann", "There is no build on this message")


async def test_the_global_shortcut_lets_one_pick_a_release(either: House) -> None:
    await either.with_app()
    await either.ann.shortcut(names.DISTRIBUTE_GLOBAL)
    picking = await either.view_of("Ann", "Distribute a build")

    picked = await either.ann.submit(picking, {names.RELEASE: "Harbour 2.4.0 (241)"})

    assert picked.action == "update"
    assert "Harbour 2.4.0 (241)" in str((await either.view_of("Ann", "Distribute")).blocks)


async def test_c18_a_release_given_silently_is_told_of_by_a_click(house: House) -> None:
    draft = await house.with_app()
    await house.ann.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")
    await house.ann.submit(form, {names.PEOPLE: [house.bob.id], names.OPTIONS: []})
    confirmation = await house.view_of("Ann", "Please confirm")
    done = await house.ann.submit(confirmation)

    card = await house.card_saying("silent: nobody of 1 was told")
    assert "Nobody is told by message" in str(confirmation.blocks)
    assert done.action == "clear"
    assert [m for m in house.workspace.dms("Bob") if m.is_bot] == []
    await house.ann.click(card, names.TELL_NOW)
    await house.dm_to("Bob", "ready for you")
    await house.card_saying("1/1 reached")
