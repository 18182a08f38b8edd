"""An Android app as a value, with the manifest and the resources that follow from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.samples.apksignature import Scheme
from bot.sandbox.samples.binaryxml import Colour, Dp, Element, Reference, Value
from bot.sandbox.samples.drawing import Picture
from bot.sandbox.samples.identities import Identity, android_identity
from bot.sandbox.samples.resourcetable import EVERYWHERE, Coding, Config, Resource, ResourceTable

Icon = Literal["raster", "webp", "adaptive", "vector", "none"]

DENSITIES = {"mdpi": 160, "hdpi": 240, "xhdpi": 320, "xxhdpi": 480, "xxxhdpi": 640}
ADAPTIVE_NAME = "res/mipmap-anydpi-v26/ic_launcher.xml"
VECTOR_NAME = "res/drawable/ic_boat.xml"

_ANY_DENSITY = 0xFFFE
_BOAT = "M54,24 L54,66 L30,66 Z M58,34 L58,66 L76,66 Z M26,70 L82,70 L74,82 L34,82 Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleApk:
    """
    An app to be packed as an APK; every field has a value that makes a good package.

    `labels` are names by language beside the default one. `version_by_resource` writes the version
    name as a reference into the resource table. `split` makes a split APK of that name.
    `payload_bytes` adds one stored asset of that size, `assets` that many small files, `extra`
    files by their name in the archive. `utf8_manifest`, `utf8_resources` and `coding` choose among
    the codings that Android's tools write.
    """

    name: str = "Harbour"
    package: str = "com.example.harbour"
    version: str = "2.4.0"
    version_code: int = 241
    min_sdk: int = 24
    target_sdk: int = 35
    permissions: Sequence[str] = (
        "android.permission.INTERNET",
        "android.permission.ACCESS_FINE_LOCATION",
        "android.permission.POST_NOTIFICATIONS",
    )
    features: Sequence[str] = ("android.hardware.location.gps",)
    abis: Sequence[str] = ("arm64-v8a", "armeabi-v7a")
    debuggable: bool = False
    labels: Mapping[str, str] = field(default_factory=lambda: {"de": "Hafen", "fr": "Le Port"})
    icon: Icon = "raster"
    letter: str | None = None
    picture: Picture = "boat"
    identity: Identity | None = None
    schemes: Sequence[Scheme] = ("v1", "v2")
    version_by_resource: bool = False
    split: str = ""
    launcher_alias: bool = False
    utf8_manifest: bool = False
    utf8_resources: bool = True
    coding: Coding = "dense"
    resources: bool = True
    code_bytes: int = 4_000
    library_bytes: int = 8_000
    payload_bytes: int = 0
    assets: int = 0
    extra: Mapping[str, bytes] = field(default_factory=dict)
    descriptors: bool = False

    @property
    def signer(self) -> Identity:
        return self.identity or android_identity()

    @property
    def version_code_words(self) -> tuple[int, int]:
        """The low and the high word of the version code, which may have 64 bits."""
        return self.version_code & 0xFFFFFFFF, self.version_code >> 32


def resource_table(app: SampleApk) -> ResourceTable:
    """Give the resources: names by language, the version, the icon in each form."""
    labels: dict[Config, Value] = {EVERYWHERE: app.name}
    labels |= {Config(locale=locale): label for locale, label in app.labels.items()}
    resources = [
        Resource("string", "app_name", labels),
        Resource("string", "version_name", {EVERYWHERE: app.version}),
        Resource("string", "welcome", {EVERYWHERE: "Welcome aboard"}),
    ]
    if app.icon != "none":
        resources.append(Resource("mipmap", "ic_launcher", dict(_icon_values(app))))
    if app.icon in {"adaptive", "vector"}:
        resources.append(Resource("drawable", "ic_boat", {EVERYWHERE: VECTOR_NAME}))
        resources.append(Resource("color", "ic_sea", {EVERYWHERE: Colour(0xFF1C5A96)}))
    return ResourceTable(app.package, resources)


def _icon_values(app: SampleApk) -> Iterator[tuple[Config, Value]]:
    if app.icon != "vector":
        ending = "webp" if app.icon == "webp" else "png"
        for name, density in DENSITIES.items():
            yield Config(density=density), icon_name(name, ending)
    if app.icon in {"adaptive", "vector"}:
        yield Config(density=_ANY_DENSITY, sdk=26), ADAPTIVE_NAME


def icon_name(density: str, ending: str) -> str:
    return f"res/mipmap-{density}-v4/ic_launcher.{ending}"


def adaptive_icon(table: ResourceTable) -> Element:
    """Give the adaptive icon: a colour behind, a drawing in front."""
    return Element(
        "adaptive-icon",
        {},
        [
            Element("background", {"android:drawable": Reference(table.id("color", "ic_sea"))}),
            Element("foreground", {"android:drawable": Reference(table.id("drawable", "ic_boat"))}),
        ],
    )


def vector_boat() -> Element:
    """Give the boat as a vector drawable of 108 dp."""
    size: dict[str, Value] = {
        "android:width": Dp(108),
        "android:height": Dp(108),
        "android:viewportWidth": 108.0,
        "android:viewportHeight": 108.0,
    }
    path: dict[str, Value] = {"android:pathData": _BOAT, "android:fillColor": Colour(0xFFFFFFFF)}
    return Element("vector", size, [Element("path", path)])


def manifest(app: SampleApk, table: ResourceTable | None) -> Element:
    """Give `AndroidManifest.xml`; without a table the names stand in it as text."""
    low, high = app.version_code_words
    version: Value = app.version
    if table and app.version_by_resource:
        version = Reference(table.id("string", "version_name"))
    attributes: dict[str, Value] = {
        "package": app.package,
        "android:versionCode": low,
        "android:versionName": version,
        "android:compileSdkVersion": 35,
        "android:compileSdkVersionCodename": "15",
        "platformBuildVersionCode": 35,
        "platformBuildVersionName": 15,
    }
    if high:
        attributes["android:versionCodeMajor"] = high
    if app.split:
        return Element("manifest", attributes | {"split": app.split}, [_split_application()])
    sdks: dict[str, Value] = {
        "android:minSdkVersion": app.min_sdk,
        "android:targetSdkVersion": app.target_sdk,
    }
    permissions = [Element("uses-permission", {"android:name": name}) for name in app.permissions]
    features = [
        Element("uses-feature", {"android:name": name, "android:required": False})
        for name in app.features
    ]
    children = [Element("uses-sdk", sdks), *permissions, *features, _application(app, table)]
    return Element("manifest", attributes, children)


def _split_application() -> Element:
    return Element("application", {"android:hasCode": False})


def _application(app: SampleApk, table: ResourceTable | None) -> Element:
    attributes: dict[str, Value] = {
        "android:label": Reference(table.id("string", "app_name")) if table else app.name
    }
    if table and app.icon != "none":
        attributes["android:icon"] = Reference(table.id("mipmap", "ic_launcher"))
    if app.debuggable:
        attributes["android:debuggable"] = True
    return Element("application", attributes, list(_activities(app)))


def _activities(app: SampleApk) -> Iterator[Element]:
    name = f"{app.package}.MainActivity"
    launcher = Element(
        "intent-filter",
        {},
        [
            Element("action", {"android:name": "android.intent.action.MAIN"}),
            Element("category", {"android:name": "android.intent.category.LAUNCHER"}),
        ],
    )
    attributes: dict[str, Value] = {"android:name": name, "android:exported": True}
    if not app.launcher_alias:
        yield Element("activity", attributes, [launcher])
        return
    yield Element("activity", attributes)
    alias: dict[str, Value] = {"android:name": f"{app.package}.Front", "android:exported": True}
    yield Element("activity-alias", alias | {"android:targetActivity": name}, [launcher])
