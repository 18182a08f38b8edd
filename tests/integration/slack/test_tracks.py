"""Tracks of one program, made by a line and chosen by a channel or on the card."""

from bot.slack.kit import names
from tests.integration.answering.asking import Asking, at_rest
from tests.integration.slack.house import QA, House
from tests.integration.slack.links import path_in, text_of
from tests.integration.slack.test_main_road import distribute


async def test_staging_and_production_are_two_tracks_of_one_program(either: House) -> None:
    asking = Asking(either)
    await either.group("QA", "Bob", channel=QA)
    either.workspace.add_channel("staging", "Ann", "Cid", with_bot=True)
    await either.with_app()
    empty = await asking.said("Ann", "tracks")
    channel = f"<#{either.workspace.channel('#staging').id}|staging>"

    made = await asking.said("Ann", f"tracks add harbour harbour-staging {channel}")
    await distribute(either, "QA")
    await either.cid.post("#staging", "Staging", files=[either.samples.newer_ipa])
    draft = await either.card_saying("release 1", "#staging")
    await either.ann.click(draft, names.DISTRIBUTE)
    form = await either.view_of("Ann", "Distribute")
    await either.ann.submit(form, {names.GROUPS: ["QA"]})
    await either.ann.submit(await either.view_of("Ann", "Please confirm"))

    told = await either.dm_to("Bob", "*Harbour (harbour-staging) 2.5.0 (250)* is ready")
    assert "Every app is a program of its own so far." in empty
    assert "is a track beside *Harbour*: builds posted in <#" in made
    assert "are the same program to a phone: installing one replaces the other." in told.said()
    page = await text_of(either, path_in(told))
    assert "are the same program to a phone" in page
    listed = await asking.said("Ann", "tracks")
    assert "*Harbour*: builds that somebody gives to it on the card" in listed
    assert "added" not in await asking.said("Ann", "history harbour-staging")
    await at_rest(either)


async def test_a_draft_is_moved_on_its_card(house: House) -> None:
    await house.with_app()
    await Asking(house).said("Ann", "tracks add harbour beacon Harbour Beta")
    await house.running.house.tellers.show_upload(await _only_upload(house))
    draft = await house.card_saying("*Draft*")

    options = await house.ann.suggest(draft, names.CHOOSE_APP, "beta")
    await house.ann.click(draft, names.CHOOSE_APP, options[0]["text"]["text"])

    await house.card_saying("*Harbour Beta 2.4.0 (241)*")
    assert "moved" in await Asking(house).said("Ann", "history harbour 1")


#: What is said to what was not meant.
SENTENCES = {
    "tracks ad harbour staging": "Did you mean `/release tracks add`?",
    "tracks add": "Say of which app, and what the new one is called",
    "tracks add harbor staging": "Did you mean `harbour`?",
    "tracks add harbour harbour": "There is already an app called harbour.",
    "tracks route harbour": "Say which track, and a channel or a pattern",
    "tracks route harbour *": "A star alone would take every build.",
    "tracks unroute harbour *x*": "Harbour has no such rule.",
}


async def test_what_was_not_meant_is_said(house: House) -> None:
    await house.with_app()
    for typed, said in SENTENCES.items():
        assert said in await Asking(house).said("Ann", typed), typed
    assert "You may not create apps here" in await Asking(house).said("Bob", "tracks")
    assert "called `*-rc*`" in await Asking(house).said("Ann", "tracks route harbour *-rc*")


async def _only_upload(house: House) -> str:
    card = house.card()
    value = next(
        element["value"]
        for block in card.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == names.DISTRIBUTE
    )
    release_id = str(value).partition(":")[2].partition(":")[0]
    (upload_id,) = await house.running.house.releases.cards.uploads_of(release_id)
    return upload_id
