"""Apple's watch stub inside an app: as Apple signed it, however long ago, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox.samples.identities import HARBOUR_LABS, Team, signing_identity
from bot.sandbox.samples.macho import MachO, image
from bot.sandbox.samples.signature import CodeSigning
from provisioning.codesign.errors import BrokenSeal
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.verifying.verifier import verify
from tests.materialising import materialise
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.test_mutants import flip_page, unsign
from tests.unit.provisioning.codesign.test_resign import WATCH, app, identifiers

APPLE = Team(id="APPLE00000", name="Apple Inc.")
STUB = "Payload/Harbour.app/Watch/Wrist.app/_WatchKitStub/WK"


def stub(team: Team = APPLE) -> bytes:
    """Return a stub as Xcode has it: signed in a bundle that an app does not contain."""
    signing = CodeSigning(
        identifier="com.apple.WK",
        identity=signing_identity(team, "Apple Distribution"),
        team_id="" if team is APPLE else team.id,
        info_plist=b"of the stub's own bundle",
        resources=b"of the stub's own bundle",
    )
    return b"".join(image(MachO(name="WK", platform="watchos", filler=20_000), signing))


def app_with(path: Path, content: bytes) -> Path:
    return world.write_tree(path, app(replace(WATCH, files={"_WatchKitStub/WK": content})))


def test_e14_apples_stub_is_no_violation_and_stays_as_it_is(
    tmp_path: Path, signer: Identity, successor: Identity
) -> None:
    apples = stub()  # Made once: its signature tells the time.
    before = app_with(tmp_path / "before.ipa", apples)
    full, path, out = (tmp_path / name for name in ("full.ipa", "prepared.ipa", "out.ipa"))
    ids = identifiers(app(WATCH))

    assert verify(before, roots=world.roots()) == []
    resign(before, successor, [world.profile(i, successor) for i in ids], full, roots=world.roots())
    index = prepare(before, path, roots=world.roots()).index
    new = [world.profile(i, signer) for i in ids]
    materialise(path, splice(path, index, signer, new, roots=world.roots()), out)

    for result in (full, out):
        assert verify(result, world.NEW_PHONE, roots=world.roots()) == []
        assert world.read_entry(result, STUB) == apples


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: flip_page(stub()), "changed after Apple signed it"),
        (lambda: stub(HARBOUR_LABS), "not signed by Apple"),
        (lambda: unsign(stub()), "not signed by Apple"),
    ],
    ids=["changed", "of another team", "unsigned"],
)
def test_e14_a_stub_that_is_not_apples_any_more_is_one(
    tmp_path: Path, content: Callable[[], bytes], says: str
) -> None:
    before = app_with(tmp_path / "before.ipa", content())

    found = [one for one in verify(before, roots=world.roots()) if one.where == STUB]

    assert any(says in one.sentence for one in found)


def test_e14_a_changed_stub_is_damage(tmp_path: Path) -> None:
    before = app_with(tmp_path / "before.ipa", flip_page(stub()))

    with pytest.raises(BrokenSeal, match="the stub was changed"):
        prepare(before, tmp_path / "out.ipa", roots=world.roots())
