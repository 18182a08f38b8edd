"""The settings: the only place that reads the environment."""

import re
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict

from storage.errors import SlipwayError

SLACK_FILE_HOSTS = ("files.slack.com", "slack-files.com", "files-origin.slack.com")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?", re.IGNORECASE)
USER_ID = re.compile(r"[UW][A-Z0-9]{2,}")
#: What Slack's other tokens are called, by how they begin.
OTHER_TOKENS = {
    "xapp-": "an app-level token (xapp-…)",
    "xoxb-": "a bot token (xoxb-…)",
    "xoxp-": "a person's token (xoxp-…)",
    "xoxe.": "a token that expires (xoxe.…), since token rotation is switched on for the app",
    "xoxe-": "a refresh token (xoxe-…)",
}
#: How like a real name another one is that was meant for it; 1 is the same.
NEAR = 0.8
OWNER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

#: What a value must be, by how pydantic calls what is wrong; each takes its details.
WANTED = {
    "int_parsing": "it takes a whole number",
    "int_from_float": "it takes a whole number",
    "int_parsing_size": "it takes a smaller number",
    "float_parsing": "it takes a number",
    "finite_number": "it takes a number",
    "bool_parsing": "it takes `true` or `false`",
    "greater_than_equal": "it takes {ge} or more",
    "greater_than": "it takes more than {gt}",
    "less_than_equal": "it takes {le} or less",
    "less_than": "it takes less than {lt}",
    "literal_error": "it takes {expected}",
}

#: A shorter secret is guessed by trying.
LEAST_SECRET = 16

#: Slack's own limit for one file; larger builds come by other ways.
DEFAULT_MAX_BUILD_BYTES = 4 * 1024**3

List = Annotated[tuple[str, ...], NoDecode]


class SettingsWrong(SlipwayError):
    """Some settings are wrong or missing; the message has one sentence for each."""


