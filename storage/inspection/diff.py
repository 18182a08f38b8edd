"""What changed between two builds of an app, in sentences."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from storage.inspection.facts import Facts
from storage.inspection.sizes import human
from storage.inspection.systems import android, least_system

ChangeKind = Literal[
    "bundle_id",
    "version",
    "build",
    "size",
    "min_os",
    "target_sdk",
    "permissions",
    "entitlements",
    "extensions",
    "signer",
    "team",
    "profile",
    "certificates",
    "devices",
    "debuggable",
]

# A card has room for a few names; the sheet holds them all.
_NAMED = 8
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One difference. `sentence` is for people and holds strangers' text: escape it where it is shown.

    `loud` means that somebody should look before this build goes out.
    """

    kind: ChangeKind
    sentence: str
    loud: bool = False


def compare(old: Facts, new: Facts) -> list[Change]:
    """Return what differs in *new*, loud changes first, otherwise in the order of a sheet."""
    changes = [
        *_identity(old, new),
        *_size(old, new),
        *_systems(old, new),
        *_rights(old, new),
        *_extensions(old, new),
        *_signer(old, new),
        *_profile(old, new),
        *_debuggable(old, new),
    ]
    return sorted(changes, key=lambda change: not change.loud)


def _identity(old: Facts, new: Facts) -> Iterator[Change]:
    if old.bundle_id != new.bundle_id:
        sentence = f"The app is {_word(new.bundle_id)} now, it was {_word(old.bundle_id)}."
        yield Change(kind="bundle_id", sentence=sentence, loud=True)
    if old.version != new.version:
        sentence = f"Version {_word(old.version)} became {_word(new.version)}."
        yield Change(kind="version", sentence=sentence)
    if old.build != new.build:
        sentence = f"Build {_word(old.build)} became {_word(new.build)}."
        yield Change(kind="build", sentence=sentence)


def _size(old: Facts, new: Facts) -> Iterator[Change]:
    if human(old.size) == human(new.size):
        return  # A few bytes more or less are no news.
    share = f" ({(new.size - old.size) / old.size:+.0%})" if old.size else ""
    way = "grew" if new.size > old.size else "shrank"
    sentence = f"The file {way} from {human(old.size)} to {human(new.size)}{share}."
    yield Change(kind="size", sentence=sentence)


def _systems(old: Facts, new: Facts) -> Iterator[Change]:
    if old.min_os != new.min_os:
        sentence = f"Minimum system {_least(old)} became {_least(new)}."
        yield Change(kind="min_os", sentence=sentence)
    if old.target_sdk != new.target_sdk:
        before, after = _word(android(old.target_sdk)), _word(android(new.target_sdk))
        sentence = f"Target system {before} became {after}."
        yield Change(kind="target_sdk", sentence=sentence)


def _least(facts: Facts) -> str:
    return _word(least_system(facts))


def _rights(old: Facts, new: Facts) -> Iterator[Change]:
    yield from (
        Change(kind="permissions", sentence=sentence)
        for sentence in _added_removed("permission", old.permissions, new.permissions)
    )
    before, after = old.signing.entitlements, new.signing.entitlements
    yield from (
        Change(kind="entitlements", sentence=sentence)
        for sentence in _added_removed("entitlement", tuple(before), tuple(after))
    )
    altered = [key for key in after if key in before and not _same(before[key], after[key])]
    if altered:
        sentence = f"{_counted(len(altered), 'entitlement')} changed: {_listed(altered)}."
        yield Change(kind="entitlements", sentence=sentence)


def _extensions(old: Facts, new: Facts) -> Iterator[Change]:
    before, after = _extension_names(old), _extension_names(new)
    for sentence in _added_removed("extension", before, after):
        yield Change(kind="extensions", sentence=sentence)


def _extension_names(facts: Facts) -> tuple[str, ...]:
    return tuple(part.bundle_id or part.path for part in facts.extensions)


