"""Whatever an outside judge is shown of the sandbox goes well."""

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.apple.server import SandboxApple
from tests.unit.bot.sandbox.apple.client import AppleClient
from tests.unit.bot.sandbox.apple.doing import everything


async def test_everything_that_the_judge_is_shown_goes_well(
    apple: SandboxApple, client: AppleClient, app_id: AppId, certificate: Certificate
) -> None:
    done = await everything(client, app_id, certificate)

    assert [name for name, answer in done if answer.status >= 400] == ["POST devices"]
    assert [called.operation for called in apple.calls if called.status == 0] == []
    assert apple.violations == []
