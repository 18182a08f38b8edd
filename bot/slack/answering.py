"""The command with all its verbs, and the Home tab: whatever answers when somebody asks."""

from collections.abc import Callable

from slack_bolt.async_app import AsyncApp

from bot.links import Links
from bot.slack.features.command import listeners as command
from bot.slack.features.distribution.typed import deeds as distribute
from bot.slack.features.groups import listeners as groups
from bot.slack.features.groups.deeds import GroupForms
from bot.slack.features.groups.typed.deeds import GroupActs
from bot.slack.features.home import listeners as home
from bot.slack.features.releases import listeners as releases
from bot.slack.features.roles import listeners as roles
from bot.slack.line.membership import Membership
from bot.slack.parts import SlackParts
from provisioning.installing.grants import Grants


def answering(grants: Grants, links: Links) -> Callable[[AsyncApp, SlackParts], None]:
    """Return the feature that registers them; *grants* and *links* make the links of Home."""

    def register(app: AsyncApp, parts: SlackParts) -> None:
        looking = releases.Looking(parts.cards, parts.people, parts.testers)
        slack = parts.workspace
        membership = Membership(slack.clients.hurried, slack.standing)
        acts = GroupActs(parts.groups, parts.people, membership)
        ordering = distribute.DistributeCommand(
            cards=parts.cards,
            groups=parts.groups,
            people=parts.people,
            distributions=parts.distributions,
        )
        verbs = (
            *distribute.verbs(ordering),
            *releases.verbs(looking),
            *groups.verbs(acts),
            *roles.verbs(roles.RoleActs(parts.people)),
        )
        command.register(app, command.Command(verbs, parts.people), parts.workspace)
        releases.register(app, looking)
        groups.register(app, acts, GroupForms(parts.groups, acts), parts.workspace)
        tab = home.Home(parts.cards, parts.people, grants, links)
        home.register(app, tab, looking, parts.workspace)

    return register
