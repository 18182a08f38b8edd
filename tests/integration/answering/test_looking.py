"""`list`, `show`, `apps` and `testers`: before there is anything, for managers and for guests."""

import pytest
import pytest_asyncio

from bot.slack.kit import names
from tests.integration.answering.asking import Asking, at_rest, words_of
from tests.integration.slack.house import BUILDS, QA, House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("full", "rested")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty(shared: House) -> dict[str, str]:
    """Return what is answered in a house that has nothing yet, by what Ann typed."""
    asking = Asking(shared)
    typed = ("list", "apps", "testers", "list harbour", "show harbour", "distribute harbour")
    return {text: await asking.said("Ann", text) for text in typed}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def full(shared: House, empty: dict[str, str]) -> House:
    """Lend the house with release 1 given to Dee, a guest, and release 2 a draft."""
    assert empty
    await shared.group("QA", "Dee", channel=QA)
    await shared.with_app()
    told = await Asking(shared).ask("Ann", "distribute harbour to QA")
    assert "goes to" in told.said()
    await shared.dm_to("Dee", "ready for you")
    await shared.card_saying("1/1 reached")
    await shared.cid.post(BUILDS, "- `faster` & *better*", files=[shared.samples.newer_ipa])
    await shared.card_saying("Compared with")
    await at_rest(shared)
    return shared


@pytest.mark.parametrize("typed", ["list", "apps"])
async def test_without_an_app_the_way_to_the_first_one_is_told(
    empty: dict[str, str], typed: str
) -> None:
    assert "There is no app yet. Post an `.ipa` or `.apk`" in empty[typed]


@pytest.mark.parametrize("typed", ["list harbour", "show harbour", "distribute harbour"])
async def test_an_app_asked_for_before_there_is_one_is_answered_likewise(
    empty: dict[str, str], typed: str
) -> None:
    assert "There is no app yet." in empty[typed]


async def test_without_a_tester_the_way_to_the_first_one_is_told(empty: dict[str, str]) -> None:
    assert "There is no tester yet" in empty["testers"]
    assert "`/release groups add QA @somebody`" in empty["testers"]


async def test_list_has_every_release_newest_first_with_state_and_reach(
    full: House, asking: Asking
) -> None:
    said = await asking.said("Ann", "list")

    assert full.slack.violations == []
    assert said.index("release 2 · :memo: Draft") < said.index("release 1 · :rocket: Live")
    assert "1 of 1 person reached" in said


async def test_list_of_an_app_points_to_one_release_in_full(asking: Asking) -> None:
    said = await asking.said("Ann", "list HARBOUR")

    assert "`/release show harbour 2`" in said


async def test_apps_names_each_app_with_its_newest_release(asking: Asking) -> None:
    said = await asking.said("Ann", "apps")

    assert "`harbour` *Harbour* · iOS" in said
    assert "newest 2.5.0 (250), :memo: Draft" in said


async def test_testers_has_everybody_with_their_groups(full: House, asking: Asking) -> None:
    dee = full.workspace.person("Dee").mention

    assert f"{dee} · QA" in await asking.said("Ann", "testers")


@pytest.mark.parametrize("typed", ["show harbour", "show harbour 2.5.0", "show harbour 2"])
async def test_show_finds_a_release_by_app_version_or_number(asking: Asking, typed: str) -> None:
    said = await asking.said("Ann", typed)

    assert "Harbour 2.5.0 (250)" in said
    assert "Release 2 · :memo: Draft: nobody has it yet." in said
    assert "`faster` &amp; *better*" in said


