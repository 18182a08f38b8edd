"""Expects that the Web API refuses, and how."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from slack_sdk.errors import SlackApiError


@asynccontextmanager
async def refused_with(error: str) -> AsyncGenerator[None]:
    """Expect that the block ends in an answer with this error."""
    with pytest.raises(SlackApiError) as caught:
        yield
    assert caught.value.response["error"] == error