class Settings(BaseSettings):
    """
    Everything that can be configured, each from `SLIPWAY_<NAME>`.

    The docstring below each field stands in docs/settings.md as well.
    """

    model_config = SettingsConfigDict(
        env_prefix="SLIPWAY_", extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    base_url: str = "http://127.0.0.1:8080"
    """The public address of this Slipway, as phones reach it: `https://slipway.example.com`."""

    host: str = "127.0.0.1"
    """The address to listen on; `0.0.0.0` behind a proxy on another machine."""

    port: int = Field(default=8080, ge=0, le=65535)
    """The port to listen on; 0 takes a free one."""

    data_dir: Path = Path("slipway-data")
    """The folder of builds, icons, and of the database when it is SQLite."""

    database_url: str = ""
    """`postgresql://user:password@host/name`, or empty for SQLite in the data folder."""

    secret_key_file: Path | None = None
    """The file of the secret key; made with mode 0600 in the data folder if absent."""

    slack_mode: Literal["socket", "http"] = "socket"
    """`socket` needs no public address for Slack; `http` answers on POST /slack/events."""

    slack_bot_token: SecretStr | None = None
    """The bot token, `xoxb-...`."""

    slack_app_token: SecretStr | None = None
    """The app-level token with `connections:write`, `xapp-...`; for Socket Mode."""

    slack_signing_secret: SecretStr | None = None
    """The signing secret; for HTTP mode."""

    slack_api_url: str = "https://slack.com/api/"
    """The base of Slack's Web API, or of anything that speaks it."""

    slack_file_hosts: List = SLACK_FILE_HOSTS
    """Hosts a file may be downloaded from: `host` or `host:port`, separated by commas."""

    apple_api_url: str = "https://api.appstoreconnect.apple.com"
    """The base of the App Store Connect API, or of anything that speaks it."""

    apple_authorities_file: Path | None = None
    """A PEM file of authorities that stand for Apple's; for the sandbox and for tests only."""

    rebuild_webhook_url: str = ""
    """Where your CI is asked for a new build that has more devices in it; https only."""

    rebuild_webhook_secret: SecretStr | None = None
    """What these calls are signed with, 16 characters or more; your CI knows it too."""
    enrolment_trust: Literal["require", "prefer", "off"] = "prefer"
    """Who may sign what a device tells of itself: `require` takes a device of Apple's alone."""

    enrolment_certificate_file: Path | None = None
    """The certificate of the site and its issuers, PEM; enrolment profiles are signed with it."""

    enrolment_key_file: Path | None = None
    """The key of that certificate, PEM without a password."""

    admins: List = ()
    """Slack user ids of the admins, separated by commas."""

    backup_dir: Path | None = None
    """Where your backups of the data arrive; `slipway doctor` looks how old the newest one is."""

    organization: str = "main"
    """The owner name of the apps: the first part of `owner/app`."""

    max_build_bytes: int = Field(default=DEFAULT_MAX_BUILD_BYTES, ge=1)
    """The largest build that is taken in, in bytes."""

    external_first: bool = False
    """Whether the first release of an app may be a link to a build that lies elsewhere."""

    sendfile: Literal["off", "nginx", "caddy"] = "off"
    """`nginx` or `caddy`: the proxy in front sends packages itself, from the data folder."""

    trusted_proxies: List = ("127.0.0.1", "::1")
    """Proxies whose `X-Forwarded-For` is believed: addresses or networks, separated by commas."""

    rate_per_address: int = Field(default=6000, ge=0)
    """Requests a minute that one address may make, and as many at once; 0 for no limit."""

    rate_per_link: int = Field(default=240, ge=0)
    """The same of one link; twenty times as many where a package is fetched in pieces."""

    rate_in_vain: int = Field(default=1000, ge=0)
    """The same of requests that lead nowhere or are signed by nobody, by address."""

    log_format: Literal["text", "json"] = "text"
    """How the log is written: `text` for people, `json` for machines."""

    @field_validator(
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "secret_key_file",
        "enrolment_certificate_file",
        "enrolment_key_file",
        "backup_dir",
        "apple_authorities_file",
        "rebuild_webhook_secret",
        mode="before",
    )
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:  # noqa: ANN401
        return _given(value)

    @field_validator("slack_file_hosts", "admins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the environment holds
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("database_url", mode="before")
    @classmethod
    def _known_database(cls, value: Any) -> Any:  # noqa: ANN401
        known = ("", "sqlite:", "postgresql:", "postgresql+psycopg:", "postgres:")
        if isinstance(value, str) and value and not value.startswith(known[1:]):
            raise ValueError("it takes postgresql://… or sqlite:///…")
        return value

    @field_validator("base_url", "slack_api_url", "apple_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            _ = parts.port  # It is read when it is asked for.
        except ValueError:
            raise ValueError("it takes an address such as https://slipway.example.com") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("it takes an address such as https://slipway.example.com")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("it takes an address without a query, a fragment or a user")
        return value

    @field_validator("rebuild_webhook_url")
    @classmethod
    def _callable(cls, value: str) -> str:
        value = value.strip()
        if value and (urlsplit(value).scheme not in {"http", "https"} or "@" in value):
            raise ValueError("it takes an address such as https://ci.example.com/hooks/slipway")
        return value

    @field_validator("rebuild_webhook_secret")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < LEAST_SECRET:
            raise ValueError(f"it takes {LEAST_SECRET} characters or more")
        return value

    @field_validator("slack_file_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not HOST.fullmatch(host):
                raise ValueError(f"“{host}” is no host; write `host` or `host:port`")
        return tuple(host.lower() for host in value)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network, strict=False)
            except ValueError:
                raise ValueError(
                    f"“{network}” is no address and no network; write 10.0.0.7 or 10.0.0.0/24"
                ) from None
        return value

    @field_validator("admins")
    @classmethod
    def _user_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for user_id in value:
            if not USER_ID.fullmatch(user_id):
                raise ValueError(f"“{user_id}” is no Slack user id; one looks like U012ABCDEF")
        return value

    @field_validator("organization")
    @classmethod
    def _owner(cls, value: str) -> str:
        if not OWNER_NAME.fullmatch(value):
            raise ValueError("it takes letters, digits, dots, dashes and underscores")
        return value

    @model_validator(mode="after")
    def _paired(self) -> "Settings":
        pair = {
            "SLIPWAY_ENROLMENT_CERTIFICATE_FILE": self.enrolment_certificate_file,
            "SLIPWAY_ENROLMENT_KEY_FILE": self.enrolment_key_file,
        }
        there = [name for name, path in pair.items() if path is not None]
        if len(there) == 1:
            (other,) = pair.keys() - there
            raise ValueError(f"{there[0]} is wrong: it goes with {other}; set both or neither")
        return self

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        if not self.slack_api_url.endswith("/"):
            # The model is frozen for everybody else; a validator may still complete it.
            object.__setattr__(self, "slack_api_url", self.slack_api_url + "/")
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))
        if self.rebuild_webhook_url and self.rebuild_webhook_secret is None:
            raise ValueError(
                "SLIPWAY_REBUILD_WEBHOOK_SECRET is missing, which SLIPWAY_REBUILD_WEBHOOK_URL needs"
            )
        if self.rebuild_webhook_url.startswith("http:") and not _is_near(self.base_url):
            raise ValueError("SLIPWAY_REBUILD_WEBHOOK_URL takes an https address")
        return self

    @property
    def records_url(self) -> str:
        """Where the records are."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'slipway.db').absolute()}"

    @property
    def key_file(self) -> Path:
        return self.secret_key_file or self.data_dir / "secret.key"

    @property
    def is_public(self) -> bool:
        """True when a phone somewhere could open the base address."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost" or not self.base_url.startswith("https:"):
            return False
        try:
            return ip_address(host).is_global
        except ValueError:
            return True

    def slack_complaints(self) -> list[str]:
        """Return a sentence for each setting of the chosen way to Slack that lacks or is wrong."""
        return self._missing_for_slack() or self._wrong_tokens()

    def _wrong_tokens(self) -> list[str]:
        bot, app = _start_of(self.slack_bot_token), _start_of(self.slack_app_token)
        if (bot, app) == ("xapp-", "xoxb-"):
            return ["SLIPWAY_SLACK_BOT_TOKEN and SLIPWAY_SLACK_APP_TOKEN are swapped."]
        wrong = []
        if bot != "xoxb-":
            wrong.append(
                f"SLIPWAY_SLACK_BOT_TOKEN holds {OTHER_TOKENS.get(bot, 'no bot token')}. Copy the "
                "Bot User OAuth Token, xoxb-…, from “OAuth & Permissions” of the Slack app."
            )
        if self.slack_mode == "socket" and app != "xapp-":
            wrong.append(
                f"SLIPWAY_SLACK_APP_TOKEN holds {OTHER_TOKENS.get(app, 'no app-level token')}. "
                "Generate one, xapp-…, with the scope connections:write under “Basic Information” "
                "of the Slack app."
            )
        return wrong

    def _missing_for_slack(self) -> list[str]:
        missing = []
        if self.slack_bot_token is None:
            missing.append("SLIPWAY_SLACK_BOT_TOKEN is missing: the bot token, xoxb-….")
        if self.slack_mode == "socket" and self.slack_app_token is None:
            missing.append(
                "SLIPWAY_SLACK_APP_TOKEN is missing: Socket Mode takes an app-level token, xapp-…, "
                "with the scope connections:write."
            )
        if self.slack_mode == "http" and self.slack_signing_secret is None:
            missing.append(
                "SLIPWAY_SLACK_SIGNING_SECRET is missing: HTTP mode checks Slack's signatures."
            )
        return missing


def load(**given: Any) -> Settings:  # noqa: ANN401 - the fields of Settings
    """
    Read the settings from the environment; *given* ones win.

    Raise SettingsWrong with one sentence for each mistake. A wrong value is never repeated, since
    it may be a secret in the wrong place.
    """
    try:
        return Settings(**given)
    except ValidationError as wrong:
        sentences = [_sentence(error) for error in wrong.errors(include_input=False)]
        raise SettingsWrong("\n".join(sentences)) from None


class _SigningSettings(BaseSettings):
    """What the commands of code signing take, which work without any other setting."""

    model_config = SettingsConfigDict(env_prefix="SLIPWAY_", extra="ignore", frozen=True)

    p12_password: SecretStr | None = None
    apple_authorities_file: Path | None = None

    @field_validator("apple_authorities_file", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:  # noqa: ANN401
        return _given(value)


def p12_password() -> SecretStr | None:
    """Return the password of the p12 that `slipway resign` signs with; None when there is none."""
    return _SigningSettings().p12_password


def apple_authorities_file() -> Path | None:
    """Return the file of the authorities that stand for Apple's, for commands without a house."""
    return _SigningSettings().apple_authorities_file


def strangers() -> dict[str, str]:
    """
    Return the names in the environment that look like a setting, each with the nearest real one.

    Nothing (an empty name) stands for one that is near to none.
    """
    real = [
        f"SLIPWAY_{name.upper()}"
        for name in (*Settings.model_fields, *_SigningSettings.model_fields)
    ]
    found = sorted(
        name
        for name in EnvSettingsSource(Settings, case_sensitive=True).env_vars
        if name.upper().startswith("SLIPWAY_") and name.upper() not in real
    )
    return {
        name: next(iter(get_close_matches(name.upper(), real, n=1, cutoff=NEAR)), "")
        for name in found
    }


def _given(value: Any) -> Any:  # noqa: ANN401 - whatever the environment holds
    """Take a line of a file of settings whose value was left out for no value."""
    return (value.strip() or None) if isinstance(value, str) else value


def _is_near(base_url: str) -> bool:
    """Return whether only this very machine reaches us, as in the demo."""
    return urlsplit(base_url).hostname in {"localhost", "127.0.0.1"}


def _start_of(token: SecretStr | None) -> str:
    """Return the five characters that tell what a token of Slack's is."""
    return token.get_secret_value()[:5] if token is not None else ""


def _sentence(error: Any) -> str:  # noqa: ANN401 - pydantic's error dictionary
    if not error["loc"]:
        return f"{_reason(error)}."  # It is about several, and names them.
    name = "_".join(str(part) for part in error["loc"][:1])
    return f"SLIPWAY_{name.upper()} is wrong: {_reason(error)}."


def _reason(error: Any) -> str:  # noqa: ANN401
    kind, details = str(error["type"]), error.get("ctx") or {}
    if kind == "value_error":
        return str(details["error"]).rstrip(".")  # Our own words.
    said = {key: str(value).replace("'", "`") for key, value in details.items()}
    return WANTED.get(kind, "docs/settings.md says what it takes").format(**said)
