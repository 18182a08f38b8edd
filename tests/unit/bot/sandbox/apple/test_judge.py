"""The sandbox before an outside judge: Apple's own document, which nobody may ship."""

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.apple.server import SandboxApple
from tests.openapi import apples_document
from tests.unit.bot.sandbox.apple.client import AppleClient
from tests.unit.bot.sandbox.apple.doing import everything


async def test_apples_document_finds_nothing(
    apple: SandboxApple, client: AppleClient, app_id: AppId, certificate: Certificate
) -> None:
    judge = apples_document()

    done = await everything(client, app_id, certificate)

    asked = [judge.request(each.operation, each.query, each.body) for each in apple.calls]
    answered = [judge.answer(name, each.status, each.body) for name, each in done]
    assert [sentence for found in (*asked, *answered) for sentence in found] == []
