"""An Android app is noted as registered at Google, and its cards say so no more."""

from tests.integration.answering.asking import Asking
from tests.integration.slack.house import House


async def test_an_app_for_android_says_where_phones_refuse_it_until_it_is_registered(
    house: House,
) -> None:
    await house.with_app(house.samples.apk)
    asking = Asking(house)
    draft = await house.card_saying("certified phones in Brazil, Indonesia, Singapore and Thailand")
    assert "`/release verified harbour`" in draft.said()
    assert "certified phones in Brazil" in await asking.said("Ann", "show harbour 1")

    for typed, said in {
        "verified": "Say which app",
        "verified harbor": "Did you mean `harbour`?",
        "verified harbour 12:34": "64 digits and letters from A to F",
    }.items():
        assert said in await asking.said("Ann", typed), typed
    assert "You may not create apps" in await asking.said("Bob", "verified harbour")
    assert "is noted as registered" in await asking.said("Ann", "verified harbour")

    def is_gone() -> bool:
        now = house.workspace.current(draft)
        return now is not None and "certified phones" not in now.said()

    assert await house.workspace.eventually(is_gone)
    assert "certified phones" not in await asking.said("Ann", "show harbour 1")
    assert "is noted as not registered" in await asking.said("Ann", "verified harbour off")
    assert "is registered at Google" in await asking.said("Ann", "history harbour")
