"""CodeResources is changed in a few places, or made by Apple's rules."""

import hashlib
import plistlib
import time
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from bot.sandbox.samples.seal import Seal
from provisioning.codesign.errors import Malformed
from provisioning.codesign.resign import resign
from provisioning.codesign.signing.seal import RULES, RULES_2, make_seal, patch_seal
from provisioning.codesign.splicing.places import find_places, write_places
from provisioning.codesign.structures.digest import digest_of
from provisioning.codesign.verifying.verifier import verify
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.test_resign import app

OLD, NEW = digest_of((b"old",)), digest_of((b"new",))
NAMES = dict.fromkeys(("a.txt", "R&D/<x>.txt", "en.lproj/b.strings", "Info.plist"), OLD)


def test_a_new_seal_follows_apples_rules() -> None:
    seal = plistlib.loads(make_seal({**NAMES, ".DS_Store": OLD}, {"link": "a.txt"}))

    assert set(seal["files"]) == {*NAMES, ".DS_Store"}
    assert set(seal["files2"]) == {"a.txt", "R&D/<x>.txt", "en.lproj/b.strings", "link"}
    assert seal["files2"]["en.lproj/b.strings"] == {"hash2": OLD.sha256, "optional": True}
    assert seal["files"]["en.lproj/b.strings"] == {"hash": OLD.sha1, "optional": True}
    assert seal["files2"]["link"] == {"symlink": "a.txt"}


def test_a_patch_changes_only_what_it_must() -> None:
    before = plistlib.loads(make_seal(NAMES, {}))

    after = plistlib.loads(patch_seal(make_seal(NAMES, {}), {"R&D/<x>.txt": NEW}))

    before["files"]["R&D/<x>.txt"] = NEW.sha1
    before["files2"]["R&D/<x>.txt"] = {"hash2": NEW.sha256}
    assert after == before


def test_a_patch_lists_a_file_that_is_new() -> None:
    after = plistlib.loads(patch_seal(make_seal(NAMES, {}), {"embedded.mobileprovision": NEW}))

    assert after["files"]["embedded.mobileprovision"] == NEW.sha1
    assert after["files2"]["embedded.mobileprovision"] == {"hash2": NEW.sha256}


def test_a_patch_keeps_the_sha1_that_older_entries_have() -> None:
    values = {"files2": {"a": {"hash": b"1" * 20, "hash2": b"2" * 32}}, "rules2": RULES_2}
    for form in (plistlib.FMT_XML, plistlib.FMT_BINARY):
        content = plistlib.dumps(values, fmt=form)

        after = patch_seal(content, {"a": NEW})

        assert after[:6] == content[:6]
        assert plistlib.loads(after)["files2"]["a"] == {"hash": NEW.sha1, "hash2": NEW.sha256}


def test_a_link_is_never_patched_as_a_file() -> None:
    content = make_seal({}, {"a": "b"})

    with pytest.raises(Malformed, match="symbolic link"):
        patch_seal(content, {"a": NEW})


def test_two_rules_of_one_weight_leave_the_file_out() -> None:
    rules = {"^.*": {"weight": 20.0}, "^Info\\.plist$": {"omit": True, "weight": 20.0}}
    content = plistlib.dumps({"files": {}, "files2": {}, "rules": RULES, "rules2": rules})

    after = plistlib.loads(patch_seal(content, {"Info.plist": NEW, "b": NEW}))

    assert set(after["files2"]) == {"b"}


@pytest.mark.parametrize("path", NAMES)
def test_writing_at_places_is_the_same_as_patching(path: str) -> None:
    content = make_seal(NAMES, {})

    places = find_places(content, [path])

    assert places is not None
    assert plistlib.loads(write_places(content, places, {path: NEW})) == plistlib.loads(
        patch_seal(content, {path: NEW})
    )
    assert len(write_places(content, places, {path: NEW})) == len(content)


UNCERTAIN: dict[str, Callable[[bytes], bytes]] = {
    "binary": lambda seal: plistlib.dumps(plistlib.loads(seal), fmt=plistlib.FMT_BINARY),
    "escaped in another way": lambda seal: seal.replace(b"R&amp;D", b"R&#38;D"),
    "a comment between": lambda seal: seal.replace(b"&gt;.txt</key>", b"&gt;.txt</key><!-- -->"),
}


@pytest.mark.parametrize("name", UNCERTAIN)
def test_without_certainty_there_are_no_places(name: str) -> None:
    assert find_places(UNCERTAIN[name](make_seal(NAMES, {})), ["R&D/<x>.txt"]) is None


def test_a_decoy_in_a_comment_is_not_taken_for_the_place() -> None:
    path = "R&D/<x>.txt"
    decoy = f"<!-- <key>{escape(path)}</key><data>{'A' * 27}=</data> -->".encode()
    seal = make_seal(NAMES, {}).replace(b"<key>files</key>", decoy + b"<key>files</key>")

    assert find_places(seal, [path]) is None


def test_e10_decoys_without_an_end_are_not_read_to_the_end() -> None:
    decoys = b"<!-- " + b"<key>a.txt</key><dict> " * 40_000 + b" -->"
    seal = make_seal(NAMES, {}).replace(b"<key>files</key>", decoys + b"<key>files</key>")
    began = time.process_time()

    find_places(seal, ["a.txt"])

    assert time.process_time() - began < 3


def test_the_hashes_in_a_sample_are_those_of_its_files(good: Path) -> None:
    root = "Payload/Harbour.app/"
    seal = plistlib.loads(world.read_entry(good, root + "_CodeSignature/CodeResources"))

    for path, sealed in seal["files2"].items():
        content = world.read_entry(good, root + path)
        assert sealed["hash2"] == hashlib.sha256(content).digest()


class HostileSeal(Seal):
    """A seal with a rule that a backtracking matcher never comes to an end with."""

    def code_resources(self, *, binary: bool = False) -> bytes:
        values = plistlib.loads(super().code_resources(binary=binary))
        values["rules2"]["^" + "a?" * 32 + "a" * 32 + "$"] = {"weight": 1.0}
        return plistlib.dumps(values)


def test_e10_a_hostile_rule_takes_no_time(tmp_path: Path) -> None:
    before, after, signer = tmp_path / "app.ipa", tmp_path / "after.ipa", world.identity()
    tree = app(files={"a" * 32: b"harmless"})
    world.write_tree(before, tree, world.Style(seal=HostileSeal))
    began = time.process_time()

    found = verify(before, roots=world.roots())
    resign(before, signer, [world.profile(world.APP_ID, signer)], after, roots=world.roots())

    assert found == []
    assert time.process_time() - began < 2
