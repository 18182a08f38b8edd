"""The log: one line an event, for people or for machines, without secrets."""

import logging
import re
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor

#: Private keys, Slack's tokens, bearer headers, tokens in paths of ours, and whole UDIDs.
SECRETS = (
    (re.compile(r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]+-----|$)"), "[key]"),
    (re.compile(r"\bx(?:ox[a-z]|app)-[A-Za-z0-9-]+"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 [secret]"),
    (re.compile(r"/i/[A-Za-z0-9_-]{16,}"), "/i/[grant]"),
    (re.compile(r"/me/[A-Za-z0-9_-]{16,}"), "/me/[page]"),
    (re.compile(r"/apple/[A-Za-z0-9_-]{16,}"), "/apple/[link]"),
    (re.compile(r"/enroll/((?:answer/|result/)?)[A-Za-z0-9_-]{16,}"), r"/enroll/\1[secret]"),
    (re.compile(r"(?i)\b[0-9a-f]{8}-[0-9a-f]{10}([0-9a-f]{6})\b"), r"[UDID …\1]"),
    # The hardware UUID of an older Mac is its UDID. What Apple calls an error and a team looks the
    # same: those are ours to tell, and stand behind the word for them.
    (
        re.compile(
            r"(?i)(?<!error id )(?<!issuer )(?<![0-9a-f-])"
            r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{6}([0-9a-f]{6})(?![0-9a-f-])"
        ),
        r"[UDID …\1]",
    ),
    # The UDIDs of older iPhones; a SHA-1 looks the same and loses nothing by being short.
    (re.compile(r"(?i)\b[0-9a-f]{34}([0-9a-f]{6})\b"), r"[UDID …\1]"),
    (re.compile(r"(postgres(?:ql)?(?:\+\w+)?://[^:/@\s]+):[^@\s]+@"), r"\1:[secret]@"),
)


def redacted(text: str) -> str:
    """Return *text* without what must not reach a log."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def _redact(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {
        key: redacted(value) if isinstance(value, str) else value for key, value in event.items()
    }


def configure(form: Literal["text", "json"], *, level: int = logging.INFO) -> None:
    """Send everything that is logged, by us and by libraries, to standard error."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [structlog.processors.format_exc_info, _redact, structlog.processors.JSONRenderer()]
        if form == "json"
        else [
            structlog.processors.format_exc_info,
            _redact,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # What is asked of us is written by `bot.web.access`, which masks secrets.
    for noisy in ("httpx", "httpcore", "apscheduler", "aiohttp.access", "dbos"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Bolt warns that it ignores a token which it was not to use anyway.
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
