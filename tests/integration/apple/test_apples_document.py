"""The client of App Store Connect, and who answers it here, before Apple's own document."""

from bot.sandbox.apple.server import SandboxApple
from tests.integration.apple.walking import Walk
from tests.openapi import apples_document


async def test_apples_document_finds_nothing_in_what_the_client_asks_and_hears() -> None:
    judge = apples_document()
    async with SandboxApple.serve() as apple, Walk.begun(apple) as walk:
        await walk.everything()

    found = [sentence for done in walk.wire.kept for sentence in judge.exchange(done)]
    assert found == []
