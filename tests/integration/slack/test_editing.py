"""Notes, tags and status of a release that is out, as people change them in Slack."""

import asyncio

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.messages import Message
from bot.slack.features.editing.notes import deeds as notes
from bot.slack.features.editing.tags import deeds as tags
from bot.slack.kit import names
from bot.slack.kit.grammar import Mention, MentionKind
from tests.integration.answering.asking import Asking, button, words_of
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import link_of, status, text_of
from tests.integration.slack.test_recall import sent


async def showing(house: House, message: Message, words: str) -> Message:
    """Wait until a message says something; return it as it is then."""

    def look() -> Message | None:
        found = house.workspace.current(message)
        return found if found is not None and words in found.said() else None

    found = await house.workspace.eventually(look, 45)
    assert found is not None
    return found


async def test_new_notes_reach_everything_and_nobody_is_told_again(either: House) -> None:
    announced = await sent(either, "Bob", "Dee")
    told = await either.dm_to("Bob", "ready for you")
    link = await link_of(either, "Bob")
    asking = Asking(either)

    said = await asking.said("Ann", "notes harbour 2.4.0 (241) Fixes the *login*\n- and <b> & more")

    assert "The notes of *Harbour 2.4.0 (241) for iOS* are changed." in said
    await showing(either, announced, "and &lt;b&gt; &amp; more")
    await showing(either, told, "and &lt;b&gt; &amp; more")
    await either.card_saying("and &lt;b&gt; &amp; more", BUILDS)
    log = await either.card_saying(
        "changed the notes of *Harbour 2.4.0 (241) for iOS*: 2 lines new and 1 line gone.", QA
    )
    assert log.thread_ts == announced.ts
    await either.card_saying("changed the notes", BUILDS)
    assert "<em>login</em>" in await text_of(either, link)
    await either.settled()
    for person in ("Bob", "Dee"):
        assert len([m for m in either.workspace.dms(person) if m.is_bot]) == 1
    assert "changed the notes of *Harbour" in await asking.said("Ann", "history harbour")


async def test_notes_are_edited_in_a_form_that_loses_nothing(house: House) -> None:
    announced = await sent(house, "Bob")
    card = await house.card_saying("1/1 reached")
    menu = next(
        element
        for block in card.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == names.MORE
    )
    labels = [option["text"]["text"] for option in menu["options"]]
    await house.ann.click(card, names.MORE, "Edit notes…")
    form = await house.view_of("Ann", "Edit notes")
    await Asking(house).said("Ann", "notes harbour 1 Somebody was faster")

    late = await house.ann.submit(form, {names.NOTES_TEXT: {names.NOTES_TEXT: "Mine"}})
    again = await Asking(house).form("Ann", "notes harbour", "Edit notes")
    saved = await house.ann.submit(again, {names.NOTES_TEXT: {names.NOTES_TEXT: "**Mine**"}})
    same = await Asking(house).said("Ann", "notes harbour 1 **Mine**")

    assert labels == ["Edit notes…", "Tags…", "Disable…"]
    assert "1 person may install it." in words_of(form)
    assert "changed release 1 meanwhile. Copy what you wrote" in late.errors[names.NOTES_TEXT]
    assert saved.action == "update", saved
    await showing(house, announced, "*Mine*")
    assert "These are the notes of release 1 already." in same


@pytest.mark.slow
async def test_notes_without_a_version_ask_first_and_long_ones_lead_to_the_page(
    house: House,
) -> None:
    await sent(house, "Bob")
    asking = Asking(house)

    offered = await asking.form("Ann", "notes harbour Fixes the login", "Edit notes")
    picked = await asking.form("Ann", "notes", "Edit notes")
    options = await house.ann.suggest(picked, names.NOTES_RELEASE, "2.4")
    await house.ann.submit(picked, {names.NOTES_RELEASE: options[0]["text"]["text"]})
    chosen = await house.view_of("Ann", "Edit notes")
    await house.running.house.releases.rewording.change(
        (await house.running.house.releases.lists.find("harbour"))[1].release_id,  # type: ignore[union-attr]
        "word " * 800,
        house.manager,
    )
    long = await asking.form("Ann", "notes harbour 1", "Edit notes")

    assert "'initial_value': 'Fixes the login'" in str(offered.blocks)
    assert "'initial_value': 'First" in str(chosen.blocks)
    assert "longer than Slack's form can hold" in words_of(long)
    assert "/n/" in button(long, "Edit on a page")["url"]
    assert names.NOTES_TEXT not in str(long.blocks)


