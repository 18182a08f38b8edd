"""What has happened in the demo before anybody looks: true in the house, and told to the page."""

from pathlib import Path

import pytest

from bot.sandbox.demo import Demo, running
from bot.sandbox.history.progress import PROGRESS
from provisioning.actors import person, slack
from provisioning.releases.lifecycle import Standing
from storage.records.release import ReleaseState
from storage.records.role import Role

#: The role that each label promises, beside the one that everybody has.
LABELS = {"Ann": Role.MANAGER, "Bob": None, "Cid": Role.UPLOADER, "Dee": None, "Eve": Role.ADMIN}
STANDING = {
    "Beacon 1.3.0 ios": Standing.DRAFT,
    "Harbour 2.4.1 android": Standing.DRAFT,
    "Beacon 1.2.1 android": Standing.DRAFT,
    "Harbour 2.4.0 android": Standing.LIVE,
    "Beacon 1.2.0 android": Standing.LIVE,
    "Beacon 1.2.0 ios": Standing.LIVE,
    "Harbour 2.4.0 ios": Standing.LIVE,
    "Harbour 2.3.1 ios": Standing.DISMISSED,
    "Harbour 2.3.0 ios": Standing.SUPERSEDED,
}


async def assert_true_labels(demo: Demo) -> None:
    permissions = demo.house.house.people.permissions
    for name, role in LABELS.items():
        user = demo.slack.workspace.person(name).user
        held = await permissions.roles_of(person(slack(user.id), origin="test"))
        assert held - {Role.TESTER} == ({role} if role else set()), (name, user.role_hint)


async def standing(demo: Demo) -> dict[str, Standing]:
    lines = await demo.house.house.releases.lists.newest(list(ReleaseState), limit=50)
    return {
        f"{line.app_display_name} {line.version} {line.platform}": line.standing for line in lines
    }


@pytest.mark.slow
async def test_d4_the_workspace_is_lived_in_and_everybody_has_the_role_of_their_label(
    tmp_path: Path,
) -> None:
    async with running(data_dir=tmp_path, lived_in=True) as demo:
        await demo.past
        workspace = demo.slack.workspace

        told = demo.slack.state.standing_news[PROGRESS]
        assert (told["trouble"], told["over"], told["ready"]) == ("", True, True)
        await assert_true_labels(demo)
        assert await standing(demo) == STANDING
        assert workspace.person("Dee").user.is_guest
        said = "\n".join(message.said() for message in workspace.by_bot("#mobile-builds"))
        assert "Another key signed this build" in said
        assert "It is an app bundle: no device installs it" in said
        tallies = [
            await demo.house.house.installing.receipts.tally(line.release_id)
            for line in await demo.house.house.releases.lists.newest([ReleaseState.LIVE], limit=50)
            if (line.version, line.platform) == ("2.4.0", "ios")
        ]
        assert [(tally.opened, tally.fetched) for tally in tallies] == [(2, 1)]
        assert demo.slack.violations == []

    async with running(data_dir=tmp_path, lived_in=True) as again:
        await again.past
        await assert_true_labels(again)
        assert await standing(again) == STANDING
        assert again.slack.workspace.messages("#mobile-builds") == []


@pytest.mark.slow
async def test_d4_a_past_that_breaks_off_says_so_and_lets_people_go_on(tmp_path: Path) -> None:
    (tmp_path / "samples").write_text("No folder, so that nothing can be posted.")
    async with running(data_dir=tmp_path, lived_in=True) as demo:
        await demo.past

        told = demo.slack.state.standing_news[PROGRESS]
        assert (told["over"], told["ready"]) == (True, True)
        assert "The past of this workspace broke off here." in told["trouble"]
