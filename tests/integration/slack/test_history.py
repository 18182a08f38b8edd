"""Who did what, asked in Slack."""

from bot.slack.kit import names
from tests.integration.answering.asking import Asking
from tests.integration.slack.house import QA, House
from tests.integration.slack.test_main_road import distribute


async def test_everything_has_its_history(either: House) -> None:
    asking = Asking(either)
    await asking.said("Ann", "groups create QA @bob #qa")
    draft = await either.with_app()
    await either.ann.click(draft, names.DISMISS)
    dismissed = await either.card_saying("*Dismissed*")
    await either.ann.click(dismissed, names.RESTORE)
    await either.card_saying("*Draft*")
    await distribute(either, "QA")
    await either.card_saying("*Live*", QA)

    of_app = await asking.said("Ann", "history harbour")
    of_release = await asking.said("Ann", "history harbour 2.4.0")
    of_group = await asking.said("Ann", "history qa")
    by_ann = await asking.said("Ann", "history @ann")
    everything = await asking.said("Ann", "history")

    assert "created the app *Harbour*" in of_app
    assert "distributed *Harbour 2.4.0 (241) for iOS, release 1* to QA" in of_release
    assert "brought *Harbour 2.4.0 (241) for iOS, release 1* back as a draft" in of_release
    assert "created the group *QA*" in of_group
    for words in (by_ann, everything):
        assert "distributed *Harbour 2.4.0 (241) for iOS, release 1* to QA" in words
        assert "created the group *QA*" in words


async def test_what_was_not_meant_is_said(house: House) -> None:
    asking = Asking(house)
    await house.group("Field Testers", "Bob")
    await house.with_app()

    unknown = await asking.said("Ann", "history harbor")
    version = await asking.said("Ann", "history harbour 9.9")
    refused = await asking.said("Bob", "history harbour")

    assert "There is no app and no group called “harbor”. Did you mean `harbour`?" in unknown
    assert "Harbour has no release “9.9”." in version
    assert "You may not see who did what here" in refused
