"""Who did what, a line each."""

from typing import Any

import pytest

from bot.slack.features.history import messages
from provisioning.releases.history import SHOWN, HistoryLine
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack import reading, samples


def line(action: str, about: str = "Harbour 2.4.0", **values: object) -> HistoryLine:
    fixed: dict[str, Any] = {
        "at": samples.NOW,
        "by": "person:slack:UANN0000",
        "origin": "slack",
        "subject_id": "x" * 32,
        "detail": {},
    }
    return HistoryLine(**{**fixed, **values}, action=action, about=about)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (line("release.distributed", groups=("QA",)), "distributed *Harbour 2.4.0* to QA"),
        (line("release.distributed"), "distributed *Harbour 2.4.0* to some people"),
        (
            line("release.distributed", groups=("QA",), detail={"joins": True}),
            "let those who joined QA have *Harbour 2.4.0*",
        ),
        (
            line("release.recalled", detail={"because": "It crashes."}),
            "recalled *Harbour 2.4.0* from everybody: It crashes.",
        ),
        (
            line("release.withdrawn", groups=("QA",), detail={"because": "No."}),
            "recalled *Harbour 2.4.0* from QA: No.",
        ),
        (line("group.people_added", "QA", detail={"people": ["Bob"]}), "added Bob to *QA*"),
        (line("role.given", "", detail={"role": "admin"}), "gave the role admin"),
        (line("release.dismissed", ""), "dismissed something that is gone"),
        (line("strange.thing"), "`strange.thing` *Harbour 2.4.0*"),
        (line("strange.thing", ""), "`strange.thing`"),
    ],
)
def test_an_act_is_a_sentence(act: HistoryLine, said: str) -> None:
    shown = reading.words(messages.told("History", [act]))

    assert f"<@UANN0000> {said}" in shown


def test_nothing_is_said_to_be_nothing_and_much_to_be_not_all() -> None:
    nothing = reading.words(messages.told("History", []))
    much = reading.words(messages.told("History", [line("release.dismissed")] * SHOWN))

    assert "Nothing was done there yet." in nothing
    assert "slipway audit export" in much


@pytest.mark.parametrize("action", sorted(messages._SENTENCES))
def test_foreign_text_does_nothing(action: str) -> None:
    keys = ("because", "people", "usergroup", "before", "role", "channel", "name")
    acts = [
        line(action, EVIL, groups=(EVIL,), detail=dict.fromkeys(keys, EVIL)),
        line(action, EVIL, groups=(EVIL,), detail={key: [EVIL] for key in keys}),
    ]

    reading.assert_valid(messages.told(messages.title(EVIL), acts))