#: What is said to what was not meant, before anything was sent.
SENTENCES = {
    "notes harbor 2.4.0 x": "Did you mean `harbour`?",
    "notes harbour 9.9 x": "Harbour has no release “9.9”.",
    "tag harbor 1 beta": "Did you mean `harbour`?",
    "tag harbour 9 beta": "Harbour has no release “9”.",
    "tag harbour": "Say which release: `/release tag harbour 2.4.0 beta, rc1`",
    "tag harbour 1 ä": "“ä” is no tag",
    "untag harbour 1 beta": "Nothing changes: release 1 is not tagged.",
    "list tag:beta": "Nothing is tagged yet.",
    "list tag:a tag:b": "One tag at a time",
    "disable harbor 1": "Did you mean `harbour`?",
    "disable harbour 9": "Harbour has no release “9”.",
    "disable": "Say which release: `/release disable harbour 2.4.0`",
    "enable harbour 1": "Release 1 is enabled.",
}


async def test_what_was_not_meant_is_said_and_only_managers_may(house: House) -> None:
    await house.with_app()
    asking = Asking(house)

    for typed, said in SENTENCES.items():
        assert said in await asking.said("Ann", typed), typed
    for typed in ("notes harbour 1 x", "tag harbour 1 x", "untag harbour 1 x"):
        assert "You may not change the notes and tags" in await asking.said("Bob", typed), typed
    for typed in ("disable harbour 1", "enable harbour 1"):
        assert "You may not disable or enable" in await asking.said("Bob", typed), typed


async def test_releases_are_tagged_and_found_by_it(either: House) -> None:
    announced = await sent(either, "Bob")
    asking = Asking(either)

    tagged = await asking.said("Ann", "tag harbour 2.4.0 Beta, rc1")
    twice = await asking.said("Ann", "tag harbour 1 beta")

    assert "is tagged :label: `beta`, `rc1`" in tagged
    assert "Nothing changes: release 1 is tagged beta, rc1." in twice
    await showing(either, announced, ":label: `beta`, `rc1`")
    await either.card_saying("tagged *Harbour 2.4.0 (241) for iOS* :label: `beta`, `rc1`", QA)
    assert "Harbour* 2.4.0" in await asking.said("Ann", "list harbour tag:BETA")
    assert "Harbour* 2.4.0" in await asking.said("Bob", "list tag:rc1")
    assert "You were given nothing that is tagged “rc1”" in await asking.said("Dee", "list tag:rc1")
    assert "Did you mean `tag:beta`?" in await asking.said("Ann", "list tag:bet")
    assert ":label: `beta`, `rc1`" in await asking.said("Ann", "show harbour 1")
    form = await asking.form("Ann", "tag harbour 1", "Tags")
    done = await either.ann.submit(form, {names.TAGS_TEXT: {names.TAGS_TEXT: "gold,beta"}})
    assert done.action == "update", done
    await showing(either, announced, ":label: `beta`, `gold`")
    assert "is tagged :label: `gold`" in await asking.said("Ann", "untag harbour 1 beta rc1")
    assert "Nothing is tagged “beta”" in await asking.said("Ann", "list harbour tag:beta")
    bad = await either.ann.submit(
        await asking.form("Ann", "tag harbour 1", "Tags"),
        {names.TAGS_TEXT: {names.TAGS_TEXT: "ä"}},
    )
    assert "is no tag" in bad.errors[names.TAGS_TEXT]


