"""Files: shared by people, uploaded by the app, downloaded with a token, misbehaving on demand."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.faults import Fault
from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.acts.speaking import FileDrop
from bot.sandbox.slack.files import Quirks
from bot.sandbox.slack.server import SandboxSlack
from bot.sandbox.slack.workspace import Workspace
from tests.unit.bot.sandbox.slack.refusals import refused_with

BYTES = bytes(range(256)) * 400


async def shared(workspace: Workspace, name: str = "App.ipa", **quirks: object) -> str:
    """Let Cid share a file in #mobile-builds and return its id."""
    drop = FileDrop(name=name, content=BYTES, quirks=Quirks(**quirks))  # type: ignore[arg-type]  # fields of Quirks
    message = await workspace.person("Cid").post("#mobile-builds", "A build", files=[drop])
    return message.files[0]


async def info(client: AsyncWebClient, file_id: str) -> JsonObject:
    return dict((await client.files_info(file=file_id))["file"])


def bearer(slack: SandboxSlack) -> dict[str, str]:
    return {"Authorization": f"Bearer {slack.bot_token}"}


async def test_a_file_is_downloaded_with_the_token(
    slack: SandboxSlack,
    workspace: Workspace,
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
) -> None:
    file = await info(client, await shared(workspace, "Höhe & «Tide» 1.ipa"))
    async with session.get(file["url_private_download"], headers=bearer(slack)) as response:
        body = await response.read()

    assert body == BYTES
    assert file["size"] == len(BYTES)
    assert file["name"] == "Höhe & «Tide» 1.ipa"
    assert f"http://{slack.file_host}/" in file["url_private_download"]
    assert file["shares"]["public"][workspace.channel("#mobile-builds").id][0]["ts"]


async def test_without_the_right_token_there_is_a_sign_in_page(
    slack: SandboxSlack,
    workspace: Workspace,
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
) -> None:
    file = await info(client, await shared(workspace))
    url = file["url_private_download"]

    async def page(headers: dict[str, str]) -> tuple[int, str, bytes]:
        async with session.get(url, headers=headers) as response:
            return response.status, response.content_type, await response.read()

    nobody = await page({})
    wrong = await page({"Authorization": f"Bearer {slack.app_token}"})
    slack.state.app.scopes.discard("files:read")
    unscoped = await page(bearer(slack))

    for status, kind, body in (nobody, wrong, unscoped):
        assert (status, kind) == (200, "text/html")
        assert b"Sign in" in body


