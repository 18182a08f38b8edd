"""Files that Slack does not hand out as one would wish (failure modes 14 to 19)."""

import asyncio
from functools import partial

import pytest

from bot.engine import engine
from bot.engine.timing import Timing
from bot.sandbox.faults import Fault
from bot.sandbox.slack.acts.speaking import FileDrop
from bot.sandbox.slack.files import Quirks
from bot.slack.features.uploads import deeds
from bot.slack.files import files, source
from bot.slack.line import client
from provisioning.intake import fetching
from tests.integration.slack.house import BUILDS, House, Plan


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PAUSES", (0.02, 0.02, 0.02))
    monkeypatch.setattr(engine, "Timing", partial(Timing, first_pause=0.1, growth=1.5))
    monkeypatch.setattr(client, "PATIENT", client.Persistence(seconds=0.3, repeats=True))


def drop(house: House, **quirks: object) -> FileDrop:
    """Return the sample with quirks."""
    return FileDrop(name="Harbour.ipa", path=house.samples.ipa, quirks=Quirks(**quirks))  # type: ignore[arg-type] # fields of Quirks


async def test_14_a_file_that_slack_still_checks_is_waited_for(house: House) -> None:
    await house.cid.post(BUILDS, files=[drop(house, late_answers=3)])

    await house.card_saying("New app")


async def test_14_a_file_that_slack_checks_for_ever_is_explained(house: House) -> None:
    await house.cid.post(BUILDS, files=[drop(house, late_answers=1000)])

    await house.card_saying("Slack has been checking this file for too long")


async def test_15_a_file_deleted_while_it_is_fetched_stops_and_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PAUSE", 0.05)
    posted = await house.cid.post(
        BUILDS, "Wrong one", files=[drop(house, pause=0.2, chunk_bytes=4000)]
    )
    await house.card_saying("Reading")
    await house.cid.delete_file(posted.files[0])

    await house.card_saying("The file was deleted before it could be fetched")


async def test_15_a_file_deleted_before_anything_began_leaves_no_card_or_says_so(
    house: House,
) -> None:
    house.slack.delivery.hold()
    posted = await house.cid.post(BUILDS, files=[house.samples.ipa])
    await house.cid.delete_file(posted.files[0])
    house.slack.delivery.release()
    await house.settled()

    said = [message.said() for message in house.workspace.by_bot(BUILDS)]
    assert all("deleted" in text for text in said)


async def test_16_a_file_of_slack_connect_is_asked_for_and_taken(house: House) -> None:
    await house.cid.post(BUILDS, files=[drop(house, needs_check=True)])

    await house.card_saying("New app")


async def test_16_a_file_that_may_not_be_seen_is_explained(house: House) -> None:
    await house.cid.post(BUILDS, files=[drop(house, needs_check=True, access_denied=True)])

    await house.card_saying("Slack does not let Slipway see this file")


async def test_17_a_file_of_another_service_is_politely_refused(house: House) -> None:
    await house.cid.post(
        BUILDS,
        files=[FileDrop(name="Harbour.ipa", quirks=Quirks(external_url="https://drive.example/x"))],
    )

    await house.card_saying("This file lives in another service")


async def test_17_a_file_hidden_by_the_plan_is_explained(house: House) -> None:
    await house.cid.post(BUILDS, files=[drop(house, is_hidden=True)])

    await house.card_saying("over the limit of its plan")


async def test_18_a_sign_in_page_instead_of_bytes_names_the_missing_scope(house: House) -> None:
    await house.cid.post(BUILDS, files=[drop(house, shows_sign_in=True)])

    await house.card_saying("lacks the scope `files:read`")


async def test_18_a_redirect_to_another_host_is_refused_and_never_sees_the_token(
    house: House,
) -> None:
    asked: list[dict[str, str]] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append({"head": (await reader.read(2000)).decode()})
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await house.cid.post(
        BUILDS, files=[drop(house, redirect_to=f"http://127.0.0.1:{port}/elsewhere")]
    )

    await house.card_saying("a server that Slipway does not trust (127.0.0.1)")
    server.close()
    await server.wait_closed()
    assert asked == []


async def test_18_a_file_that_is_shorter_than_slack_says_is_refused(house: House) -> None:
    size = house.samples.ipa.stat().st_size + 10
    await house.cid.post(
        BUILDS, files=[FileDrop(name="Harbour.ipa", path=house.samples.ipa, size=size)]
    )

    await house.card_saying("Post the file again")
    await house.card_saying("bytes")