async def test_a_release_is_disabled_and_comes_back_by_a_click(either: House) -> None:
    announced = await sent(either, "Bob")
    told = await either.dm_to("Bob", "ready for you")
    link = await link_of(either, "Bob")
    asking = Asking(either)

    answer = await asking.ask("Ann", "disable harbour 2.4.0 because the <server> is down")

    assert "is disabled: its links lead nowhere" in answer.said()
    assert await status(either, link) == 404
    assert await text_of(either, link) == await text_of(either, f"/i/{'x' * 22}")
    why = "*Disabled* by <@"
    stopped = await showing(either, announced, why)
    assert "the &lt;server&gt; is down" in stopped.said()
    assert "Get my link" not in stopped.said()
    await showing(either, told, "is disabled: nobody can install it until it is enabled again.")
    await either.card_saying(
        "disabled *Harbour 2.4.0 (241) for iOS*: the &lt;server&gt; is down", QA
    )
    assert "disabled release 1 already, on" in await asking.said("Ann", "disable harbour 1")
    assert "Press *Enable* on its card first." in await asking.said(
        "Ann", "distribute harbour 1 to QA"
    )
    assert "Nothing" not in await asking.said("Ann", "list harbour")
    assert ":lock: Disabled" in await asking.said("Ann", "list harbour")
    assert len([m for m in either.workspace.dms("Bob") if m.is_bot]) == 1

    await either.ann.click(answer, names.ENABLE)

    await either.whisper_to("Ann", "is enabled again. The links that people have work as before.")
    assert await status(either, link) == 200
    await showing(either, told, "is ready for you")
    assert "Get my link" in (await showing(either, announced, "*Live*")).said()
    await either.card_saying("enabled *Harbour 2.4.0 (241) for iOS* again", QA)
    await either.settled()
    assert len([m for m in either.workspace.dms("Bob") if m.is_bot]) == 1


@pytest.mark.slow
async def test_whoever_joins_or_asks_meanwhile_gets_no_link(house: House) -> None:
    announced = await sent(house, "Bob")
    card = await house.card_saying("1/1 reached")
    await house.ann.click(card, names.MORE, "Disable…")
    form = await house.view_of("Ann", "Disable a release")
    await Asking(house).said("Ann", "disable harbour 1")
    late = await house.ann.submit(form)
    assert "already, on" in late.errors[names.DISABLE_BECAUSE]
    disabled = await house.card_saying("*Disabled* by")
    await showing(house, announced, "*Disabled*")

    await house.bob.click(announced, names.OWN_LINK)
    await house.whisper_to("Bob", "is disabled: nobody can install it")
    await Asking(house).said("Ann", "groups add QA @Dee")
    await house.settled()
    assert not [m for m in house.workspace.dms("Dee") if "Harbour" in m.said()]

    await house.ann.click(disabled, names.ENABLE)

    await house.dm_to("Dee", "ready for you")


@pytest.mark.slow
async def test_two_who_disable_at_once_and_a_click_after_the_recall(house: House) -> None:
    await sent(house, "Bob")
    asking = Asking(house)
    await asyncio.gather(
        *(house.ann.command(BUILDS, names.COMMAND, "disable harbour 1 because no") for _ in "ab")
    )
    await house.whisper_to("Ann", "is disabled: its links lead nowhere")
    await house.whisper_to("Ann", "disabled release 1 already, on")
    disabled = await house.card_saying("*Disabled* by")
    form = await asking.form("Ann", "recall harbour 1 because it crashes", "Please confirm")
    await house.ann.submit(form)
    await house.card_saying("*Recalled*")

    await house.ann.click(disabled, names.ENABLE)

    await house.whisper_to("Ann", "Release 1 was recalled, so nobody can install it anyway.")


@pytest.mark.slow
async def test_a_fault_of_slack_in_the_middle_loses_no_edit(house: House) -> None:
    announced = await sent(house, "Bob", "Dee")
    told = [await house.dm_to(person, "ready for you") for person in ("Bob", "Dee")]
    house.slack.script("chat.update", Fault.server_error(503), times=3)
    house.slack.script("chat.postMessage", Fault.lost_answer(), times=2)

    await Asking(house).said("Ann", "notes harbour 1 Newer")

    for message in (announced, *told):
        await showing(house, message, "Newer")
    await house.card_saying("changed the notes", QA)
    await house.settled()
    logs = [m for m in house.workspace.by_bot(QA) if "changed the notes" in m.said()]
    assert len(logs) == 1


def test_lines_are_read_as_they_were_meant() -> None:
    typed = notes.read('notes "my app" 2.4.0 (241) One\n• two <https://x.example/a|x> &lt;b&gt;')

    assert (typed.app, typed.version) == ("my app", "2.4.0 (241)")
    assert typed.text == "One\n• two https://x.example/a <b>"
    assert notes.read("notes harbour").version == ""
    assert notes.read("notes harbour fixes it").whole == "fixes it"
    read = tags.read(
        "tag", ("harbour", "2.4.0", "(241)", "beta", Mention(MentionKind.CHANNEL, "C1", "rc1"))
    )
    assert (read.version, read.tags) == ("2.4.0 (241)", ("beta", "rc1"))
