"""Settings: one sentence for each mistake, and never the wrong value itself."""

from pathlib import Path

import pytest

from bot.secret_key import secret_key
from bot.settings import SLACK_FILE_HOSTS, Settings, SettingsWrong, load, strangers


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SLIPWAY_{name.upper()}", raising=False)


def test_the_defaults_need_nothing() -> None:
    settings = load()

    assert settings.records_url.startswith("sqlite:///")
    assert settings.slack_file_hosts == SLACK_FILE_HOSTS
    assert settings.slack_api_url == "https://slack.com/api/"


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_ADMINS", "U012ABC, U345DEF ,")
    monkeypatch.setenv("SLIPWAY_SLACK_FILE_HOSTS", "files.example.com,127.0.0.1:9000")
    settings = load()

    assert settings.admins == ("U012ABC", "U345DEF")
    assert settings.slack_file_hosts == ("files.example.com", "127.0.0.1:9000")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLIPWAY_PORT", "eighty"),
        ("SLIPWAY_PORT", "70000"),
        ("SLIPWAY_BASE_URL", "slipway.example.com"),
        ("SLIPWAY_BASE_URL", "https://user@slipway.example.com"),
        ("SLIPWAY_DATABASE_URL", "mysql://localhost/slipway"),
        ("SLIPWAY_SLACK_MODE", "carrier pigeon"),
        ("SLIPWAY_SLACK_FILE_HOSTS", "https://files.slack.com/"),
        ("SLIPWAY_ADMINS", "ann"),
        ("SLIPWAY_ORGANIZATION", "a/b"),
        ("SLIPWAY_MAX_BUILD_BYTES", "0"),
        ("SLIPWAY_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsWrong) as wrong:
        load()

    sentence = str(wrong.value)
    assert sentence.startswith(f"{name} is wrong: ")
    assert len(sentence.splitlines()) == 1


#: For each setting a value that it does not take, and what is said of it.
UNFIT = [
    ("PORT", "eighty", "it takes a whole number."),
    ("PORT", "80.5", "it takes a whole number."),
    ("PORT", "", "it takes a whole number."),
    ("PORT", "9" * 5000, "it takes a smaller number."),
    ("PORT", "70000", "it takes 65535 or less."),
    ("PORT", "-1", "it takes 0 or more."),
    ("MAX_BUILD_BYTES", "4 GB", "it takes a whole number."),
    ("MAX_BUILD_BYTES", "0", "it takes 1 or more."),
    ("SLACK_MODE", "pigeon", "it takes `socket` or `http`."),
    ("LOG_FORMAT", "xml", "it takes `text` or `json`."),
    ("ENROLMENT_TRUST", "yes", "it takes `require`, `prefer` or `off`."),
    ("BASE_URL", "http://[::1", "it takes an address such as https://slipway.example.com."),
    ("BASE_URL", "http://x:port", "it takes an address such as https://slipway.example.com."),
]


@pytest.mark.parametrize(("name", "value", "words"), UNFIT)
def test_c16_a_wrong_value_is_answered_in_our_own_english(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"SLIPWAY_{name}", value)
    with pytest.raises(SettingsWrong) as wrong:
        load()

    assert str(wrong.value) == f"SLIPWAY_{name} is wrong: {words}"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_c16_no_setting_speaks_pydantics_english(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"SLIPWAY_{name.upper()}", "\x01 nothing: of the kind")
    try:
        load()
    except SettingsWrong as wrong:
        said = str(wrong)
    else:
        return  # It takes any text.

    assert said.startswith(f"SLIPWAY_{name.upper()} is wrong: ")
    assert not any(word in said for word in ("Input", "valid", "unable", "instance", "type"))
    assert "docs/settings.md" not in said


def test_a_certificate_for_enrolment_takes_its_key_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLIPWAY_ENROLMENT_CERTIFICATE_FILE", "fullchain.pem")
    with pytest.raises(SettingsWrong) as wrong:
        load()

    assert str(wrong.value) == (
        "SLIPWAY_ENROLMENT_CERTIFICATE_FILE is wrong: it goes with SLIPWAY_ENROLMENT_KEY_FILE; set "
        "both or neither."
    )
    monkeypatch.setenv("SLIPWAY_ENROLMENT_KEY_FILE", "key.pem")
    assert load().enrolment_key_file == Path("key.pem")


def test_every_mistake_has_its_own_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_PORT", "eighty")
    monkeypatch.setenv("SLIPWAY_LOG_FORMAT", "xml")
    with pytest.raises(SettingsWrong) as wrong:
        load()

    assert len(str(wrong.value).splitlines()) == 2


def test_d1_a_value_that_was_left_out_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SECRET_KEY_FILE", "BACKUP_DIR"):
        monkeypatch.setenv(f"SLIPWAY_{name}", " ")
    settings = load()

    assert (settings.slack_bot_token, settings.backup_dir) == (None, None)
    assert settings.key_file.name == "secret.key"
    assert [one.split()[2] for one in settings.slack_complaints()] == ["missing:", "missing:"]


def test_d2_a_name_that_is_no_setting_is_told_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SLIPWAY_ADMIN", "SLIPWAY_BASEURL", "SLIPWAY_COLOURS", "SLIPWAY_P12_PASSWORD"):
        monkeypatch.setenv(name, "x")

    assert strangers() == {
        "SLIPWAY_ADMIN": "SLIPWAY_ADMINS",
        "SLIPWAY_BASEURL": "SLIPWAY_BASE_URL",
        "SLIPWAY_COLOURS": "",
    }


def test_tokens_do_not_show_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_SLACK_BOT_TOKEN", "xoxb-very-secret")

    assert "very-secret" not in repr(load())


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ["SLIPWAY_SLACK_BOT_TOKEN", "SLIPWAY_SLACK_APP_TOKEN"]),
        ({"slack_mode": "http"}, ["SLIPWAY_SLACK_BOT_TOKEN", "SLIPWAY_SLACK_SIGNING_SECRET"]),
        ({"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}, []),
    ],
)
def test_what_slack_needs_is_named(given: dict[str, str], missing: list[str]) -> None:
    sentences = load(**given).slack_complaints()

    assert [sentence.split()[0] for sentence in sentences] == missing


