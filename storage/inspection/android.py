"""
What an Android manifest says, whichever way it is coded.

Attributes are known by their resource id (AOSP `public-final.xml`), not by their text, which
obfuscators change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from storage.inspection.rejection import PackageRejected
from storage.inspection.text import clean, identifier

MAX_MANIFEST = 16 << 20
MAX_RESOURCES = 128 << 20
MAX_DEPTH = 128
MAX_LISTED = 2000
MAX_LOCALES = 200

NAME, LABEL, ICON, ROUND_ICON = 0x01010003, 0x01010001, 0x01010002, 0x0101052C
_VERSION_CODE, _VERSION_NAME, _VERSION_CODE_MAJOR = 0x0101021B, 0x0101021C, 0x01010576
_MIN_SDK, _TARGET_SDK, _MAX_SDK = 0x0101020C, 0x01010270, 0x01010271
_DEBUGGABLE, _TEST_ONLY, _SPLIT_REQUIRED = 0x0101000F, 0x01010272, 0x01010591
# Since Android 13 a base names the kinds of parts it needs; older tools leave a word to the store.
_REQUIRED_SPLIT_TYPES, _VALUE = 0x0101064E, 0x01010024
_SPLITS_REQUIRED = "com.android.vending.splits.required"
_UNDER_APPLICATION = 3
_PERMISSIONS = frozenset({"uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m"})
_FORMS = {
    "android.hardware.type.watch": "watch",
    "android.hardware.type.television": "tv",
    "android.software.leanback": "tv",
    "android.hardware.type.automotive": "automotive",
}
_MAX_HOPS = 8
_MAX_FOLLOWED = 64
_ANY_DENSITY = 0xFFFE


@dataclass(frozen=True, slots=True)
class Reference:
    """A pointer into the resources, by number, or in a bundle by `type/name`."""

    id: int = 0
    name: str = ""


Value: TypeAlias = str | int | bool | Reference
Attributes: TypeAlias = Mapping[int | str, Value]


@dataclass(frozen=True, slots=True)
class Element:
    """
    An element as it opens; `depth` is 1 for the root.

    Attributes stand under their resource id; on the root, also under their name if they have none.
    Only what was asked for need be there.
    """

    name: str
    attributes: Attributes
    depth: int


@dataclass(frozen=True, slots=True)
class Config:
    """When a value counts: for a locale (`de`, `pt-BR`, empty is any) and a screen density."""

    locale: str = ""
    density: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What is asked of a document; readers leave the rest undecoded.

    `title` is what sentences call it, `elements` None when all are asked for, `attributes` are
    resource ids, `depth` is how many levels there may be.
    """

    title: str
    elements: frozenset[str] | None
    attributes: frozenset[int]
    depth: int

    def wants(self, element: str) -> bool:
        """Tell whether the attributes of an element are asked for."""
        return self.elements is None or element in self.elements


MANIFEST = Asked(
    "AndroidManifest.xml",
    frozenset(
        {
            *("manifest", "application", "uses-sdk", "uses-feature", *_PERMISSIONS),
            *("activity", "activity-alias", "intent-filter", "action", "category", "meta-data"),
        }
    ),
    frozenset(
        {
            *(NAME, LABEL, ICON, ROUND_ICON),
            *(_VERSION_CODE, _VERSION_NAME, _VERSION_CODE_MAJOR),
            *(_MIN_SDK, _TARGET_SDK, _MAX_SDK),
            *(_DEBUGGABLE, _TEST_ONLY, _SPLIT_REQUIRED, _REQUIRED_SPLIT_TYPES, _VALUE),
        }
    ),
    MAX_DEPTH,
)


class Resources(Protocol):
    """The resource table of an APK or a bundle."""

    def values(self, reference: Reference) -> list[tuple[Config, Value]]:
        """Return every value of a resource; raise PackageRejected when the table is damaged."""


class NoResources:
    """The table of a package that has none, or none that can be read."""

    def values(self, reference: Reference) -> list[tuple[Config, Value]]:  # noqa: ARG002 - as promised
        return []