async def test_a_new_file_is_known_little_by_little(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    file_id = await shared(workspace, late_answers=2)
    answers = [await info(client, file_id) for _ in range(3)]

    assert ["mimetype" in answer for answer in answers] == [False, False, True]
    assert ["shares" in answer for answer in answers] == [False, False, True]
    assert ["url_private_download" in answer for answer in answers] == [False, False, True]


async def test_a_deleted_file_is_a_tombstone(
    slack: SandboxSlack,
    workspace: Workspace,
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
) -> None:
    cid = workspace.person("Cid")
    file_id = await shared(workspace)
    file = await info(client, file_id)
    await cid.delete_file(file_id)
    async with refused_with("file_deleted"):
        await client.files_info(file=file_id)
    async with session.get(file["url_private_download"], headers=bearer(slack)) as response:
        status = response.status
    history = await client.conversations_history(channel=workspace.channel("#mobile-builds").id)

    assert status == 404
    assert history["messages"][0]["files"] == [{"id": file_id, "mode": "tombstone"}]
    [told] = slack.delivery.of_type("file_deleted")
    assert told.body["event"]["channel_ids"] == [workspace.channel("#mobile-builds").id]
    assert not slack.state.shelf.place(file_id).exists()


async def test_a_message_that_only_held_the_file_goes_with_it(workspace: Workspace) -> None:
    cid = workspace.person("Cid")
    message = await cid.post("#mobile-builds", files=[FileDrop(name="a.ipa", content=BYTES)])
    await cid.delete_file(message.files[0])

    assert workspace.messages("#mobile-builds") == []


async def test_external_connect_hidden_and_denied_files_have_no_address(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    external = await info(client, await shared(workspace, external_url="https://drive.example/x"))
    hidden = await info(client, await shared(workspace, is_hidden=True))
    denied = await info(client, await shared(workspace, access_denied=True))
    checked = await shared(workspace, needs_check=True)
    channel = workspace.channel("#mobile-builds").id
    history = await client.conversations_history(channel=channel)

    assert external["is_external"] is True
    assert external["mode"] == "external"
    assert "url_private_download" not in external
    assert hidden["mode"] == "hidden_by_limit"
    assert "url_private" not in hidden
    assert denied["file_access"] == "access_denied"
    assert "url_private" not in denied
    shown = history["messages"][0]["files"][0]
    assert (shown["id"], shown["file_access"]) == (checked, "check_file_info")
    assert "url_private" not in shown
    assert "url_private_download" in await info(client, checked)


async def test_a_download_is_redirected_cut_slowed_and_signed_out_on_demand(
    slack: SandboxSlack,
    workspace: Workspace,
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
) -> None:
    file_id = await shared(workspace)
    file = await info(client, file_id)

    def get() -> aiohttp.client._RequestContextManager:
        url = file["url_private_download"]
        return session.get(url, headers=bearer(slack), allow_redirects=False)

    workspace.set_quirks(file_id, Quirks(redirect_to="http://evil.example/x"))
    async with get() as response:
        assert (response.status, response.headers["Location"]) == (302, "http://evil.example/x")

    workspace.set_quirks(file_id, Quirks(cut_at=1000))
    with pytest.raises(aiohttp.ClientPayloadError):
        async with get() as response:
            await response.read()

    workspace.set_quirks(file_id, Quirks(pause=0.02, chunk_bytes=30_000))
    async with get() as response:
        assert await response.read() == BYTES

    workspace.set_quirks(file_id, Quirks(shows_sign_in=True))
    async with get() as response:
        assert response.content_type == "text/html"

    slack.script("files.download", Fault.rate_limited(retry_after=2))
    async with get() as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "2")


async def test_a_file_that_the_app_cannot_see_is_not_there(
    slack: SandboxSlack,
    workspace: Workspace,
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
) -> None:
    workspace.add_channel("secret", "Ann", is_private=True)
    drop = FileDrop(name="a.ipa", content=BYTES)
    message = await workspace.person("Ann").post("secret", files=[drop])
    url = f"{slack.url}/files/{slack.team_id}-{message.files[0]}/download/a.ipa"
    async with refused_with("file_not_found"):
        await client.files_info(file=message.files[0])
    async with session.get(url, headers=bearer(slack)) as response:
        assert response.status == 404

    assert [d.type for d in slack.delivery.deliveries] == []


async def test_files_are_listed_newest_first_in_counted_pages(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    for name in ("one.ipa", "two.ipa", "three.ipa"):
        await shared(workspace, name)
        slack.state.clock.advance(10)
    channel = workspace.channel("#mobile-builds").id
    first = await client.files_list(channel=channel, count=2)
    second = await client.files_list(channel=channel, count=2, page=2)
    nothing = await client.files_list(channel=workspace.channel("#qa").id)
    recent = await client.files_list(ts_from=str(slack.state.now() - 15))

    assert [file["name"] for file in first["files"]] == ["three.ipa", "two.ipa"]
    assert first["paging"] == {"count": 2, "total": 3, "page": 1, "pages": 2}
    assert [file["name"] for file in second["files"]] == ["one.ipa"]
    assert nothing["files"] == []
    assert [file["name"] for file in recent["files"]] == ["three.ipa"]


async def test_the_app_uploads_shares_and_deletes_its_own_file(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    await client.files_upload_v2(
        channel=channel, content=BYTES, filename="report.png", initial_comment="The report"
    )
    [message] = workspace.messages("#qa")
    file = workspace.file(message.files[0])
    stored = slack.state.shelf.place(file.id).read_bytes()
    await client.files_delete(file=file.id)

    assert message.text == "The report"
    assert stored == BYTES
    assert file.is_deleted
    assert slack.delivery.of_type("file_shared")[0].body["event"]["user_id"] == slack.bot_user
    assert slack.violations == []


async def test_an_upload_has_to_be_whole_and_completed_once(
    slack: SandboxSlack,
    workspace: Workspace,
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
) -> None:
    started = await client.files_getUploadURLExternal(filename="a.png", length=5)
    files = [{"id": started["file_id"], "title": "A"}]
    async with refused_with("file_not_found"):
        await client.files_completeUploadExternal(files=files)
    async with session.post(started["upload_url"], data=b"four") as response:
        short = response.status
    async with session.post(started["upload_url"], data=b"again") as response:
        used = response.status
    async with refused_with("file_not_found"):
        await client.files_info(file=started["file_id"])

    good = await client.files_getUploadURLExternal(filename="b.png", length=4)
    async with session.post(good["upload_url"], data=b"four") as response:
        assert await response.text() == "OK - 4"
    files = [{"id": good["file_id"], "title": "B"}]
    workspace.archive("#mobile-builds")
    refusals = {
        "C0NOWHERE": "channel_not_found",
        workspace.channel("#general").id: "not_in_channel",
        workspace.channel("#mobile-builds").id: "is_archived",
    }
    for channel, error in refusals.items():
        async with refused_with(error):
            await client.files_completeUploadExternal(files=files, channel_id=channel)
    async with refused_with("invalid_arguments"):
        await client.files_getUploadURLExternal(filename="c.png", length=0)
    done = await client.files_completeUploadExternal(files=files)

    assert (short, used) == (400, 404)
    assert done["files"][0]["title"] == "B"
    assert workspace.messages("#qa") == []
    assert slack.violations == ["a.png was announced with 5 bytes, 4 came."]


async def test_the_app_cannot_delete_the_files_of_others(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    file_id = await shared(workspace)

    async with refused_with("cant_delete_file"):
        await client.files_delete(file=file_id)


async def test_a_multipart_upload_is_taken_as_well(
    slack: SandboxSlack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    started = await client.files_getUploadURLExternal(filename="a.png", length=4)
    with aiohttp.MultipartWriter("form-data") as form:
        part = form.append(b"four")
        part.set_content_disposition("form-data", name="file", filename="a.png")
    async with session.post(started["upload_url"], data=form) as response:
        assert await response.text() == "OK - 4"

    assert slack.state.shelf.place(str(started["file_id"])).read_bytes() == b"four"


async def test_the_torso_of_an_upload_that_broke_off_is_removed(slack: SandboxSlack) -> None:
    async def breaking() -> AsyncGenerator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await slack.state.shelf.take_in("F0HALF", breaking())

    assert not slack.state.shelf.place("F0HALF").exists()
