"""Slack's files: what `files.info` says of one, and whether it can be downloaded at all."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.codes import code_of
from bot.slack.kit.payloads import at, entries, text_or_none
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import FAILURES, meaning
from provisioning.errors import SourceFailed, SourceGone, SourceUnreachable
from provisioning.intake.looking import SEALED, TARS
from storage.inspection.endings import BUILDS, ending_of

#: Slack scans a file after it was shared; until then its address or size may be missing.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)

#: What might be a build under a name that does not say so, or hold one.
UNCLEAR_ENDINGS = (
    frozenset({"", ".zip", ".bin", ".dat", ".exe", ".app", ".jar", ".part"}) | TARS | SEALED
)

_GONE = frozenset({"file_deleted", "file_not_found"})
_CLOSED = frozenset({"access_denied", "not_visible", "blocked", "file_access_denied"})
_TYPED_TEXT = frozenset({"snippet", "post", "space", "quip", "canvas", "docs", "email", "list"})

GONE = "The file was deleted before it could be fetched."
EXTERNAL = (
    "This file lives in another service (Google Drive, Dropbox or the like), so Slack cannot hand "
    "it to Slipway. Download it and post the file itself."
)
TYPED = "This is text or a canvas of Slack's own, not a file. Post the build as a file."
HIDDEN = (
    "Slack hides this file because the workspace is over the limit of its plan. Post the build "
    "again."
)
CLOSED = (
    "Slack does not let Slipway see this file; it may belong to another workspace. Ask somebody of "
    "this workspace to post it."
)
SIGN_IN = (
    "Slack sent its sign-in page instead of the file. The Slack app lacks the scope `files:read`, "
    "or its token was replaced: an admin adds the scope and installs the app again."
)
UNFINISHED = (
    "Slack has been checking this file for too long and does not hand it out. Post it again in a "
    "few minutes."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackFile:
    """
    A file as `files.info` describes it, any of it missing until Slack has looked at it.

    `threads` has, by channel, the ts of the message whose thread the answer belongs in, and
    `posted` that of the message that carries the file: they differ for a reply.
    """

    id: str
    name: str = ""
    size: int | None = None
    url: str | None = None
    uploader: str = ""
    mode: str = ""
    external: bool = False
    access: str = ""
    threads: Mapping[str, str] = field(default_factory=dict)
    posted: Mapping[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        return self.url is not None and self.size is not None

    @property
    def ending(self) -> str:
        return ending_of(self.name)

    @property
    def looks_like_build(self) -> bool:
        """Whether it is announced at once; other files only once they prove to be one."""
        return self.ending in BUILDS

    @property
    def may_be_build(self) -> bool:
        return self.looks_like_build or self.ending in UNCLEAR_ENDINGS or not self.name


def file_of(file: Mapping[str, Any]) -> SlackFile:
    """Read a file object of Slack's, in whatever state it is."""
    size = at(file, "size")
    return SlackFile(
        id=str(file.get("id") or ""),
        name=text_or_none(file, "name") or text_or_none(file, "title") or "",
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        url=text_or_none(file, "url_private_download") or text_or_none(file, "url_private"),
        uploader=text_or_none(file, "user") or "",
        mode=text_or_none(file, "mode") or "",
        external=bool(file.get("is_external")) or file.get("mode") == "external",
        access=text_or_none(file, "file_access") or "",
        threads=_shares(file, "thread_ts", "ts"),
        posted=_shares(file, "ts"),
    )


def _shares(file: Mapping[str, Any], *keys: str) -> dict[str, str]:
    """Return the first of *keys* that the first share of a file has, by channel."""
    found: dict[str, str] = {}
    for kind in ("public", "private"):
        shares = at(file, "shares", kind)
        for channel_id in shares if isinstance(shares, Mapping) else ():
            share = next(iter(entries(shares, channel_id)), {})
            ts = next(filter(None, (text_or_none(share, key) for key in keys)), None)
            if ts is not None:
                found[str(channel_id)] = ts
    return found


def refusal_of(file: SlackFile) -> Exception | None:
    """Return why a file can never be fetched, None when it can or will be."""
    if file.mode == "tombstone":
        return SourceGone(GONE)
    if file.mode == "hidden_by_limit":
        return SourceFailed(HIDDEN)
    if file.external:
        return SourceFailed(EXTERNAL)
    if file.mode in _TYPED_TEXT:
        return SourceFailed(TYPED)
    if file.access in {"access_denied", "file_not_found"}:
        return SourceFailed(CLOSED)
    return None


class Files:
    """Asks Slack about files."""

    def __init__(self, client: AsyncWebClient, standing: SlackStanding) -> None:
        self._client = client
        self._standing = standing

    async def look(self, file_id: str) -> SlackFile:
        """
        Return what Slack knows of a file now.

        Raise SourceGone for a deleted one, SourceUnreachable while Slack does not say, and
        SourceFailed with a sentence when it says that we may not know.
        """
        try:
            answer = await self._client.files_info(file=file_id)
        except FAILURES as error:
            raise self._translated(error) from error
        return file_of(at(answer.data, "file") or {"id": file_id})

    async def signed_out(self) -> SourceFailed:
        """Return what a sign-in page instead of a file means: it is final if the token is taken."""
        try:
            await self._client.auth_test()
        except FAILURES as error:
            return SourceUnreachable(str(meaning(error, self._standing)))
        return SourceFailed(SIGN_IN)

    async def ready(self, file_id: str) -> SlackFile:
        """
        Return a file with its address and size, waiting about 16 seconds for Slack to check it.

        Raise SourceGone or SourceFailed, each with its sentence, when it can never be had, and
        SourceUnreachable while Slack does not answer.
        """
        for pause in (*PAUSES, None):
            file = await self.look(file_id)
            refusal = refusal_of(file)
            if refusal is not None:
                raise refusal
            if file.ready:
                return file
            if pause is None:
                break
            await asyncio.sleep(pause)
        raise SourceFailed(UNFINISHED)

    def _translated(self, error: Exception) -> SourceFailed:
        code = code_of(error) if isinstance(error, SlackApiError) else ""
        if code in _GONE:
            return SourceGone(GONE)
        if code in _CLOSED:
            return SourceFailed(CLOSED)
        failure = meaning(error, self._standing)
        if failure.transient:
            return SourceUnreachable("Slack did not say anything about this file.", **failure.data)
        if code == "missing_scope":
            return SourceFailed(str(failure), **failure.data)
        return SourceFailed(f"Slack said `{code}` about this file. Post it again.", **failure.data)
