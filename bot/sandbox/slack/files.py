"""Files of the workspace: what is known of them here, their bytes on disk."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class FileMode(StrEnum):
    """Slack's `mode` of a file, as far as uploads go."""

    HOSTED = "hosted"
    EXTERNAL = "external"
    TOMBSTONE = "tombstone"
    HIDDEN = "hidden_by_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """
    How a file misbehaves, as files in Slack do.

    * late_answers: so many answers of `files.info` still lack type, size and addresses
    * external_url: kept at Drive or Dropbox, so that Slack cannot hand it out
    * needs_check: events show only `file_access: check_file_info` (Slack Connect)
    * access_denied: `files.info` shows no addresses either
    * is_hidden: hidden by the limit of a free plan
    * redirect_to: a download is sent to this address
    * cut_at: the connection breaks after so many bytes
    * shows_sign_in: a download answers the HTML sign-in page whatever the token
    * pause: seconds between chunks of *chunk_bytes*, for a slow download
    """

    late_answers: int = 0
    external_url: str | None = None
    needs_check: bool = False
    access_denied: bool = False
    is_hidden: bool = False
    redirect_to: str | None = None
    cut_at: int | None = None
    shows_sign_in: bool = False
    pause: float = 0.0
    chunk_bytes: int = 65536

    @property
    def disturbs_download(self) -> bool:
        return self.cut_at is not None or self.pause > 0


NO_QUIRKS = Quirks()


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """A file; *shares* says by channel in which messages it was shared."""

    id: str
    name: str
    title: str
    size: int
    user: str
    created: int
    path: Path | None
    quirks: Quirks = NO_QUIRKS
    shares: dict[str, list[str]] = field(default_factory=dict)
    is_deleted: bool = False
    is_complete: bool = True
    infos_asked: int = 0

    @property
    def mimetype(self) -> str:
        """Return what Slack would say: `application/zip` for packages that are archives."""
        known = {".ipa": "application/zip", ".apk": "application/vnd.android.package-archive"}
        suffix = Path(self.name).suffix.lower()
        return known.get(suffix) or mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def filetype(self) -> str:
        return Path(self.name).suffix.lower().removeprefix(".") or "binary"

    @property
    def mode(self) -> FileMode:
        if self.is_deleted:
            return FileMode.TOMBSTONE
        if self.quirks.external_url is not None:
            return FileMode.EXTERNAL
        return FileMode.HIDDEN if self.quirks.is_hidden else FileMode.HOSTED


class Files:
    """All files, by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}

    def __iter__(self) -> Iterator[StoredFile]:
        return iter(tuple(self._by_id.values()))

    def add(self, file: StoredFile) -> StoredFile:
        self._by_id[file.id] = file
        return file

    def get(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)
