"""Names and notes of strangers in everything that answers: shown as they are, and never obeyed."""

import pytest
import pytest_asyncio

from bot.slack.kit import names
from tests.blockkit.inertness import acting
from tests.integration.answering.asking import Asking, at_rest, raw_texts, words_of
from tests.integration.slack.house import BUILDS, QA, House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("evil", "rested")]

#: As Slack sends what was typed: & < > escaped.
EVIL = "&lt;!channel&gt; `x` *evilb* _evili_ ~evils~ &amp; &lt;http://e.io|a&gt;"
PLAIN = "<!channel> `x` *evilb* _evili_ ~evils~ & <http://e.io|a>"


#: What answers with the name of the app or the group.
SHOWING = ("list", "show evil", "apps", "groups", f"groups show {EVIL}", "testers")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evil(shared: House) -> House:
    """Lend a house with an app, a group and notes that are named to ring for everybody."""
    asking = Asking(shared)
    # An address in notes becomes a link under its own name, which is wanted.
    notes = "&lt;!channel&gt; &lt;@UEVIL00&gt; [pay](itms-services://evil.example)"
    await shared.cid.post(BUILDS, notes, files=[shared.samples.ipa])
    await shared.ann.click(await shared.card_saying("New app"), names.CREATE_APP)
    form = await shared.view_of("Ann", "Create app")
    values = {
        names.APP_NAME: {names.APP_NAME: "evil"},
        names.APP_DISPLAY_NAME: {names.APP_DISPLAY_NAME: PLAIN},
    }
    done = await shared.ann.submit(form, values)
    assert done.action in {"close", "update"}, done  # A busy machine says so first.
    await shared.card_saying("Draft")
    await asking.said("Ann", f"groups create {EVIL} @bob #qa")
    await asking.said("Ann", f"distribute evil to {EVIL}")
    await shared.dm_to("Bob", "ready for you")
    await shared.card_saying("1/1 reached")
    await at_rest(shared)
    return shared


@pytest.mark.parametrize(
    "typed",
    [
        *("list", "list evil", "show evil", "show evil &lt;!here&gt;", "apps", "testers", "groups"),
        *(f"groups show {EVIL}", f"groups show x{EVIL}", f"groups create {EVIL}", "roles"),
        *(f"groups delete {EVIL}", f"groups connect {EVIL} #general", f"{EVIL}", f"help {EVIL}"),
        *(f"groups rename {EVIL} to y {EVIL}", f"groups rename y {EVIL} to {EVIL}"),
        *(f"distribute {EVIL}", "distribute evil to &lt;!here&gt;", f"distribute evil to {EVIL}"),
        *(f"roles give {EVIL} @bob", f"groups {EVIL}", "groups add &lt;!here&gt;", "show &lt;x"),
    ],
)
async def test_what_is_answered_rings_for_nobody(evil: House, asking: Asking, typed: str) -> None:
    answer = await asking.ask("Ann", typed)

    assert answer.said().strip()
    assert raw_texts(evil) == []


async def test_c12_such_a_name_is_shown_to_the_letter(asking: Asking) -> None:
    shown = {typed: await asking.said("Ann", typed) for typed in SHOWING}

    assert [typed for typed, said in shown.items() if PLAIN not in said] == []


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("groups add {0}", "People of a group"),
        ("groups connect {0}", "Channels of a group"),
        ("groups rename {0}", "Rename a group"),
        ("groups show", "Show a group"),
        ("distribute evil", "Distribute"),
        ("distribute evil to {0} @cid mandatory", "Please confirm"),
        ("show", "Show a release"),
    ],
)
async def test_forms_show_such_names_as_they_are(
    evil: House, asking: Asking, typed: str, title: str
) -> None:
    form = await asking.form("Ann", typed.format(EVIL), title)

    assert acting(form.blocks) == []
    assert raw_texts(evil) == []


async def test_home_and_announcements_ring_for_nobody(evil: House) -> None:
    await evil.ann.open_home()
    await evil.bob.open_home()
    await evil.workspace.eventually(lambda: evil.workspace.home_of("Ann"))
    home = await evil.workspace.eventually(lambda: evil.workspace.home_of("Bob"))

    assert PLAIN in words_of(home)
    assert PLAIN in evil.card(QA).said()
    assert raw_texts(evil) == []


async def test_a_group_of_such_a_name_is_deleted_by_its_button(evil: House, asking: Asking) -> None:
    await asking.said("Ann", f"groups create z {EVIL}")

    await evil.ann.click(await asking.ask("Ann", f"groups delete z {EVIL}"), names.GROUP_DELETE)

    await evil.whisper_to("Ann", "z <!channel>")
    assert raw_texts(evil) == []
