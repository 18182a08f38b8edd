"""`distribute`: at once when everything is said, with a form when something is left out."""

import pytest
import pytest_asyncio

from bot.slack.features.distribution.typed import deeds as command
from bot.slack.kit import blocks, names
from tests.integration.answering.asking import Asking, at_rest, words_of
from tests.integration.slack.house import BUILDS, QA, House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("given", "rested")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def given(furnished: House) -> House:
    """Lend a house with groups, whose release 1 went to QA by a complete line."""
    house = furnished
    await house.group("QA", "Bob", channel=QA)
    await house.group("Field Testers", "Cid")
    await house.group("Nobody")
    said = await Asking(house).said("Ann", "distribute harbour to QA")
    assert ":mega: *Harbour 2.4.0 (241) for iOS* goes to *1 person*: QA." in said
    assert "Each is told by direct message now." in said
    assert "`/release show harbour 1`" in said
    await at_rest(house)
    return house


async def test_a_complete_line_acts_at_once(given: House) -> None:
    await given.dm_to("Bob", "ready for you")
    await given.card_saying("*Live*", QA)


async def test_a_release_that_everybody_has_is_not_sent_again(given: House, asking: Asking) -> None:
    await given.card_saying("1/1 reached")

    said = await asking.said("Ann", "distribute harbour 1 to QA")

    assert "Everybody in this choice has Harbour 2.4.0 (241) for iOS already, release 1." in said


async def test_names_of_several_words_and_several_groups_need_no_quotes(
    given: House, asking: Asking
) -> None:
    await given.card_saying("1/1 reached")

    said = await asking.said("Ann", "distribute harbour 2.4.0 to field testers, QA silent")

    assert "goes to *1 person*: Field Testers, QA. Nobody is told by message." in said
    assert "1 more have it already." in said
    await given.card_saying("1/2 reached, 1 silently")
    assert not [m for m in given.workspace.dms("Cid") if "ready for you" in m.said()]


@pytest.mark.parametrize("typed", ["distribute harbour to QA mandatory", "distribute harbour to"])
async def test_what_is_mandatory_or_incomplete_is_asked_about(
    given: House, asking: Asking, typed: str
) -> None:
    await given.group(f"Late {len(typed)}", "Dee")
    wanted = typed.replace("QA", f'"Late {len(typed)}"')
    title = "Please confirm" if "mandatory" in typed else "Distribute"

    form = await asking.form("Ann", wanted, title)

    assert "Harbour 2.4.0 (241)" in words_of(form)
    assert ("It is *mandatory*." in words_of(form)) == ("mandatory" in typed)


async def test_what_the_form_confirms_is_carried_out(given: House, asking: Asking) -> None:
    await given.group("Musts", "Dee")
    form = await asking.form("Ann", "distribute harbour to musts mandatory", "Please confirm")

    sent = await given.ann.submit(form)

    assert form.body["submit"]["text"] == "Distribute to 1"
    assert sent.action == "clear"
    told = await given.dm_to("Dee", "ready for you")
    assert ":red_circle: *Mandatory* from" in told.said()


async def test_many_people_are_asked_about_however_complete_the_line(
    given: House, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "WIDE", 1)
    given.workspace.add_person("Flo")
    given.workspace.add_person("Gil")
    await given.group("Many", "Flo", "Gil")

    form = await asking.form("Ann", "distribute harbour to Many", "Please confirm")

    assert "goes to *2 people*: Many." in words_of(form)


async def test_without_a_word_behind_it_a_form_asks_for_the_release(
    given: House, asking: Asking
) -> None:
    form = await asking.form("Ann", "distribute", "Distribute a build")
    found = await given.ann.suggest(form, names.RELEASE, "harb")

    await given.ann.submit(form, {names.RELEASE: {names.RELEASE: found[0]}})

    assert "Harbour 2.4.0 (241)" in words_of(await given.view_of("Ann", "Distribute"))


async def test_single_people_are_named_with_an_at_sign(given: House, asking: Asking) -> None:
    hal = given.workspace.add_person("Hal")

    said = await asking.said("Ann", f"distribute harbour to {hal.mention}")

    assert "goes to *1 person*: 1 person chosen by name." in said
    await given.dm_to("Hal", "ready for you")


async def test_c20_more_groups_than_a_form_holds_are_refused_with_the_reason(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "OPTIONS", 1)

    said = await asking.said("Ann", "distribute harbour to QA, Nobody")

    assert "These are 2 groups, and a form holds 1." in said


async def test_a_channel_stands_for_the_groups_it_is_connected_to(
    given: House, asking: Asking
) -> None:
    given.workspace.add_person("Ida")
    given.workspace.add_channel("beta", "Ann", with_bot=True)
    await given.group("Beta", "Ida", channel="#beta")

    said = await asking.said("Ann", "distribute harbour to #beta")
    none = await asking.said("Ann", "distribute harbour to #general")

    assert "goes to *1 person*: Beta." in said
    assert "No group is connected to this channel" in none


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("distribute harbour to nosuch", "There is no group called “nosuch”. There are: `"),
        ("distribute harbour to QA nosuch", "There is no group called “nosuch”."),
        ("distribute harbour to @qa-team", "`/release groups add QA @qa-team`"),
        ("distribute harbour to @nobody", "Slack does not know `@nobody`."),
        ("distribute harbour to &lt;!channel&gt;", "called “&lt;!channel&gt;”"),
    ],
)
async def test_whom_nobody_knows_is_said_with_what_to_do(
    asking: Asking, typed: str, told: str
) -> None:
    assert told in await asking.said("Ann", typed)


async def test_a_group_without_anybody_is_announced_to_nobody_and_said_so(asking: Asking) -> None:
    said = await asking.said("Ann", "distribute harbour to nobody")

    assert "goes to *0 people*: Nobody. There is nobody to tell yet." in said


async def test_a_dismissed_release_is_not_distributed(given: House, asking: Asking) -> None:
    await given.cid.post(BUILDS, "Next", files=[given.samples.newer_ipa])
    draft = await given.card_saying("Compared with")
    await given.ann.click(draft, names.DISMISS)
    await given.card_saying("*Dismissed*")

    for typed in ("distribute harbour 2", "distribute harbour 2 to QA"):
        assert "Release 2 of Harbour for iOS was dismissed." in await asking.said("Ann", typed)


async def test_who_may_not_distribute_is_told_so_before_anything_else(asking: Asking) -> None:
    for typed in ("distribute", "distribute nosuch", "distribute harbour to QA"):
        assert "You may not distribute releases here" in await asking.said("Bob", typed)
