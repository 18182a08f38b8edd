"""Base APKs that Android does not install without their other parts."""

from datetime import UTC, datetime

import pytest

from bot.sandbox.samples.binaryxml import Element, Reference, Value, binary_xml
from provisioning.installing.installability import judge
from storage.inspection.sheet import render
from tests.unit.storage.inspection import apks
from tests.unit.storage.inspection.conftest import Read

NOW = datetime(2026, 11, 29, tzinfo=UTC)
STORES = "com.android.vending.splits.required"
TABLE = apks.table({("bool", "split"): True})


def told_to_stores(value: Value, name: str = STORES) -> bytes:
    meta = Element("meta-data", {"android:name": name, "android:value": value})
    application = Element("application", {}, [meta])
    root = apks.root()
    return binary_xml(Element("manifest", root.attributes, [application]))


NEEDED = {
    "kinds of parts": apks.manifest(
        android_requiredSplitTypes="base__abi,base__density", android_splitTypes=""
    ),
    "one kind": apks.manifest(android_requiredSplitTypes="base__abi"),
    "a mark on the manifest": apks.manifest(android_isSplitRequired=True),
    "a mark on the application": apks.manifest({"android:isSplitRequired": True}),
    "a word to stores": told_to_stores(value=True),
    "a word to stores as text": told_to_stores("true"),
    "a word to stores by reference": told_to_stores(Reference(TABLE.id("bool", "split"))),
}
NOT_NEEDED = {
    "nothing": apks.manifest(),
    "no kinds": apks.manifest(android_requiredSplitTypes="", android_splitTypes=""),
    "commas only": apks.manifest(android_requiredSplitTypes=" ,"),
    "a mark that says no": apks.manifest(android_isSplitRequired=False),
    "a word that says no": told_to_stores(value=False),
    "another word": told_to_stores(value=True, name="com.android.vending.splits"),
}


@pytest.mark.parametrize("case", NEEDED)
def test_e2_a_base_that_needs_its_other_parts_is_not_installable_alone(
    read: Read, case: str
) -> None:
    found = read(apks.apk(NEEDED[case], {"resources.arsc": TABLE.coded()}))
    judged = judge(found.facts, None, at=NOW)

    assert found.facts.needs_splits
    assert any("does not run without its other parts" in one for one in judged.obstacles)
    assert any("does not run without its other parts" in note for note in found.notes)
    assert "needed, and not in the file" in render(found.facts, found.notes)


@pytest.mark.parametrize("case", NOT_NEEDED)
def test_e2_a_base_that_needs_none_is_left_alone(read: Read, case: str) -> None:
    found = read(apks.apk(NOT_NEEDED[case], {"resources.arsc": TABLE.coded()}))

    assert not found.facts.needs_splits
    assert not any("other parts" in note for note in found.notes)