async def test_show_of_what_went_out_says_who_sent_it_where_and_who_has_it(
    full: House, asking: Asking
) -> None:
    said = await asking.said("Ann", "show harbour v2.4.0")

    assert f"{full.ann.mention} to QA" in said
    assert "1 of 1 person reached." in said
    assert "ad hoc signing, profile until" in said
    assert "iOS 15.0 or later" in said


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("list habour", "There is no app called “habour”. Did you mean `harbour`?"),
        ("show xyz", "There is no app called “xyz”. There are: harbour."),
        ("show harbour 9.9", "Harbour has no release “9.9”. See them all: `/release list harbour`"),
        ("distribute habour", "There is no app called “habour”. Did you mean `harbour`?"),
        ("distribute harbour 9", "Harbour has no release “9”."),
    ],
)
async def test_a_wrong_name_is_answered_with_the_right_ones(
    asking: Asking, typed: str, told: str
) -> None:
    assert told in await asking.said("Ann", typed)


async def test_a_guest_sees_what_they_were_given_and_nothing_else(asking: Asking) -> None:
    listed = await asking.said("Dee", "list")
    apps = await asking.said("Dee", "apps")

    assert "release 1" in listed
    assert "release 2" not in listed
    assert apps == listed


async def test_a_guest_is_not_told_who_else_has_a_release(full: House, asking: Asking) -> None:
    said = await asking.said("Dee", "show harbour 1")

    assert "Harbour 2.4.0 (241)" in said
    assert full.ann.mention not in said
    assert "Distributed" not in said


async def test_a_guest_hears_of_a_draft_as_of_what_is_not_there(asking: Asking) -> None:
    assert "Harbour has no release “2”." in await asking.said("Dee", "show harbour 2")
    assert "Harbour has no release “7”." in await asking.said("Dee", "show harbour 7")


async def test_somebody_without_a_release_hears_nothing_of_the_apps(
    full: House, asking: Asking
) -> None:
    full.workspace.add_person("Gus", is_restricted=True)
    await full.ann.invite(BUILDS, "Gus")

    said = [await asking.said("Gus", text) for text in ("list", "list harbour", "show harbour 2")]

    assert all("You were not given a release yet." in one for one in said)
    assert not any("arbour" in one for one in said)


async def test_c16_whoever_may_not_see_testers_is_told_so(asking: Asking) -> None:
    assert "You may not see testers here" in await asking.said("Dee", "testers")


async def test_show_without_an_app_opens_a_form_that_turns_into_the_release(
    full: House, asking: Asking
) -> None:
    form = await asking.form("Ann", "show", "Show a release")
    found = await full.ann.suggest(form, names.SHOW_RELEASE, "2.5")

    sent = await full.ann.submit(form, {names.SHOW_RELEASE: {names.SHOW_RELEASE: found[0]}})

    assert [option["text"]["text"] for option in found] == ["Harbour 2.5.0 (250)"]
    assert sent.action == "update"
    assert "Release 2 · :memo: Draft" in words_of(await full.view_of("Ann", "Release"))


async def test_the_form_offers_a_guest_only_their_own(full: House, asking: Asking) -> None:
    form = await asking.form("Dee", "show", "Show a release")

    found = await full.workspace.person("Dee").suggest(form, names.SHOW_RELEASE, "")

    assert [option["description"]["text"] for option in found] == ["iOS, release 1, live"]


async def test_a_guest_who_sends_another_release_is_refused_at_the_input(
    full: House, asking: Asking
) -> None:
    offered = await full.ann.suggest(
        await asking.form("Ann", "show", "Show a release"), names.SHOW_RELEASE, "2.5"
    )
    form = await asking.form("Dee", "show", "Show a release")

    sent = await full.workspace.person("Dee").submit(
        form, {names.SHOW_RELEASE: {names.SHOW_RELEASE: offered[0]}}
    )

    assert sent.errors == {names.SHOW_RELEASE: "There is no such release for you."}


async def test_the_form_without_a_choice_stays_open(full: House, asking: Asking) -> None:
    form = await asking.form("Ann", "show", "Show a release")

    sent = await full.ann.submit(form)

    assert sent.is_refused_here
    assert full.workspace.view_of("Ann") is not None
