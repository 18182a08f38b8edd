"""Answers `roles`: who holds which, and giving and taking them."""

from bot.slack.features.roles import messages, views
from bot.slack.kit import names
from bot.slack.kit.blocks import Form
from bot.slack.kit.grammar import Mention, MentionKind, Token, mentions, unresolved, words
from bot.slack.kit.payloads import Outdated, Submission
from bot.slack.kit.verbs import Asked, Reply, example, unknown
from provisioning.actors import Act, Identity, person, slack
from provisioning.errors import Unclear
from provisioning.people.permissions import Permissions
from provisioning.people.roles import EVERYBODY, Holder, Others, Roles
from storage.records.role import HolderKind, Role

WAYS = ("list", "give", "take")
#: Words that people put between a role and who holds it.
FILLERS = frozenset({"to", "from", "role", "the"})
#: What people type for a role.
SPOKEN = {
    "admin": Role.ADMIN,
    "manager": Role.MANAGER,
    "release-manager": Role.MANAGER,
    "uploader": Role.UPLOADER,
    "tester": Role.TESTER,
}


#: What people type for every full member.
ALL = frozenset({"everybody", "everyone"})
#: Whoever holds one of these does what an uploader does.
ABOVE = frozenset({Role.ADMIN, Role.MANAGER})


class RoleActs:
    """Shows, gives and takes roles."""

    def __init__(self, roles: Roles, permissions: Permissions) -> None:
        self._roles = roles
        self._permissions = permissions

    async def answer(self, asked: Asked) -> Reply:
        """Raise NotAllowed, Unclear, DirectoryFailed."""
        first = asked.rest[0] if asked.rest else "list"
        if isinstance(first, Mention):
            raise Unclear(f"Say first what to do: {example('roles give manager @somebody')}")
        way = first.lower()
        if way not in WAYS:
            raise Unclear(unknown(way, WAYS, "roles"))
        if way == "list":
            await self._permissions.require(asked.by, Act.SEE_ROLES)
            return messages.listed(await self._roles.holdings())
        await self._permissions.require(asked.by, Act.MANAGE_ROLES)
        role, holders = _wanted(asked.rest[1:], way)
        if way == "give":
            return await self._give(asked, role, holders)
        was_open = await self._roles.takes_from_others(role)
        said = [await self._taken(asked, role, holder) for holder in holders]
        if not was_open and await self._roles.takes_from_others(role):
            said.append(messages.OPEN_AGAIN)
        return messages.listed(await self._roles.holdings(), "\n".join(said))

    async def sent(self, sent: Submission) -> Form:
        """Give a role after it was said what becomes of the others. Raise NotAllowed, Unclear."""
        role, holders = views.asked_for(sent.private_metadata)
        choice = sent.entered(names.ROLE_OTHERS)
        if choice not in {Others.KEEP, Others.DROP}:
            raise Outdated
        others = Others(choice)
        by = sent.asker.by
        for holder in holders:
            await self._roles.check(role, holder)
        said = [
            messages.given(
                role,
                holder,
                is_news=await self._roles.give(by, role, holder, others=others),
            )
            for holder in holders
        ]
        said.append(messages.OTHERS[others])
        return views.shown(messages.listed(await self._roles.holdings(), "\n".join(said)))

    async def _give(self, asked: Asked, role: Role, holders: list[Holder]) -> Reply:
        for holder in holders:
            await self._roles.check(role, holder)
        if EVERYBODY not in holders and await self._roles.takes_from_others(role):
            above = [one for held, one in await self._roles.holdings() if held in ABOVE]
            rest = [one for one in dict.fromkeys(above) if one not in holders]
            return views.others(role, holders, rest)
        said = [
            messages.given(
                role,
                holder,
                is_news=await self._roles.give(asked.by, role, holder) or asked.again,
            )
            for holder in holders
        ]
        return messages.listed(await self._roles.holdings(), "\n".join(said))

    async def _taken(self, asked: Asked, role: Role, holder: Holder) -> str:
        was_held = await self._roles.take(asked.by, role, holder) or asked.again
        if holder.kind is HolderKind.PERSON and await self._counts(role, holder):
            return messages.still_held(role, holder)
        return messages.taken(role, holder, was_held=was_held)

    async def _counts(self, role: Role, holder: Holder) -> bool:
        """Return whether a person may still do what a role allows."""
        identity = Identity.read(holder.id)
        if identity is None:
            return False
        held = await self._permissions.roles_of(person(identity, origin=names.ORIGIN))
        return role in held


def _wanted(rest: tuple[Token, ...], way: str) -> tuple[Role, list[Holder]]:
    """Raise Unclear when the role or the people are missing."""
    stranger = unresolved(rest)
    if stranger is not None:
        raise Unclear(
            f"Slack does not know `{stranger[:60]}`. Choose the name from the list that Slack "
            "offers while you type."
        )
    spoken = [word.lower() for word in words(rest) if word.lower() not in FILLERS]
    typed = "-".join(word for word in spoken if word not in ALL)
    if not typed:
        raise Unclear(f"Say which role, and who: {example(f'roles {way} manager @somebody')}")
    if typed not in SPOKEN:
        raise Unclear(unknown(typed, list(SPOKEN), f"roles {way}"))
    people = mentions(rest, MentionKind.PERSON)
    usergroups = mentions(rest, MentionKind.USERGROUP)
    everybody = [EVERYBODY] if ALL & set(spoken) else []
    if not people and not usergroups and not everybody:
        raise Unclear(f"Say who: {example(f'roles {way} {typed} @somebody')}")
    # Everybody comes first: whoever is named beside them takes nothing from anybody then.
    named = [_holder(mention) for mention in (*people, *usergroups)]
    return SPOKEN[typed], [*everybody, *named]


def _holder(mention: Mention) -> Holder:
    if mention.kind is MentionKind.PERSON:
        return Holder(kind=HolderKind.PERSON, id=str(slack(mention.id)))
    return Holder(kind=HolderKind.USERGROUP, id=mention.id)
