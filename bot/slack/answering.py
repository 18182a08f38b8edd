"""The command with all its verbs, and the Home tab: whatever answers when somebody asks."""

from collections.abc import Callable

from slack_bolt.async_app import AsyncApp

from bot.links import Links
from bot.slack.command import listeners as command
from bot.slack.distribution import command as distribute
from bot.slack.groups import listeners as groups
from bot.slack.groups.acts import GroupActs
from bot.slack.groups.forms import GroupForms
from bot.slack.groups.membership import Membership
from bot.slack.home import listeners as home
from bot.slack.parts import SlackParts
from bot.slack.releases import listeners as releases
from bot.slack.roles import listeners as roles
from provisioning.grants import Grants


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
