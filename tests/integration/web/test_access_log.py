"""The access log of a running house: one line a request, and no secret in it."""

import asyncio
import json
from typing import Any, Literal

import pytest

from tests import logs
from tests.integration.web.site import IPHONE, Site


@pytest.mark.parametrize("form", ["text", "json"])
async def test_b3_each_request_is_one_line_without_the_secret_of_its_link(
    site: Site, form: Literal["text", "json"]
) -> None:
    offer = await site.offer()
    with logs.written(form) as log:
        await site.get(offer.path, agent=IPHONE)
        await site.get(f"{offer.path}/manifest.plist?secret=hunter2")
        await site.get("/healthz")
        await site.get("/nothing/here")
        await asyncio.sleep(0.1)  # A line is written after its answer.
        lines = log.getvalue().splitlines()

    assert len(lines) == 4, lines
    assert not [line for line in lines if offer.token in line or "hunter2" in line]
    for line, path, status in zip(
        lines,
        ("/i/…", "/i/…/manifest.plist", "/healthz", "/nothing/here"),
        (200, 200, 200, 404),
        strict=True,
    ):
        said: dict[str, Any] = json.loads(line) if form == "json" else {"event": line}
        assert f"GET {path} was answered with {status} in " in said["event"]
        if form == "json":
            assert (said["method"], said["path"], said["status"]) == ("GET", path, status)
            assert said["milliseconds"] >= 0
            assert said["bytes"] > 0
