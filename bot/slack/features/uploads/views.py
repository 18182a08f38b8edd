"""The form that creates the app of a first build."""

import json
import re
from collections.abc import Collection

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Form
from bot.slack.kit.payloads import Outdated
from provisioning.releases.apps import DISPLAY_NAME_LIMIT
from provisioning.releases.cards import BuildCard

VERSION = 1


def create_app(upload_id: str, build: BuildCard, taken: Collection[str] = ()) -> Form:
    """Return the form, filled in from what the package says; *taken* are the names in use."""
    facts = build.facts
    hint = f"{words.platform(facts)} · {facts.bundle_id or 'no identifier'} · {build.file_name}"
    return Form(
        callback_id=names.CREATE_APP_FORM,
        title="Create app",
        submit="Create",
        private_metadata=json.dumps({"v": VERSION, "upload": upload_id}),
        blocks=(
            blocks.context(mrkdwn.plain(hint, 300)),
            blocks.entry(
                names.APP_DISPLAY_NAME,
                "Name",
                blocks.text_field(names.APP_DISPLAY_NAME, build.name, longest=DISPLAY_NAME_LIMIT),
                hint="What people read on cards and install pages.",
            ),
            blocks.entry(
                names.APP_NAME,
                "Short name",
                blocks.text_field(names.APP_NAME, short_name(build, taken), longest=63),
                hint="What people type: /release list short-name. Small letters, digits, dashes.",
            ),
        ),
    )


def upload_of(private_metadata: str) -> str:
    """Return the upload that a form was opened for. Raise Outdated for an older form."""
    try:
        kept = json.loads(private_metadata)
        if kept["v"] == VERSION:
            return str(kept["upload"])
    except (ValueError, KeyError, TypeError):
        pass
    raise Outdated


def short_name(build: BuildCard, taken: Collection[str] = ()) -> str:
    """Return a free short name to propose: the app's name as people would type it."""
    words_ = re.sub(r"[^a-z0-9]+", "-", build.name.casefold()).strip("-")
    last = (build.facts.bundle_id or "app").casefold().rpartition(".")[2]
    base = (words_ or re.sub(r"[^a-z0-9]+", "-", last).strip("-") or "app")[:48]
    proposals = (base, f"{base}-{build.facts.platform}", *(f"{base}-{n}" for n in range(2, 1000)))
    return next((name for name in proposals if name not in taken), base)
