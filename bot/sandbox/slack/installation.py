"""The app as it is installed in the workspace."""

from dataclasses import dataclass, field

from bot.sandbox.slack.manifest import Manifest


@dataclass(slots=True, kw_only=True)
class Installation:
    """Ids, tokens and what was granted. *scopes* may be fewer than the manifest asks for."""

    app_id: str
    bot_id: str
    bot_user: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    verification_token: str = field(repr=False)
    manifest: Manifest
    scopes: set[str]
    token_error: str | None = None
    is_link_disabled: bool = False
