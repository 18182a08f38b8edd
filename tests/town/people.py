"""The people of a town: testers, accounts of Slack, user groups, groups and roles."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.records.base import now
from storage.records.device import Device
from storage.records.group import Group, GroupChannel, GroupMember, GroupUserGroup
from storage.records.home_tab import HomeTab
from storage.records.person import Person, UserGroup
from storage.records.personal_page import PersonalPage
from storage.records.role import HolderKind, Role, RoleHolding
from storage.records.tester import Tester
from tests.town.loading import Loader
from tests.town.size import Size

MANAGER = "U0MANAGER"
TESTER = "U0TESTER"
CROWD = "S0CROWD"
NAMES = ("Ann", "Bob", "Cid", "Dee", "Eve", "Fay", "Gus", "Ida", "Jörg", "Käthe", "Łukasz", "Ömer")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Ids of those who live in a town; the first group is of the crowd alone."""

    testers: tuple[str, ...]
    devices: tuple[str, ...]
    groups: tuple[str, ...]
    channels: tuple[str, ...]


def settle(load: Loader, rng: random.Random, size: Size, organization_id: str) -> People:
    """Fill the tables of people."""
    testers = tuple(_id(rng) for _ in range(size.testers))
    people = People(
        testers=testers,
        devices=tuple(tester_id[::-1] for tester_id in testers),
        groups=tuple(_id(rng) for _ in range(max(6, size.groups))),
        channels=tuple(f"C{number:08}" for number in range(max(6, size.groups) * 2)),
    )
    accounts = [TESTER, *(f"U{number:08}" for number in range(1, size.testers))]
    strangers = [
        MANAGER,
        *(f"W{number:08}" for number in range(max(size.crowd, size.testers // 5))),
    ]
    owners = zip(people.testers, people.devices, accounts, strict=True)
    for tester_id, device_id, account in owners:
        load.add(
            Tester,
            id=tester_id,
            organization_id=organization_id,
            slack_id=account,
            email=f"{account.lower()}@example.com",
            name=f"{rng.choice(NAMES)} {account}",
        )
        load.add(
            HomeTab,
            id=f"h{tester_id[1:]}",
            organization_id=organization_id,
            slack_id=account,
            manages=tester_id.startswith("00"),
            due_at=now() + timedelta(hours=6),
        )
        load.add(
            PersonalPage,
            id=f"p{tester_id[1:]}",
            tester_id=tester_id,
            token_hash=tester_id * 2,
            expires_at=now() + timedelta(days=400),
        )
        load.add(
            Device,
            id=device_id,
            organization_id=organization_id,
            udid=f"00008110-{rng.getrandbits(64):016X}",
            tester_id=tester_id,
            created_by=f"person:slack:{account}",
        )
    for account in (*accounts, *strangers):
        _account(load, account, f"{rng.choice(NAMES)} {account}")
    usergroups = _usergroups(load, rng, size, accounts, strangers)
    _groups(load, rng, size, people, usergroups, organization_id)
    _roles(load, rng, size, [MANAGER, *accounts], usergroups, organization_id)
    return people


def _account(load: Loader, account: str, name: str) -> None:
    load.add(
        Person,
        id=account,
        team_id="T1",
        name=name,
        email=f"{account.lower()}@example.com",
        time_zone="Europe/Berlin",
        asked_at=_still(),
    )


def _usergroups(
    load: Loader, rng: random.Random, size: Size, accounts: list[str], strangers: list[str]
) -> list[str]:
    """Make user groups: half of each crowd are testers, the others were never given anything."""
    half = size.crowd // 2
    ids = [CROWD, *(f"S{number:08}" for number in range(max(5, size.groups // 4)))]
    for usergroup_id in ids:
        inside = rng.sample(accounts, min(half, len(accounts)))
        inside += rng.sample(strangers, min(size.crowd - len(inside), len(strangers)))
        load.add(
            UserGroup,
            id=usergroup_id,
            team_id="T1",
            handle=usergroup_id.lower(),
            name=usergroup_id,
            members=inside,
            asked_at=_still(),
        )
    return ids


def _groups(
    load: Loader,
    rng: random.Random,
    size: Size,
    people: People,
    usergroups: list[str],
    organization_id: str,
) -> None:
    for number, group_id in enumerate(people.groups):
        name = "Crowd" if number == 0 else f"Gruppe Ä {number}"
        load.add(
            Group,
            id=group_id,
            organization_id=organization_id,
            name=name,
            slug=name.lower().replace(" ", "-"),
            created_by=f"person:slack:{MANAGER}",
        )
        usergroup = usergroups[number % len(usergroups)]
        load.add(
            GroupUserGroup, group_id=group_id, usergroup_id=usergroup, handle=usergroup.lower()
        )
        for channel_id in people.channels[number * 2 : number * 2 + 2]:
            load.add(GroupChannel, group_id=group_id, channel_id=channel_id)
        inside = min(50, size.crowd, size.testers) if number else 0
        for tester_id in rng.sample(people.testers, inside):
            load.add(GroupMember, group_id=group_id, tester_id=tester_id)


def _roles(
    load: Loader,
    rng: random.Random,
    size: Size,
    accounts: list[str],
    usergroups: list[str],
    organization_id: str,
) -> None:
    """Give roles: to the manager by name, to people for one app each, to three user groups."""
    given = [(Role.MANAGER, HolderKind.PERSON, f"slack:{MANAGER}", "")]
    given += [
        (Role.MANAGER, HolderKind.PERSON, f"slack:{rng.choice(accounts[2:])}", _id(rng))
        for _ in range(size.holdings)
    ]
    given += [(Role.UPLOADER, HolderKind.USERGROUP, usergroup, "") for usergroup in usergroups[1:4]]
    for role, kind, holder, app_id in given:
        load.add(
            RoleHolding,
            organization_id=organization_id,
            role=role,
            holder_kind=kind,
            holder_id=holder,
            app_id=app_id,
            given_by="command line",
        )


def _still() -> datetime:
    """Return when Slack was asked: knowledge must not grow old while reads are measured."""
    return now() + timedelta(days=1)


def _id(rng: random.Random) -> str:
    return f"{rng.getrandbits(128):032x}"
