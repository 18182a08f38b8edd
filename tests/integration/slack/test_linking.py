"""Builds that lie elsewhere, as people see them in Slack and on the install page."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.faults import Fault
from bot.slack.features.linking import deeds
from bot.slack.kit import names
from tests.integration.answering.asking import Asking, words_of
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import link_of, status, text_of
from tests.integration.slack.test_editing import showing

HOST = "builds.example.com"
LINK = f"https://{HOST}/harbour/2.6.0.ipa?sig=a%20b&c=1"


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every host whose address is asked for: nothing is fetched from one that is not."""
    asked: list[str] = []
    real: Callable[..., Any] = socket.getaddrinfo

    def noting(host: Any, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - as it is called
        asked.append(str(host))
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", noting)
    return asked


async def test_a_link_is_a_release_like_any_other_but_for_its_file(
    either: House, looked_up: list[str]
) -> None:
    await either.group("QA", "Bob", channel=QA)
    await either.with_app()
    asking = Asking(either)

    said = await asking.said("Ann", f"link harbour 2.6.0 260 <{LINK}> Fixes *it*\n- and more")
    twice = await asking.said("Ann", f"link harbour 2.6.0 (260) {LINK}")

    assert f"*Harbour 2.6.0 (260) for iOS* is a draft, release 2: a link to `{HOST}`." in said
    assert "This very link is release 2 already: :memo: Draft" in twice
    draft = await either.card_saying("*It lies elsewhere*, at")
    assert "Slipway has not seen the file." in draft.said()
    assert "ad hoc" not in draft.said()
    assert "• and more" in draft.said()
    form = await asking.form("Ann", "distribute harbour 2", "Distribute")
    pushed = await either.ann.submit(form, {names.GROUPS: ["QA"]})
    assert pushed.action == "push", pushed
    asked = await either.view_of("Ann", "Please confirm")
    assert "nobody can be told whether it installs" in words_of(asked)
    done = await either.ann.submit(asked)
    assert done.action == "clear", done
    announced = await either.card_saying("*It lies elsewhere*", QA)
    told = await either.dm_to("Bob", "*It lies elsewhere*")
    assert "Open" in str(told.blocks)
    assert "'Install'" not in str(told.blocks)
    page = await text_of(either, path := await link_of(either, "Bob"))
    assert f'href="{LINK.replace("&", "&amp;")}" rel="noopener noreferrer">Open the link' in page
    assert f"The link leads to <strong>{HOST}</strong>." in page
    for behind in ("manifest.plist", "app.ipa", "app.bin"):
        assert await status(either, f"{path}/{behind}") == 404
    shown = await asking.said("Ann", "show harbour 2")
    assert "1 person opened the install page. Who fetched it is not known" in shown
    assert "*Size*\n:link: elsewhere" in shown
    assert ":link:" in await asking.said("Ann", "list harbour")
    recall = await asking.form("Ann", "recall harbour 2 because it crashes", "Please confirm")
    assert f"whoever kept the link to `{HOST}` can still open it" in words_of(recall)
    await either.ann.submit(recall)
    assert await status(either, path) == 404
    await showing(either, announced, "*Recalled* by")
    await either.dm_to("Bob", "was recalled by")
    assert "linked *Harbour" in await asking.said("Ann", "history harbour")
    assert HOST not in looked_up


async def test_what_is_missing_is_asked_for_and_what_is_wrong_is_said_beside_it(
    house: House,
) -> None:
    await house.with_app()
    asking = Asking(house)
    form = await asking.form("Ann", "link harbour", "Link a build")
    filled = {
        names.LINK_APP: {names.LINK_APP: "harbor"},
        names.LINK_VERSION: {names.LINK_VERSION: "2.6.0"},
        names.LINK_BUILD: {names.LINK_BUILD: "260"},
        names.LINK_URL: {names.LINK_URL: "https://127.0.0.1/x"},
    }

    wrong_app = await house.ann.submit(form, filled)
    filled[names.LINK_APP] = {names.LINK_APP: "harbour"}
    wrong_link = await house.ann.submit(form, filled)
    filled[names.LINK_URL] = {names.LINK_URL: LINK}
    filled[names.LINK_BUILD] = {names.LINK_BUILD: "2 6"}
    wrong_build = await house.ann.submit(form, filled)
    filled[names.LINK_BUILD] = {names.LINK_BUILD: "260"}
    done = await house.ann.submit(form, filled)

    assert "'initial_value': 'harbour'" in str(form.blocks)
    assert "Did you mean `harbour`?" in wrong_app.errors[names.LINK_APP]
    assert "inside a network" in wrong_link.errors[names.LINK_URL]
    assert "A build number is one word" in wrong_build.errors[names.LINK_BUILD]
    assert done.action == "update", done
    await house.card_saying("*It lies elsewhere*")


#: What is said to what was not meant.
SENTENCES = {
    f"link harbor 2.6.0 260 {LINK}": "Did you mean `harbour`?",
    "link harbour 2.6.0 260 http://builds.example.com/x.ipa": "begin with https://",
    "link harbour 2.6.0 260 builds.example.com/x.ipa": "begin with https://",
    "link harbour 2.6.0 260 https://ann:secret@a.example/x": "before an @",
    "link harbour 2.6.0 260 https://localhost/x": "inside a network",
    f"link harbour 2.4.0 241 {LINK}": "is here already, as release 1, with its file.",
}


async def test_what_was_not_meant_is_said_and_guests_may_not(house: House) -> None:
    await house.with_app()
    asking = Asking(house)

    for typed, said in SENTENCES.items():
        assert said in await asking.said("Ann", typed), typed
    may_not = await asking.said("Dee", f"link harbour 2.6.0 260 {LINK}")
    await asking.said("Ann", f"link harbour 2.6.0 260 {LINK}")
    other = await asking.said("Ann", "link harbour 2.6.0 260 https://b.example/x")
    await house.ann.click(await house.card_saying("ad hoc"), names.DISMISS)
    await house.card_saying("Dismissed")

    first = await asking.said("Ann", f"link harbour 2.7.0 270 {LINK}")

    assert "You may not bring builds in here" in may_not
    assert f"as release 2, and lies at {HOST}. Give this one another build number." in other
    assert "The first release of Harbour has to be one with its file" in first


async def test_two_at_once_and_slack_failing_make_one_card(house: House) -> None:
    await house.with_app()
    typed = f"link harbour 2.6.0 260 {LINK}"
    house.slack.script(
        "chat.postMessage",
        Fault.lost_answer(),
        times=2,
        when=lambda given: "lies elsewhere" in str(given.get("blocks")),
    )

    await asyncio.gather(*(house.ann.command(BUILDS, names.COMMAND, typed) for _ in "ab"))

    await house.whisper_to("Ann", "is a draft, release 2")
    await house.whisper_to("Ann", "is release 2 already")
    await house.card_saying("*It lies elsewhere*")
    await house.settled()
    assert len([m for m in house.workspace.by_bot(BUILDS) if "lies elsewhere" in m.said()]) == 1


def test_a_line_is_read_as_it_was_meant() -> None:
    wish = deeds.read(f"link harbour 2.6.0 (260) <{LINK}|x> One\ntwo")

    assert (wish.app, wish.version, wish.build, wish.link) == ("harbour", "2.6.0", "260", LINK)
    assert wish.notes == "One\ntwo"
    assert deeds.read("link harbour https://a.example/x").link == "https://a.example/x"
    assert deeds.read("link harbour 2.6.0").is_complete is False
    assert deeds.read("link harbour 2.6.0 260 a.example/x y").link == "a.example/x"
