"""The log never holds what it must not."""

import io
import json
import logging
from collections.abc import Generator

import pytest

from tests import logs


@pytest.fixture
def log() -> Generator[io.StringIO]:
    """Lend what is logged as in a running house."""
    with logs.written("json") as stream:
        yield stream


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123-456-abcDEF",
        "xapp-1-A0-secret",
        "/i/AAAAAAAAAAAAAAAAAAAAAA",
        "/enroll/AAAAAAAAAAAAAAAAAAAAAA",
        "/enroll/answer/AAAAAAAAAAAAAAAAAAAAAA",
        "/enroll/result/AAAAAAAAAAAAAAAAAAAAAA",
        "00008110-001A2B3C4D5E6F70",
        "0123456789abcdef0123456789abcdef01234567",
        "4C4C4544-0042-4D10-8052-B4C04F595931",
        "4c4c4544-0042-4d10-8052-b4c04f595931",
        f"/apple/{'A' * 43}",
        "-----BEGIN PRIVATE KEY-----\nMIGTAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMIGTAgEAMBMGByqGSM49",
        "postgresql://slipway:hunter22@db/slipway",
    ],
)
def test_secrets_are_masked_wherever_they_stand(log: io.StringIO, secret: str) -> None:
    logger = logging.getLogger("slipway.test")
    logger.warning("Saw %s here.", secret, extra={"where": secret})
    try:
        int(secret)
    except ValueError:
        logger.exception("It broke.")

    written = log.getvalue()
    assert secret not in written
    assert "hunter22" not in written
    assert len(written.splitlines()) == 2


def test_a_line_is_one_json_object_with_its_subject(log: io.StringIO) -> None:
    logging.getLogger("slipway.test").warning("It is live.", extra={"release": "r1"})

    line = json.loads(log.getvalue())
    assert (line["event"], line["release"], line["level"]) == ("It is live.", "r1", "warning")


@pytest.mark.parametrize("named", ["error id", "issuer"])
def test_what_apple_calls_an_error_and_a_team_can_be_read(log: io.StringIO, named: str) -> None:
    uuid = "5bc363dd-f42d-4c34-b7c9-a4f034d7cbc7"

    logging.getLogger("slipway.test").warning("Apple refused it, %s %s.", named, uuid)

    assert f"{named} {uuid}." in json.loads(log.getvalue())["event"]


def test_of_a_udid_the_end_can_be_read(log: io.StringIO) -> None:
    mac = "4C4C4544-0042-4D10-8052-B4C04F595931"

    logging.getLogger("slipway.test").warning("Saw %s and x%sx.", mac, mac)

    assert json.loads(log.getvalue())["event"] == "Saw [UDID …595931] and x[UDID …595931]x."