@dataclass(slots=True)
class Manifest:
    """
    The parts of a manifest that are reported; `activity` is what the launcher starts.

    `splits_required` is what the manifest tells stores of its other parts.
    """

    root: Attributes
    application: Attributes = field(default_factory=dict)
    activity: Attributes = field(default_factory=dict)
    sdk: Attributes = field(default_factory=dict)
    splits_required: Value | None = None
    permissions: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """The application id; raise PackageRejected when it is missing or cannot be one."""
        return identifier(self.root.get("package"), "package name")

    @property
    def split(self) -> str | None:
        """The name of the part when this is one part of an app only."""
        return clean(self.root.get("split"))

    @property
    def forms(self) -> tuple[str, ...]:
        forms = (_FORMS[name] for name in self.features if name in _FORMS)
        return tuple(dict.fromkeys(forms))

    def version(self, resources: Resources) -> str | None:
        found = plain(self.root.get(_VERSION_NAME), resources)
        return clean(str(found)) if found is not None else None

    def build(self, resources: Resources) -> str | None:
        code = number(self.root.get(_VERSION_CODE), resources)
        major = number(self.root.get(_VERSION_CODE_MAJOR), resources)
        if code is None:
            return None
        return str((major << 32) | (code & 0xFFFFFFFF)) if major else str(code)

    def min_sdk(self, resources: Resources) -> str | None:
        """Return the minimum SDK number as text; a preview has a letter or a name for it."""
        found = plain(self.sdk.get(_MIN_SDK), resources)
        return clean(str(found), 32) if found is not None else None

    def target_sdk(self, resources: Resources) -> int | None:
        return number(self.sdk.get(_TARGET_SDK), resources)

    def max_sdk(self, resources: Resources) -> int | None:
        return number(self.sdk.get(_MAX_SDK), resources)

    def debuggable(self, resources: Resources) -> bool:
        return flag(self.application.get(_DEBUGGABLE), resources)

    def test_only(self, resources: Resources) -> bool:
        return flag(self.application.get(_TEST_ONLY), resources)

    def needs_splits(self, resources: Resources) -> bool:
        """Tell whether this base part says that it does not run without its other parts."""
        asked = (
            self.root.get(_SPLIT_REQUIRED),
            self.application.get(_SPLIT_REQUIRED),
            self.splits_required,
        )
        kinds = plain(self.root.get(_REQUIRED_SPLIT_TYPES), resources)
        named = isinstance(kinds, str) and bool(kinds.replace(",", " ").strip())
        return named or any(flag(value, resources) for value in asked)

    def names(self, resources: Resources) -> tuple[str | None, dict[str, str]]:
        """Return the label and its translations: the default locale first, then English."""
        for holder in (self.application, self.activity):
            named, translations = _labels(holder.get(LABEL), resources)
            if named:
                return named, translations
        return None, {}

    @property
    def icons(self) -> tuple[Value, ...]:
        """What the icon may be, the likeliest first."""
        named = (
            self.application.get(ICON),
            self.activity.get(ICON),
            self.application.get(ROUND_ICON),
        )
        return tuple(value for value in named if value is not None)

    def icon_paths(self, resources: Resources) -> list[str]:
        """Return the files of the icon, the densest first, drawings that need no pixels last."""
        for value in self.icons:
            found = paths(value, resources)
            if any(not path.endswith(".xml") for path in found):
                return found
        return []


