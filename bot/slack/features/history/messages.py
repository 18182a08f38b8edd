"""Who did what, a line each."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Message
from bot.slack.kit.lists import MANY_NAMES, row, rows
from provisioning.installing.sights import words_for
from provisioning.releases.history import SHOWN, HistoryLine
from provisioning.wording import builds_of
from storage.records.track import TrackRuleKind

NOTHING: Final = "Nothing was done there yet."
MORE: Final = (
    f"The last {SHOWN}. Everything stands in `slipway audit export`, for whoever has the machine."
)


def told(title: str, lines: Sequence[HistoryLine]) -> Message:
    """Return what was done, newest first; *title* is finished mrkdwn."""
    if not lines:
        return Message(text=NOTHING, blocks=[blocks.section(f"*{title}*\n{NOTHING}")])
    more = [blocks.context(MORE)] if len(lines) == SHOWN else []
    return Message(
        text=f"History: {len(lines)}",
        blocks=[blocks.section(f"*{title}*"), *rows(list(map(_line, lines))), *more],
    )


def title(name: str) -> str:
    return f"History of {mrkdwn.plain(name, 120)}"


def mention(user_id: str) -> str:
    return mrkdwn.person(user_id)


def _line(line: HistoryLine) -> str:
    return f"{mrkdwn.moment(line.at)} · {who(line.by)} {_did(line)}"


def _did(line: HistoryLine) -> str:
    about = f"*{mrkdwn.plain(line.about, 100)}*" if line.about else "something that is gone"
    say = _SENTENCES.get(line.action)
    if say is None:
        known = f" {about}" if line.about else ""
        return f"{mrkdwn.code(line.action)}{known}"
    return say(about, line.detail, line.groups)


def _named(detail: dict[str, Any], key: str, limit: int = 300) -> str:
    found = detail.get(key)
    if isinstance(found, list):
        return row([mrkdwn.plain(str(one), 64) for one in found], MANY_NAMES // 2)
    return mrkdwn.plain(str(found or ""), limit)


def _distributed(about: str, detail: dict[str, Any], groups: Sequence[str]) -> str:
    where = row([mrkdwn.plain(one, 64) for one in groups], MANY_NAMES // 2)
    if detail.get("joins"):
        return f"let those who joined {where or 'a group'} have {about}"
    if detail.get("again"):
        return f"tried again to tell people of {about}"
    if detail.get("told"):
        return f"told those of {about} who had it silently"
    if detail.get("returns"):
        because = f": {_named(detail, 'because', 500)}" if detail.get("because") else ""
        return f"made {about} current again for {where or 'some people'}{because}"
    must = " (mandatory)" if detail.get("mandatory") else ""
    return f"distributed {about} to {where or 'some people'}{must}{_consent(detail)}"


def _consent(detail: dict[str, Any]) -> str:
    """Return whose yes it took, if it took one."""
    by = detail.get("approved_by")
    if not isinstance(by, list):
        return ""
    if detail.get("overridden"):
        return f" *without the approval it needs*: {_named(detail, 'because', 500)}"
    return f", approved by {row([who(str(one)) for one in by])}" if by else ""


def _asked(about: str, _detail: dict[str, Any], groups: Sequence[str]) -> str:
    where = row([mrkdwn.plain(one, 64) for one in groups], MANY_NAMES // 2)
    return f"asked for an approval of {about}{f' for {where}' if where else ''}"


def _policy(about: str, detail: dict[str, Any], _groups: Sequence[str]) -> str:
    found = detail.get("approvers")
    named = [str(one) for one in found] if isinstance(found, list) else []
    called = [who(one) if one.startswith("person:") else mrkdwn.plain(one, 64) for one in named]
    if detail.get("handle"):
        called = [f"@{_named(detail, 'handle')}"]
    return f"let {about} take the approval of {_named(detail, 'needed')} of {row(called)}"


def _withdrawn(about: str, detail: dict[str, Any], groups: Sequence[str]) -> str:
    where = row([mrkdwn.plain(one, 64) for one in groups], MANY_NAMES // 2)
    return f"recalled {about} from {where or 'some people'}: {_named(detail, 'because', 500)}"


def _source(detail: dict[str, Any]) -> str:
    """Return where the builds of a track come from, by one rule."""
    value = str(detail.get("value", ""))
    if detail.get("kind") == TrackRuleKind.CHANNEL:
        return mrkdwn.channel(value)
    return mrkdwn.code(value, 100)


def _because(detail: dict[str, Any]) -> str:
    because = _named(detail, "because", 500)
    return f": {because}" if because else ""


def _nudged(about: str, detail: dict[str, Any], groups: Sequence[str]) -> str:
    where = row([mrkdwn.plain(one, 64) for one in groups], MANY_NAMES // 2)
    inside = f" in {where}" if where else ""
    count = detail.get("people")
    whom = words.people(count) if isinstance(count, int) else "some people"
    return f"reminded {whom}{inside} of {about}"


def _there(groups: Sequence[str]) -> str:
    where = row([mrkdwn.plain(one, 64) for one in groups], MANY_NAMES // 2)
    return f" for {where}" if where else ""


def _lacking(detail: dict[str, Any]) -> str:
    """Return what a release waited for: `the Android build of 2.5.0`."""
    found = detail.get("platforms")
    platforms = [str(one) for one in found] if isinstance(found, list) else []
    return mrkdwn.plain(builds_of(platforms, str(detail.get("version", ""))), 150)


def _let_go(detail: dict[str, Any], why: str) -> str:
    parts = [_named(detail, key) for key in ("in", "roles") if detail.get(key)]
    what = f": {'; '.join(parts)}" if parts else ""
    return f"took back what {_named(detail, 'people')} had, {why}{what}"


Sentence = Callable[[str, dict[str, Any], Sequence[str]], str]

_SENTENCES: Final[dict[str, Sentence]] = {
    "release.distributed": _distributed,
    "release.withdrawn": _withdrawn,
    "release.recalled": lambda about, detail, _: (
        f"recalled {about} from everybody: {_named(detail, 'because', 500)}"
    ),
    "release.nudged": _nudged,
    "release.trouble": lambda about, detail, _: (
        f"said that {about} does not install: "
        f"{mrkdwn.sentence(words_for(str(detail.get('saw', ''))))}"
    ),
    "release.mandatory": lambda about, detail, groups: (
        f"made {about} mandatory{_there(groups)}{_because(detail)}"
    ),
    "release.not_mandatory": lambda about, detail, groups: (
        f"lifted that {about} is mandatory{_there(groups)}{_because(detail)}"
    ),
    "release.mandatory_undone": lambda about, _d, groups: (
        f"undid a change of whether {about} is mandatory{_there(groups)}"
    ),
    "release.dismissed": lambda about, detail, _: (
        f"moved {about} to another track" if detail.get("moved_to") else f"dismissed {about}"
    ),
    "release.restored": lambda about, _d, _g: f"brought {about} back as a draft",
    "release.submitted": _asked,
    "release.approval_given": lambda about, _d, _g: f"said yes to {about}",
    "release.approval_approved": lambda about, _d, _g: f"approved {about}",
    "release.approval_overridden": lambda about, detail, _: (
        f"let {about} go without the approval it needs: {_named(detail, 'because', 500)}"
    ),
    "release.approval_declined": lambda about, detail, _: (
        f"declined {about}: {_named(detail, 'because', 500)}"
    ),
    "release.approval_expired": lambda about, _d, _g: f"let the request for {about} expire",
    "release.approval_withdrawn": lambda about, _d, _g: f"took back the request for {about}",
    "release.approval_lapsed": lambda about, detail, _: (
        f"ended the request for {about}: {_named(detail, 'because', 500)}"
    ),
    "release.wait_begun": lambda about, detail, groups: (
        f"let {about} wait for {_lacking(detail)}, to go out together{_there(groups)}"
    ),
    "release.wait_widened": lambda about, detail, groups: (
        f"let {about} wait for {_lacking(detail)}{_there(groups) or ' for more people'} as well"
    ),
    "release.wait_met": lambda about, detail, groups: (
        f"had {_lacking(detail)}, so {about} was ordered together with it{_there(groups)}"
    ),
    "release.wait_sent": lambda about, detail, groups: (
        f"sent {about} without {_lacking(detail)}{_there(groups)}"
    ),
    "release.wait_stopped": lambda about, detail, _: (
        f"stopped that {about} waits for {_lacking(detail)}"
    ),
    "release.wait_expired": lambda about, detail, _: (
        f"let {about} wait no more for {_lacking(detail)}, which did not come in time"
    ),
    "release.wait_lapsed": lambda about, detail, _: (
        f"let {about} wait no more for {_lacking(detail)}{_because(detail)}"
    ),
    "release.signer_approved": lambda about, _d, _g: f"approved the other signer of {about}",
    "release.signer_declined": lambda about, detail, _: (
        f"declined the signer of {about}: {_named(detail, 'because', 500)}"
    ),
    "app.signer_asked": lambda about, _d, _g: f"wanted to distribute {about} of another signer",
    "app.signer_pinned": lambda about, _d, _g: f"let the first release say who signs {about}",
    "app.signer_rotated": lambda about, _d, _g: f"followed the signing key of {about}",
    "group.approval": _policy,
    "group.approval_lifted": lambda about, _d, _g: f"let {about} take no approval any more",
    "release.reworded": lambda about, _d, _g: f"changed the notes of {about}",
    "release.linked": lambda about, detail, _: f"linked {about}, at {_named(detail, 'host')}",
    "release.tagged": lambda about, detail, _: f"tagged {about}: {_named(detail, 'tags')}",
    "release.untagged": lambda about, detail, _: f"took tags off {about}: {_named(detail, 'tags')}",
    "release.disabled": lambda about, detail, _: f"disabled {about}{_because(detail)}",
    "release.enabled": lambda about, _d, _g: f"enabled {about} again",
    "app.created": lambda about, _d, _g: f"created the app {about}",
    "app.registered": lambda about, detail, _: (
        f"noted that {about} is registered at Google with the certificate "
        f"{mrkdwn.code(str(detail.get('certificate', ''))[:16])}"
    ),
    "app.unregistered": lambda about, _d, _g: f"noted that {about} is not registered at Google",
    "app.paired": lambda about, detail, _: (
        f"made {about} for {_named(detail, 'platform')} part of the product "
        f"{_named(detail, 'product')}"
    ),
    "app.unpaired": lambda about, detail, _: (
        f"took {about} for {_named(detail, 'platform')} out of the product "
        f"{_named(detail, 'product')}"
    ),
    "track.ruled": lambda about, detail, _: f"let builds of {_source(detail)} be {about}",
    "track.unruled": lambda about, detail, _: f"let builds of {_source(detail)} not be {about}",
    "page.revoked": lambda about, _d, _g: f"ended the link to the page of {about}",
    "group.created": lambda about, _d, _g: f"created the group {about}",
    "group.renamed": lambda about, detail, _: (
        f"renamed the group {_named(detail, 'before')} to {about}"
    ),
    "group.deleted": lambda about, _d, _g: f"deleted the group {about}",
    "group.people_added": lambda about, detail, _: f"added {_named(detail, 'people')} to {about}",
    "group.people_removed": lambda about, detail, _: (
        f"took {_named(detail, 'people')} out of {about}"
    ),
    "group.usergroup_added": lambda about, detail, _: (
        f"added @{_named(detail, 'usergroup')} to {about}"
    ),
    "group.usergroup_removed": lambda about, detail, _: (
        f"took @{_named(detail, 'usergroup')} out of {about}"
    ),
    "group.connected": lambda about, detail, _: (
        f"connected {mrkdwn.channel(str(detail.get('channel', '')))} to {about}"
    ),
    "group.disconnected": lambda about, detail, _: (
        f"disconnected {mrkdwn.channel(str(detail.get('channel', '')))} from {about}"
    ),
    "group.joiners": lambda about, detail, _: (
        f"let those who join {about} get "
        f"{'what is current' if detail.get('get') else 'what is sent afterwards'}"
    ),
    "workflows.let": lambda _about, _d, _g: "let workflows distribute in their name",
    "workflows.not_let": lambda _about, _d, _g: "lets workflows distribute in their name no more",
    "group.invited": lambda about, detail, _: (
        f"made a join link to {about} for {_named(detail, 'room')} people"
    ),
    "group.invite_revoked": lambda about, _d, _g: f"revoked a join link to {about}",
    "group.asked": lambda about, detail, _: f"asked to join {about}: {_named(detail, 'who')}",
    "group.joined": lambda about, detail, _: f"let {_named(detail, 'who')} join {about}",
    "group.declined": lambda about, detail, _: (
        f"declined that {_named(detail, 'who')} joins {about}"
    ),
    "role.given": lambda _about, detail, _: f"gave the role {_named(detail, 'role')}",
    "role.taken": lambda _about, detail, _: f"took the role {_named(detail, 'role')}",
    "person.left": lambda _about, detail, _: _let_go(detail, "who left"),
    "person.let_go": lambda _about, detail, _: _let_go(detail, "a guest"),
    "person.guest": lambda _about, detail, _: _let_go(detail, "a guest now"),
    "person.restored": lambda _about, detail, _: (
        f"gave {_named(detail, 'people')} back what was taken from them"
    ),
    "device.claimed": lambda _about, _d, _g: "handed a device in",
    "device.requested": lambda _about, _d, _g: "asked for a place at Apple for a device",
    "device.registering": lambda _about, _d, _g: "approved a device",
    "device.refused": lambda _about, _d, _g: "refused a device",
    "device.renamed": lambda _about, _d, _g: "renamed a device",
    "device.handed_over": lambda _about, _d, _g: "handed a device over",
    "device.disabled": lambda _about, _d, _g: "disabled a device",
    "device.enabled": lambda _about, _d, _g: "enabled a device",
    "device.forgotten": lambda _about, _d, _g: "took a device out again",
    "devices.policy": lambda _about, _d, _g: "changed the limits of devices",
    "devices.rule_added": lambda _about, _d, _g: "let devices need no approval, by a rule",
    "devices.rule_dropped": lambda _about, _d, _g: "took a rule about devices back",
    "apple.invited": lambda _about, _d, _g: "opened the page of the teams at Apple",
    "apple.connected": lambda _about, _d, _g: "connected a team at Apple",
    "apple.rotated": lambda _about, _d, _g: "gave a team at Apple another key",
    "apple.renewal": lambda _about, _d, _g: "said when a team at Apple renews",
    "apple.disconnected": lambda _about, _d, _g: "disconnected a team at Apple",
    "apple.app_id_made": lambda _about, _d, _g: "made an App ID at Apple",
    "identity.imported": lambda _about, _d, _g: "imported a signing identity",
    "identity.requested": lambda _about, _d, _g: "asked for a certificate",
    "identity.completed": lambda _about, _d, _g: "completed a signing identity",
    "identity.retired": lambda _about, _d, _g: "retired a signing identity",
    "devices.exported": lambda _about, _d, _g: "wrote the list of devices out",
}
