"""What people name behind a verb: an app and one of its releases, groups, channels of groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.kit.grammar import MentionKind, Token, mentions, unresolved, words
from bot.slack.kit.verbs import closest, example
from provisioning.errors import Unclear
from provisioning.people.groups import Groups, slug_of
from provisioning.releases.cards import ReleaseLine
from provisioning.releases.lists import Lists
from storage.errors import NotFound
from storage.records.app import App
from storage.records.group import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedThings:
    """Finds what was meant; what it does not find it says, with what there is."""

    lists: Lists
    groups: Groups

    async def app(self, text: str) -> App:
        """Return the app that people mean. Raise NotFound."""
        app, _ = await self.lists.find(text)
        if app is None:
            raise NotFound(await self._no_app(text))
        return app

    async def release(self, app_text: str, version: str | None) -> tuple[App, ReleaseLine]:
        """Return an app and its release, the newest without a version. Raise NotFound."""
        app, release = await self.lists.find(app_text, version)
        if app is None:
            raise NotFound(await self._no_app(app_text))
        if release is None:
            what = f"release “{version[:60]}”" if version else "release"
            raise NotFound(
                f"{app.display_name} has no {what}. See them all: {example(f'list {app.name}')}"
            )
        return app, release

    async def groups_in(self, spoken: Sequence[str]) -> list[Group]:
        """Find the groups in a row of words; names of several words need no quotes."""
        known = {group.slug: group for group in await self.groups.all()}
        found: list[Group] = []
        start = 0
        while start < len(spoken):
            for end in range(len(spoken), start, -1):
                group = known.get(slug_of(" ".join(spoken[start:end])))
                if group is not None:
                    break
            else:
                # Nothing fits: the sentence about the groups there are comes from here.
                group, end = await self.groups.named(spoken[start]), start + 1
            found.append(group)
            start = end
        return found

    async def heard_in(self, channel_ids: Sequence[str]) -> list[Group]:
        """Return the groups of channels. Raise Unclear for a channel that is no group's."""
        found: list[Group] = []
        for channel_id in channel_ids:
            groups = await self.groups.heard_in(channel_id)
            if not groups:
                raise Unclear(
                    "No group is connected to this channel, so nobody would get the release. "
                    f"Connect one: {example('groups connect QA #channel')}"
                )
            found += groups
        return found

    async def _no_app(self, text: str) -> str:
        known = await self.lists.names()
        if not known:
            return "There is no app yet. Post a build in a channel I am in to make one."
        meant = closest(text, known)
        hint = f"Did you mean `{meant}`?" if meant else f"There are: {', '.join(known[:20])}."
        return f"There is no app called “{text[:60]}”. {hint}"


def refuse_unknown(tokens: Sequence[Token]) -> None:
    """Raise Unclear for a Slack user group, and for a name that Slack does not know."""
    for usergroup in mentions(tokens, MentionKind.USERGROUP):
        name = f"@{usergroup.name or 'user-group'}"
        raise Unclear(
            f"A Slack user group gets releases through a group. Add it to one first: "
            f"{example(f'groups add QA {name}')}"
        )
    stranger = unresolved(words(tokens))
    if stranger is not None:
        raise Unclear(
            f"Slack does not know `{stranger[:60]}`. Choose the name from the list that Slack "
            "offers while you type."
        )