def read_manifest(elements: Iterable[Element]) -> Manifest:
    """Gather what is reported; raise PackageRejected when there is no manifest element."""
    walk = iter(elements)
    root = next(walk, None)
    if root is None or root.name != "manifest":
        raise PackageRejected("The AndroidManifest.xml holds no manifest.")
    manifest = Manifest(root.attributes)
    permissions: dict[str, None] = {}
    features: dict[str, None] = {}
    for element, launched in _with_launched_activity(walk):
        named = element.attributes.get(NAME)
        if element.name == "application":
            manifest.application = manifest.application or element.attributes
        elif element.name == "uses-sdk":
            manifest.sdk = manifest.sdk or element.attributes
        elif element.name in _PERMISSIONS and (shown := clean(named)):
            permissions[shown] = None
        elif element.name == "uses-feature" and (shown := clean(named)):
            features[shown] = None
        elif element.name == "meta-data" and _is_for_stores(element):
            manifest.splits_required = element.attributes.get(_VALUE)
        manifest.activity = manifest.activity or launched
    manifest.permissions = tuple(permissions)[:MAX_LISTED]
    manifest.features = tuple(features)[:MAX_LISTED]
    return manifest


def _is_for_stores(element: Element) -> bool:
    return element.depth == _UNDER_APPLICATION and element.attributes.get(NAME) == _SPLITS_REQUIRED


def _with_launched_activity(
    elements: Iterable[Element],
) -> Iterator[tuple[Element, Attributes]]:
    """Yield each element, and with it the activity once its filter names MAIN and LAUNCHER."""
    activity: Attributes = {}
    level, main = 0, False
    for element in elements:
        named = element.attributes.get(NAME)
        launched: Attributes = {}
        if element.name in ("activity", "activity-alias"):
            activity, level, main = element.attributes, element.depth, False
        elif element.depth <= level:
            # The activity has ended. Queries for other apps name MAIN and LAUNCHER as well.
            activity, level = {}, 0
        elif element.name == "intent-filter":
            main = False
        elif element.name == "action":
            main = main or named == "android.intent.action.MAIN"
        elif element.name == "category" and main and str(named).endswith("LAUNCHER"):
            launched = activity
        yield element, launched


def plain(value: Value | None, resources: Resources) -> str | int | bool | None:
    """Follow references to a text or number, by default locale first, then English."""
    for _ in range(_MAX_HOPS):
        if not isinstance(value, Reference):
            return value
        found = resources.values(value)
        if not found:
            return None
        value = min(found, key=lambda pair: _preference(pair[0]))[1]
    return None


def number(value: Value | None, resources: Resources) -> int | None:
    """Return a number, also one that is written as text."""
    found = plain(value, resources)
    if isinstance(found, str):
        return int(found) if found.isascii() and found.isdigit() and len(found) < 19 else None  # noqa: PLR2004 - 64 bits
    return None if isinstance(found, bool) else found


def flag(value: Value | None, resources: Resources) -> bool:
    found = plain(value, resources)
    return found.lower() == "true" if isinstance(found, str) else bool(found)


def _preference(config: Config) -> tuple[int, int]:
    english = config.locale == "en" or config.locale.startswith("en-")
    return (0 if not config.locale else 1 if english else 2), config.density


def _labels(value: Value | None, resources: Resources) -> tuple[str | None, dict[str, str]]:
    named = plain(value, resources)
    if not isinstance(value, Reference):
        return clean(named), {}
    translations: dict[str, str] = {}
    for config, found in resources.values(value):
        shown = clean(plain(found, resources))
        if config.locale and shown and len(translations) < MAX_LOCALES:
            translations.setdefault(config.locale, shown)
    return clean(named), translations


def paths(value: Value | None, resources: Resources) -> list[str]:
    """Return the files that a value leads to, the densest first, those in XML last."""
    return _paths(value, resources, set())


def _paths(value: Value | None, resources: Resources, seen: set[Reference]) -> list[str]:
    if isinstance(value, str):
        return [value]
    # Values that refer to each other multiply: none is followed twice.
    if not isinstance(value, Reference) or value in seen or len(seen) >= _MAX_FOLLOWED:
        return []
    seen.add(value)
    found: list[str] = []
    for _, item in sorted(resources.values(value), key=_density, reverse=True):
        found += _paths(item, resources, seen)
    return sorted(found, key=lambda path: path.endswith(".xml"))[:MAX_LISTED]


def _density(pair: tuple[Config, Value]) -> int:
    density = pair[0].density
    return density if density < _ANY_DENSITY else 0
