"""Carries out what was filled in in the forms of groups."""

from collections.abc import Sequence

from bot.slack.features.groups import messages, views
from bot.slack.features.groups.typed.deeds import GroupActs, as_form
from bot.slack.features.groups.views import GroupWay
from bot.slack.kit import mrkdwn, names
from bot.slack.kit.blocks import Form
from bot.slack.kit.payloads import Outdated, Submission, at
from provisioning.actors import slack
from provisioning.people.groups import Groups


class GroupForms:
    """Each form, answered with the group as it is afterwards."""

    def __init__(self, groups: Groups, acts: GroupActs) -> None:
        self._groups = groups
        self._acts = acts

    async def create(self, sent: Submission) -> Form:
        """Raise Unclear with the field `name`, `targets` or `channels`."""
        by, channels = sent.asker.by, _conversations(sent)
        line = await self._acts.checked(channels, by)
        name, people = sent.entered(names.GROUP_NAME), sent.chosen(names.GROUP_PEOPLE)
        group = await self._groups.create(name, by, map(slack, people))
        for channel_id in channels:
            await self._groups.connect(group.id, channel_id, by)
        said = f"Created the group *{mrkdwn.plain(group.name, 64)}*."
        return await self._sheet(group.id, said, line)

    async def pick(self, sent: Submission) -> Form:
        """Raise NotFound for a group that was deleted meanwhile."""
        way, *_ = _kept(sent)
        if way not in set(GroupWay):
            raise Outdated
        chosen = sent.entered(names.GROUP_PICK)
        return as_form(await self._acts.go_on(GroupWay(way), chosen, sent.asker.by))

    async def rename(self, sent: Submission) -> Form:
        """Raise Unclear with the field `name`."""
        group_id, *_ = _kept(sent)
        sheet = await self._groups.sheet(group_id)
        name = sent.entered(names.GROUP_NAME)
        renamed = await self._groups.rename(group_id, name, sent.asker.by)
        return await self._sheet(group_id, messages.renamed(sheet, renamed))

    async def people(self, sent: Submission) -> Form:
        """
        Add whoever is chosen anew and remove whoever was taken out of the field.

        What counts is the difference to what the form showed when it opened: a colleague's change
        meanwhile stays. Raise Unclear with the field `targets`.
        """
        group_id, *shown = _kept(sent)
        before, after = _ids(shown), sent.chosen(names.GROUP_PEOPLE)
        by = sent.asker.by
        new = [user_id for user_id in after if user_id not in before]
        gone = [user_id for user_id in before if user_id not in after]
        added = await self._groups.add_people(group_id, map(slack, new), by)
        removed = await self._groups.remove_people(group_id, map(slack, gone), by)
        done = [messages.counted("Added", added, 0), messages.removed(removed, 0)]
        return await self._sheet(group_id, " ".join(filter(None, done)) or "Nothing was changed.")

    async def channels(self, sent: Submission) -> Form:
        """
        Connect and disconnect as `people` adds and removes.

        Raise Unclear with the field `channels`.
        """
        group_id, *shown = _kept(sent)
        before, after = _ids(shown), _conversations(sent)
        by = sent.asker.by
        new = [channel_id for channel_id in after if channel_id not in before]
        line = await self._acts.checked(new, by)
        for channel_id in new:
            await self._groups.connect(group_id, channel_id, by)
        gone = [channel_id for channel_id in before if channel_id not in after]
        for channel_id in gone:
            await self._groups.disconnect(group_id, channel_id, by)
        said = messages.moved(new, gone) or "Nothing was changed."
        return await self._sheet(group_id, said, line)

    async def _sheet(self, group_id: str, said: str, warning: str = "") -> Form:
        return views.shown(await self._acts.sheet(group_id, f"{said}\n{warning}".strip()))


def _kept(sent: Submission) -> list[str]:
    """Return what the form was to remember. Raise Outdated for one of another version."""
    version, *parts = sent.private_metadata.split(":")
    if version != names.VALUE_VERSION or not parts:
        raise Outdated
    return parts


def _ids(parts: Sequence[str]) -> list[str]:
    return [part for part in ",".join(parts).split(",") if part]


def _conversations(sent: Submission) -> list[str]:
    found = at(sent.values, names.GROUP_CHANNELS, names.GROUP_CHANNELS, "selected_conversations")
    return [str(channel_id) for channel_id in found] if isinstance(found, list) else []
