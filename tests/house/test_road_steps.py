"""
Work begun by one process is gone on with by the next, so the steps of a road are a promise.

DBOS finds what it kept by the number and the name of a step. `road_steps.json` holds the names of
each road's steps, for the courses below; when they change, VERSION in bot/engine/flight.py has to
change as well, so that nothing half done is taken up by other steps. Then record them anew:

    uv run python -m tests.house.test_road_steps

While nothing that was begun under this VERSION is left anywhere, `--same-version` records all the
same. A course says what the steps return and which of them fail: a walk depends on nothing else.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

from bot.engine.flight import VERSION
from provisioning.appstore.errors import AccessDenied
from provisioning.devices.profiles import AppIdNeeded, Profiles
from provisioning.devices.registry import Registry
from provisioning.devices.waves import Waves
from provisioning.distributing.carrying import Carrying
from provisioning.distributing.covering import Covering
from provisioning.distributing.mandates import Mandates
from provisioning.distributing.pending_orders import PendingOrders
from provisioning.distributing.rebuilds import CI, HAND, Rebuilds
from provisioning.distributing.release_approvals import ReleaseApprovals
from provisioning.distributing.reminding import Reminding
from provisioning.distributing.settling import Settling
from provisioning.distributing.step_runs import StepRuns
from provisioning.distributing.taking_back import TakingBack
from provisioning.errors import CallFailed, TellerFailed, TellerUnreachable
from provisioning.following.nudging import Nudging
from provisioning.following.troubles import Troubles
from provisioning.intake.intake import Intake
from provisioning.intake.preparing import Preparing
from provisioning.leaving.announcing import Announcing
from provisioning.leaving.departures import Departures
from provisioning.leaving.letting_go import LettingGo
from provisioning.people.joining import Joining
from provisioning.releases.edits import ReleaseEdits
from provisioning.roads.every import every
from provisioning.roads.road import Road
from provisioning.signing.apart import SigningFailed
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError

P = ParamSpec("P")
T = TypeVar("T")

#: The names of the steps, by road and course.
Steps = dict[str, dict[str, list[str]]]

RECORDED = Path(__file__).with_name("road_steps.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """
    How one walk goes.

    `returns` has what steps return, by name; the others return None. `fails` has what leaves a
    step, by how its name begins.
    """

    returns: Mapping[str, object] = field(default_factory=dict)
    fails: Mapping[str, type[SlipwayError]] = field(default_factory=dict)


#: A wave that may begin at the second look.
PROVISION: Final[dict[str, Any]] = {
    "look 1": True,
    "begin": {
        "team": "<team>",
        "bundles": ["<bundle 1>", "<bundle 2>"],
        "builds": ["<build 1>", "<build 2>"],
        "releases": ["<release>"],
    },
    "signers": {"certificate_ids": [], "fingerprints": []},
    "newly": {"<tester 1>": ["<build 1>", "<build 2>"], "<tester 2>": ["<build 1>"]},
    "wait again": [],
}


#: Ids are placeholders, so that they stand in the names as such.
COURSES: dict[str, dict[str, Course]] = {
    "take_in": {
        "a build": Course(returns={"admit": True, "fetch": {}, "inspect": {}}),
        "a build that nobody can sign again": Course(
            returns={"admit": True, "fetch": {}, "inspect": {}, "prepare": True}
        ),
        "a build that could not be prepared": Course(
            returns={"admit": True, "fetch": {}, "inspect": {}}, fails={"prepare": SigningFailed}
        ),
        "not greeted, not fetched": Course(
            returns={"admit": True}, fails={"greet": TellerUnreachable}
        ),
        "no build": Course(returns={"admit": True, "fetch": {}}),
        "of somebody who may not": Course(returns={"admit": False}),
        "a build in a zip": Course(
            returns={
                "admit": True,
                "fetch": {},
                "inspect": {"inside": {}},
                "unwrap": {},
                "inspect inside": {},
            }
        ),
        "a zip that does not unpack": Course(
            returns={"admit": True, "fetch": {}, "inspect": {"inside": {}}}
        ),
    },
    "show_place": {"shown": Course()},
    "distribute": {
        "two places, 21 people": Course(
            returns={
                "resolve": [f"<recipient {number}>" for number in range(1, 22)],
                "places": [["slack", "<channel 1>"], ["slack", "<channel 2>"]],
            }
        ),
        "a place and a person out of reach, another refused": Course(
            returns={
                "resolve": ["<recipient 1>", "<recipient 2>", "<recipient 3>"],
                "places": [["slack", "<channel 1>"]],
            },
            fails={
                "announce": TellerUnreachable,
                "tell <recipient 1>": TellerUnreachable,
                "tell <recipient 2>": TellerFailed,
            },
        ),
        "nobody": Course(returns={"resolve": [], "places": []}),
        "a phone that it is signed for first": Course(
            returns={
                "resolve": ["<recipient 1>"],
                "cover": ["<wave>"],
                "signing look 1": True,
                "places": [],
            }
        ),
    },
    "tell_held": {
        "two people, one out of reach": Course(
            returns={
                "due": {
                    "recipients": ["<recipient 1>", "<recipient 2>"],
                    "acts": ["<distribution>"],
                }
            },
            fails={"tell <recipient 1>": TellerUnreachable},
        ),
        "nobody": Course(returns={"due": {"recipients": [], "acts": []}}),
    },
    "recall": {
        "two people, one refused, one old message": Course(
            returns={
                "resolve": {
                    "notices": ["<notice 1>", "<notice 2>"],
                    "recipients": ["<recipient>"],
                    "releases": ["<release 1>", "<release 2>"],
                }
            },
            fails={"tell <notice 1>": TellerFailed},
        ),
        "a place and a person out of reach": Course(
            returns={
                "resolve": {
                    "notices": ["<notice>"],
                    "recipients": [],
                    "releases": ["<release>"],
                }
            },
            fails={"show start": TellerUnreachable, "tell": TellerUnreachable},
        ),
        "nobody": Course(
            returns={"resolve": {"notices": [], "recipients": [], "releases": ["<release>"]}}
        ),
    },
    "nudge": {
        "two people, one out of reach": Course(
            returns={"resolve": ["<word 1>", "<word 2>"]},
            fails={"tell <word 1>": TellerUnreachable},
        ),
        "one person, refused": Course(
            returns={"resolve": ["<word>"]}, fails={"tell <word>": TellerFailed}
        ),
        "nobody": Course(returns={"resolve": []}),
    },
    "tell_trouble": {"said": Course()},
    "join": {"somebody asked": Course()},
    "settle": {
        "somebody joined two apps' group": Course(
            returns={"gather": ["<tester>"], "join": ["<distribution 1>", "<distribution 2>"]}
        ),
        "somebody left": Course(returns={"gather": [], "join": []}),
    },
    "edit": {
        "two messages, one out of reach": Course(
            returns={"resolve": {"release": "<release>", "recipients": ["<one>", "<two>"]}},
            fails={"redraw <one>": TellerUnreachable},
        ),
        "nowhere at first, and one message refused": Course(
            returns={"resolve": {"release": "<release>", "recipients": ["<recipient>"]}},
            fails={
                "show start": TellerUnreachable,
                "log start": TellerUnreachable,
                "redraw": TellerFailed,
            },
        ),
        "nobody was told": Course(returns={"resolve": {"release": "<release>", "recipients": []}}),
    },
    "mandate": {
        "two people, one reminded before, one out of reach": Course(
            returns={
                "resolve": {
                    "releases": ["<release>"],
                    "recipients": ["<recipient 1>", "<recipient 2>"],
                    "reminders": ["<reminder>"],
                }
            },
            fails={"redraw <recipient 2>": TellerUnreachable},
        ),
        "a thread that is refused": Course(
            returns={"resolve": {"releases": ["<release>"], "recipients": [], "reminders": []}},
            fails={"report": TellerFailed},
        ),
    },
    "remind": {
        "two people, one out of reach": Course(
            returns={
                "resolve": {
                    "releases": ["<release>"],
                    "reminders": ["<reminder 1>", "<reminder 2>"],
                },
                "finish": ["<actor>", "Not reminded."],
            },
            fails={"remind <reminder 2>": TellerUnreachable},
        ),
        "nobody": Course(
            returns={"resolve": {"releases": ["<release>"], "reminders": []}, "finish": []}
        ),
        "terms that hold no more": Course(
            returns={"resolve": {"releases": [], "reminders": []}, "finish": []}
        ),
    },
    "let_go": {
        "somebody whose account was deactivated": Course(
            returns={"parts": ["groups", "links", "devices", "requests", "roles"]}
        ),
        "a guest": Course(returns={"parts": ["roles", "keeps"]}),
        "done already": Course(returns={"parts": []}),
    },
    "show_leavers": {"shown": Course()},
    "run_step": {
        "a group that is told": Course(returns={"look 1": True}),
        "something that cannot be sent": Course(fails={"order": CallFailed}),
    },
    "ask_approval": {
        "waits, and who asked is out of reach": Course(
            returns={"begin": {"release": "<release>", "loud": False, "by": "<asker>"}},
            fails={"tell": TellerUnreachable},
        ),
        "let go by an admin, and refused where it is decided": Course(
            returns={"begin": {"release": "<release>", "loud": True, "by": "<asker>"}},
            fails={"show": TellerFailed},
        ),
    },
    "show_pending": {
        "shown": Course(
            returns={"begin": {"order": "<order>", "release": "<release>", "by": "<asker>"}}
        ),
        "a thread out of reach, and who asked refused": Course(
            returns={"begin": {"order": "<order>", "release": "<release>", "by": "<asker>"}},
            fails={"log": TellerUnreachable, "tell": TellerFailed},
        ),
    },
    "ask_rebuild": {
        "a CI": Course(returns={"begin": CI, "newcomers": ["<tester>"]}),
        "a person": Course(returns={"begin": HAND, "newcomers": []}),
        "a CI that refuses": Course(returns={"begin": CI}, fails={"call": CallFailed}),
        "nothing to ask for": Course(returns={"begin": ""}),
    },
    "register": {
        "waits for a yes": Course(returns={"look": "awaiting approval"}),
        "refused by a person": Course(returns={"look": "refused"}),
        "over": Course(returns={"look": "ready"}),
        "ready at once": Course(returns={"look": "registering", "register": "ready"}),
        "checked by Apple": Course(returns={"look": "registering", "register": "processing"}),
        "as it was": Course(returns={"look": "processing", "register": "processing"}),
        "left out": Course(returns={"look": "disabled"}),
        "with a key that is refused": Course(
            returns={"look": "registering", "put off": True}, fails={"register": AccessDenied}
        ),
        "a turn that is over": Course(returns={"look": ""}),
    },
    "provision": {
        "two bundles, two builds, two people": Course(
            returns={**PROVISION, "wait again": ["<registration>@1"]}
        ),
        "without an App ID": Course(returns=PROVISION, fails={"profile <bundle 2>": AppIdNeeded}),
        "with a build that cannot be signed": Course(
            returns={**PROVISION, "sign <build 1>": "It cannot."}
        ),
        "nothing is live": Course(returns={"look 0": True, "begin": {"bundles": []}}),
    },
}


class Recording:
    """A Step that notes its names, and does what the course says instead of the act."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self.names: list[str] = []

    async def __call__(
        self, name: str, act: Callable[P, Awaitable[T]], *_args: P.args, **_kwargs: P.kwargs
    ) -> T:
        assert callable(act)
        self.names.append(name)
        for start, error in self._course.fails.items():
            if name.startswith(start):
                raise error
        return cast("T", self._course.returns.get(name))

    async def briefly(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self(name, act, *args, **kwargs)

    async def pause(self, name: str, seconds: float) -> None:
        assert seconds > 0
        self.names.append(name)


def roads() -> tuple[Road, ...]:
    """Return every road. No act of theirs is run, so nothing behind them is made."""
    return every(
        intake=object.__new__(Intake),
        preparing=object.__new__(Preparing),
        carrying=object.__new__(Carrying),
        covering=object.__new__(Covering),
        taking_back=object.__new__(TakingBack),
        settling=object.__new__(Settling),
        edits=object.__new__(ReleaseEdits),
        mandates=object.__new__(Mandates),
        reminding=object.__new__(Reminding),
        departures=object.__new__(Departures),
        letting_go=object.__new__(LettingGo),
        announcing=object.__new__(Announcing),
        step_runs=object.__new__(StepRuns),
        requests=object.__new__(ReleaseApprovals),
        pending=object.__new__(PendingOrders),
        rebuilds=object.__new__(Rebuilds),
        nudging=object.__new__(Nudging),
        troubles=object.__new__(Troubles),
        joining=object.__new__(Joining),
        registry=object.__new__(Registry),
        profiles=object.__new__(Profiles),
        waves=object.__new__(Waves),
        tellers=Tellers(),
    )


async def steps() -> Steps:
    """Walk every course of every road."""
    return {
        road.name: {
            name: await _walked(road, course) for name, course in COURSES[road.name].items()
        }
        for road in roads()
    }


async def _walked(road: Road, course: Course) -> list[str]:
    step = Recording(course)
    await road.walk(step, "<subject>")
    assert len(set(step.names)) == len(step.names), f"{road.name} has two steps of one name."
    return step.names


def complaint(recorded: dict[str, Any], version: str, walked: Steps) -> str:
    """Return what is wrong in a sentence, empty when nothing is."""
    if recorded == {"version": version, "steps": walked}:
        return ""
    if recorded["version"] == version:
        return (
            "The steps of a road changed. Change VERSION in bot/engine/flight.py, so that nothing "
            "half done is taken up by them, and record them: "
            "uv run python -m tests.house.test_road_steps"
        )
    return "VERSION changed. Record its steps: uv run python -m tests.house.test_road_steps"


async def test_the_steps_of_a_road_change_only_with_the_version() -> None:
    assert complaint(json.loads(RECORDED.read_text()), VERSION, await steps()) == ""


async def test_every_road_has_its_courses() -> None:
    assert sorted(COURSES) == sorted(road.name for road in roads())


async def test_another_name_another_order_and_another_version_are_noticed() -> None:
    recorded = json.loads(RECORDED.read_text())
    renamed, turned = await steps(), await steps()
    renamed["take_in"]["a build"][0] = "welcome"
    turned["take_in"]["a build"].reverse()

    assert "Change VERSION" in complaint(recorded, VERSION, renamed)
    assert "Change VERSION" in complaint(recorded, VERSION, turned)
    assert "Record its steps" in complaint(recorded, VERSION + "a", turned)


if __name__ == "__main__":
    known = json.loads(RECORDED.read_text()) if RECORDED.exists() else {"version": ""}
    if known["version"] == VERSION and "--same-version" not in sys.argv:
        sys.exit(f"The steps of version {VERSION} are recorded already; see --same-version above.")
    RECORDED.write_text(
        json.dumps({"version": VERSION, "steps": asyncio.run(steps())}, indent=2) + "\n"
    )
