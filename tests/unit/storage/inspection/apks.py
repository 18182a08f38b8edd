"""Small APKs, good and bad, of the sandbox's building blocks."""

from collections.abc import Mapping

from bot.sandbox.samples.binaryxml import Element, Value, binary_xml
from bot.sandbox.samples.resourcetable import EVERYWHERE, Config, Resource, ResourceTable
from tests.unit.storage.inspection import zips

MANIFEST = "AndroidManifest.xml"
PACKAGE = "com.example.app"


def root(
    application: Mapping[str, Value] | None = None,
    children: tuple[Element, ...] = (),
    **attributes: Value,
) -> Element:
    """Return a manifest element; `android_x` stands for `android:x`."""
    named = {name.replace("android_", "android:"): value for name, value in attributes.items()}
    usual: dict[str, Value] = {
        "package": PACKAGE,
        "android:versionCode": 34,
        "android:versionName": "1.2",
    }
    return Element(
        "manifest", {**usual, **named}, (Element("application", application or {}), *children)
    )


def manifest(
    application: Mapping[str, Value] | None = None,
    children: tuple[Element, ...] = (),
    **attributes: Value,
) -> bytes:
    """Write a binary manifest."""
    return binary_xml(root(application, children, **attributes))


def table(resources: Mapping[tuple[str, str], Mapping[Config, Value] | Value]) -> ResourceTable:
    """Return a table; a plain value counts everywhere."""
    return ResourceTable(
        PACKAGE,
        [
            Resource(kind, name, values if isinstance(values, Mapping) else {EVERYWHERE: values})
            for (kind, name), values in resources.items()
        ],
    )


def apk(plain: bytes | None = None, more: Mapping[str, bytes] | None = None) -> bytes:
    """Write an honest archive around a manifest."""
    return zips.zip_of(
        zips.parts({MANIFEST: manifest() if plain is None else plain, **(more or {})})
    )
