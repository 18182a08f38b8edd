"""The app as its manifest describes it to Slack."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.shapes import as_list, as_object, as_text
from bot.sandbox.slack.functions import Function

#: Every bot scope that a method or an event of the sandbox asks for.
EVERY_SCOPE = frozenset(
    {
        "app_mentions:read",
        "bookmarks:read",
        "bookmarks:write",
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "chat:write.public",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:history",
        "im:read",
        "im:write",
        "links:read",
        "links:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command; *should_escape* turns @name and #name into ids."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A shortcut; *type* is `message` or `global`."""

    name: str
    type: str
    callback_id: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """
    What the app asked for.

    *events* None means every event; *commands* and *shortcuts* None mean that any is known.
    """

    name: str = "slipway"
    scopes: frozenset[str] = EVERY_SCOPE
    events: frozenset[str] | None = None
    commands: tuple[Command, ...] | None = None
    shortcuts: tuple[Shortcut, ...] | None = None
    unfurl_domains: tuple[str, ...] = ()
    functions: Mapping[str, Function] = field(default_factory=dict)
    is_dm_read_only: bool = False

    @classmethod
    def read(cls, manifest: Mapping[str, object]) -> "Manifest":
        """Take what matters here from a parsed `manifest.yml`."""
        features = as_object(manifest.get("features"))
        settings = as_object(manifest.get("settings"))
        subscriptions = as_object(settings.get("event_subscriptions"))
        oauth = as_object(manifest.get("oauth_config"))
        home = as_object(features.get("app_home"))
        return cls(
            name=as_text(as_object(features.get("bot_user")).get("display_name")) or "slipway",
            scopes=frozenset(as_list(as_object(oauth.get("scopes")).get("bot"))),
            events=frozenset(as_list(subscriptions.get("bot_events"))),
            commands=tuple(_command(item) for item in as_list(features.get("slash_commands"))),
            shortcuts=tuple(_shortcut(item) for item in as_list(features.get("shortcuts"))),
            unfurl_domains=tuple(as_list(features.get("unfurl_domains"))),
            functions=_functions(as_object(manifest.get("functions")), settings),
            is_dm_read_only=bool(home.get("messages_tab_read_only_enabled")),
        )

    def command_named(self, command: str) -> Command | None:
        """Return a command; any is known when the manifest lists none."""
        if self.commands is None:
            return Command(command=command)
        return next((known for known in self.commands if known.command == command), None)

    def knows_shortcut(self, callback_id: str, kind: str) -> bool:
        if self.shortcuts is None:
            return True
        return any((s.callback_id, s.type) == (callback_id, kind) for s in self.shortcuts)


def _functions(given: Mapping[str, object], settings: Mapping[str, object]) -> dict[str, Function]:
    """Raise ValueError for steps of an app that is not ready for organizations, as Slack does."""
    if given and settings.get("org_deploy_enabled") is not True:
        raise ValueError("An app with functions has to set org_deploy_enabled.")
    return {name: Function.read(name, as_object(one)) for name, one in given.items()}


def _command(item: object) -> Command:
    given = as_object(item)
    return Command(
        command=as_text(given.get("command")),
        description=as_text(given.get("description")),
        usage_hint=as_text(given.get("usage_hint")),
        should_escape=bool(given.get("should_escape")),
    )


def _shortcut(item: object) -> Shortcut:
    given = as_object(item)
    return Shortcut(
        name=as_text(given.get("name")),
        type=as_text(given.get("type")),
        callback_id=as_text(given.get("callback_id")),
        description=as_text(given.get("description")),
    )