async def test_a4_a_download_that_keeps_breaking_off_is_begun_again(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(source, "RESUMES", 1)
    posted = await house.cid.post(BUILDS, files=[drop(house, cut_at=5000)])
    await house.workspace.eventually(lambda: "SourceUnreachable" in caplog.text)
    file = house.slack.state.files.get(posted.files[0])
    assert file is not None
    file.quirks = Quirks()

    await house.card_saying("New app")


@pytest.mark.parametrize(
    "fault",
    [
        Fault.server_error(),
        *(
            pytest.param(fault, marks=pytest.mark.slow)
            for fault in (Fault.reset(), Fault.error("internal_error"), Fault.rate_limited(30))
        ),
    ],
    ids=lambda fault: str(fault.kind),
)
async def test_a9_while_slack_does_not_speak_of_a_file_it_is_asked_again(
    house: House, fault: Fault
) -> None:
    house.slack.script("files.info", fault, times=float("inf"), seconds=1.5)

    posted = await house.cid.post(BUILDS, "Soon", files=[house.samples.ipa])

    card = await house.card_saying("New app")
    assert card.thread_ts == posted.ts
    assert len(house.workspace.by_bot(BUILDS)) == 1


@pytest.mark.parametrize("plan", [Plan(withheld=frozenset({"channels:history", "groups:history"}))])
async def test_a9_what_an_event_says_of_a_file_is_written_down_though_slack_is_silent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deeds, "LOOK_WITHIN", 0.2)
    house.slack.script("files.info", Fault.delay(1.0), times=1)
    house.slack.delivery.retry_delays = ()

    await house.cid.post(BUILDS, files=[house.samples.ipa])

    await house.card_saying("New app")


@pytest.mark.parametrize("fault", [Fault.server_error(502), Fault.reset()], ids=["502", "reset"])
async def test_a9_a_file_server_that_is_away_for_a_while_costs_no_build(
    house: House, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(source, "BUSY_TRIES", 1)
    house.slack.script("files.download", fault, times=float("inf"), seconds=1.5)

    await house.cid.post(BUILDS, files=[house.samples.ipa])

    await house.card_saying("New app")


async def test_18_a_busy_file_server_is_asked_again(house: House) -> None:
    house.slack.script("files.download", Fault.rate_limited(0), times=2)

    await house.cid.post(BUILDS, files=[house.samples.ipa])

    await house.card_saying("New app")


async def test_19_a_file_over_the_limit_is_refused_before_it_is_fetched(house: House) -> None:
    await house.cid.post(
        BUILDS, files=[FileDrop(name="Huge.ipa", path=house.samples.ipa, size=5_000_000_000)]
    )

    await house.card_saying("takes at most")


async def test_19_progress_is_shown_while_a_large_file_arrives(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.running.house.intake._parts.fetching, "_pause", 0.05)
    await house.cid.post(BUILDS, files=[drop(house, pause=0.15, chunk_bytes=6000)])

    await house.card_saying("% (")
    await house.card_saying("New app")


async def test_22_an_edited_text_changes_the_proposed_notes(house: House) -> None:
    await house.with_app()
    carrier = house.workspace.messages(BUILDS)[0]

    await house.cid.edit(carrier, "Better words")

    card = await house.card_saying("Better words")
    assert "First" not in card.said()


async def test_22_a_deleted_message_keeps_the_build_and_posts_nothing_new(house: House) -> None:
    await house.with_app()
    carrier = house.workspace.messages(BUILDS)[0]
    before = len(house.workspace.by_bot(BUILDS))

    await house.cid.delete(carrier)
    await house.settled()

    assert len(house.workspace.by_bot(BUILDS)) == before
    lists = house.running.house.releases.lists
    assert len(await lists.of_app((await lists.apps())[0].app.id)) == 1


async def test_22_a_file_in_a_thread_is_answered_in_that_thread(house: House) -> None:
    root = await house.ann.post(BUILDS, "Where is the build?")

    await house.cid.post(BUILDS, "Here", files=[house.samples.ipa], thread=root, broadcast=True)

    card = await house.card_saying("New app")
    assert card.thread_ts == root.ts
    assert len(house.workspace.by_bot(BUILDS)) == 1


async def test_40_names_with_umlauts_emoji_and_blanks_are_shown_as_they_are(house: House) -> None:
    name = "Häfen %20 🚀 <!channel> & Co.ipa"
    await house.cid.post(BUILDS, files=[FileDrop(name=name, path=house.samples.broken)])

    refused = await house.card_saying("was not taken in")

    assert "`Häfen %20 🚀 &lt;!channel&gt; &amp; Co.ipa`" in refused.said()


async def test_a_quiet_file_that_proves_to_be_a_build_gets_its_card(house: House) -> None:
    await house.cid.post(BUILDS, files=[FileDrop(name="artifact.zip", path=house.samples.ipa)])

    card = await house.card_saying("New app")

    uploads = [m for m in house.workspace.by_bot(BUILDS) if "Reading" in m.said()]
    assert uploads == []
    assert card.thread_ts is not None
