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
