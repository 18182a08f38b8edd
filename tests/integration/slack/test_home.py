"""App Home as a manager uses it: icons, a search, a new group."""

from bot.slack.kit import names
from tests.integration.slack.house import House


async def test_d4_a_manager_finds_a_release_and_makes_a_group_from_home(house: House) -> None:
    await house.with_app()
    await house.ann.open_home()
    home = await house.workspace.eventually(lambda: house.workspace.home_of("Ann"))

    icons = [
        element["image_url"]
        for block in home.blocks
        if block["type"] == "context"
        for element in block["elements"]
        if element["type"] == "image"
    ]
    assert len(icons) == 1
    assert icons[0].startswith("http")

    found = await house.ann.suggest(home, names.SHOW_RELEASE, "2.4")
    assert [one["text"]["text"] for one in found] == ["Harbour 2.4.0 (241)"]
    await house.ann.click(home, names.SHOW_RELEASE, "Harbour 2.4.0 (241)")
    shown = await house.view_of("Ann", "Release")
    assert "Harbour 2.4.0 (241)" in str(shown.blocks)

    await house.ann.click(home, names.GROUP_CREATE)
    assert (await house.view_of("Ann", "group")).callback_id == names.GROUP_CREATE_FORM