def _signer(old: Facts, new: Facts) -> Iterator[Change]:
    before, after = old.signing, new.signing
    if before.signed != after.signed:
        sentence = "The new build is signed." if after.signed else "The new build is not signed."
        yield Change(kind="signer", sentence=sentence, loud=not after.signed)
    elif new.platform == "android" and set(before.certificates) != set(after.certificates):
        yield _other_signer(old, new)
    if before.team_id and after.team_id and before.team_id != after.team_id:
        sentence = (
            f"Another team signed this build: {_team(new)} instead of {_team(old)}. It cannot be "
            "installed over the old one."
        )
        yield Change(kind="team", sentence=sentence, loud=True)


def _other_signer(old: Facts, new: Facts) -> Change:
    if old.signing.certificates and set(old.signing.certificates) <= set(new.signing.lineage):
        sentence = "The signing key was rotated, and the new build proves it with the old key."
        return Change(kind="signer", sentence=sentence)
    sentence = (
        "Another key signed this build "
        f"({_prints(new)} instead of {_prints(old)}). It cannot be installed over the old one."
    )
    return Change(kind="signer", sentence=sentence, loud=True)


def _profile(old: Facts, new: Facts) -> Iterator[Change]:
    before, after = old.signing, new.signing
    if before.kind != after.kind:
        sentence = f"Signing is {_word(after.kind)} now, it was {_word(before.kind)}."
        yield Change(kind="profile", sentence=sentence)
    if before.profile_uuid != after.profile_uuid and after.profile_uuid:
        sentence = f"The profile is now “{_word(after.profile_name)}”{_until(new)}."
        yield Change(kind="profile", sentence=sentence)
    if new.platform != "android" and set(before.certificates) != set(after.certificates):
        sentence = "The profile allows other certificates than before: " + _moved(
            before.certificates, after.certificates
        )
        yield Change(kind="certificates", sentence=sentence)
    if set(before.devices) != set(after.devices):
        sentence = "The profile's devices changed: " + _moved(before.devices, after.devices)
        yield Change(kind="devices", sentence=sentence)


def _debuggable(old: Facts, new: Facts) -> Iterator[Change]:
    if bool(old.debuggable) == bool(new.debuggable):
        return
    if new.debuggable:
        sentence = "The new build can be debugged: everybody with a cable can read its data."
        yield Change(kind="debuggable", sentence=sentence, loud=True)
    else:
        yield Change(kind="debuggable", sentence="The new build can no longer be debugged.")


def _added_removed(noun: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    added = [name for name in dict.fromkeys(new) if name not in set(old)]
    removed = [name for name in dict.fromkeys(old) if name not in set(new)]
    for verb, names in (("added", added), ("removed", removed)):
        if names:
            yield f"{_counted(len(names), noun)} {verb}: {_listed(names)}."


def _moved(old: Iterable[str], new: Iterable[str]) -> str:
    added, removed = len(set(new) - set(old)), len(set(old) - set(new))
    return f"{added} added, {removed} removed."


def _listed(names: Sequence[str]) -> str:
    named = ", ".join(_short(name) for name in names[:_NAMED])
    rest = len(names) - _NAMED
    return f"{named} and {rest} more" if rest > 0 else named


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"


def _word(value: str | int | None) -> str:
    return "unknown" if value is None or value == "" else _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= _NAME_LENGTH else text[: _NAME_LENGTH - 1] + "…"


def _team(facts: Facts) -> str:
    name, team = facts.signing.team_name, _word(facts.signing.team_id)
    return f"{_short(name)} ({team})" if name else team


def _prints(facts: Facts) -> str:
    return " and ".join(print_[:12] for print_ in facts.signing.certificates[:3]) or "no key"


def _until(facts: Facts) -> str:
    expires = facts.signing.expires_at
    return f", valid until {expires:%d %B %Y}" if expires else ""


def _same(old: JsonValue, new: JsonValue) -> bool:
    return old == new and type(old) is type(new)
