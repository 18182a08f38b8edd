"""The people and channels that the workspace begins with."""

from bot.sandbox.slack.conversations import Conversation, Kind
from bot.sandbox.slack.deeds import rooms
from bot.sandbox.slack.people import User
from bot.sandbox.slack.state import State
from bot.sandbox.slack.usergroups import UserGroup


def sow(state: State) -> None:
    """Fill an empty workspace: four people, three channels, a user group, a DM for each."""
    ann, bob, cid, dee = people = _people(state)
    bot = state.app.bot_user
    everybody = [person.id for person in people]
    builds = _channel(state, "mobile-builds", ann, "Post a build here: drop the .ipa or .apk.")
    builds.members = [*everybody, bot]
    qa = _channel(state, "qa", bob, "Testing, day by day.")
    qa.members = [ann.id, bob.id, dee.id, bot]
    general = _channel(state, "general", ann, "Everything else.")
    general.members = [ann.id, bob.id, cid.id]
    general.is_general = True
    now = state.now()
    state.usergroups.add(
        UserGroup(
            id=state.mint.id("S"),
            team_id=state.team_id,
            handle="qa-team",
            name="QA team",
            users=[bob.id, dee.id],
            created=now,
            updated=now,
        )
    )
    for person in people:
        rooms.open_dm(state, person.id, bot)


def _people(state: State) -> tuple[User, User, User, User]:
    facts = (
        ("ann", "Ann Archer", "Release manager", "2b6cb0", "release manager"),
        ("bob", "Bob Baker", "Tester", "2f855a", "tester"),
        ("cid", "Cid Carver", "Developer", "b7791f", "uploader"),
        ("dee", "Dee Dorn", "Tester from outside", "97266d", "tester, guest"),
    )
    ann, bob, cid, dee = (
        state.people.add(
            User(
                id=state.mint.id("U"),
                team_id=state.team_id,
                name=name,
                real_name=real_name,
                title=title,
                color=color,
                role_hint=role,
                email=f"{name}@harbour.example",
                is_admin=name == "ann",
                is_restricted=name == "dee",
            )
        )
        for name, real_name, title, color, role in facts
    )
    return ann, bob, cid, dee


def _channel(state: State, name: str, creator: User, purpose: str) -> Conversation:
    return state.conversations.add(
        Conversation(
            id=state.mint.id("C"),
            name=name,
            kind=Kind.PUBLIC,
            creator=creator.id,
            created=state.now(),
            purpose=purpose,
        )
    )