@pytest.mark.parametrize(
    ("bot", "app", "mode", "words"),
    [
        ("xapp-1", "xoxb-1", "socket", ["are swapped"]),
        ("xapp-1", "xapp-1", "socket", ["BOT_TOKEN holds an app-level token"]),
        ("xoxp-1", "xapp-1", "socket", ["BOT_TOKEN holds a person's token"]),
        ("xoxe.xoxb-1", "xapp-1", "socket", ["BOT_TOKEN holds a token that expires"]),
        ("xoxb-1", "xoxb-1", "socket", ["APP_TOKEN holds a bot token"]),
        ('"xoxb-1"', "1234", "socket", ["holds no bot token", "holds no app-level token"]),
        ("xoxb-1", "1234", "http", []),
    ],
)
def test_d1_a_token_in_the_wrong_place_is_named_without_itself(
    bot: str, app: str, mode: str, words: list[str]
) -> None:
    settings = load(
        slack_bot_token=bot, slack_app_token=app, slack_mode=mode, slack_signing_secret="secret"
    )
    sentences = settings.slack_complaints()

    assert len(sentences) == len(words)
    assert all(word in sentence for word, sentence in zip(words, sentences, strict=True))
    assert bot not in " ".join(sentences)


def test_the_secret_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secret.key"
    first = secret_key(path)

    assert len(first) == 32
    assert secret_key(path) == first
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    secret_key(path)
    path.chmod(0o644)
    with pytest.raises(SettingsWrong, match="chmod 600"):
        secret_key(path)


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.touch(mode=0o600)
    path.write_text("password")
    with pytest.raises(SettingsWrong, match="no secret key"):
        secret_key(path)
