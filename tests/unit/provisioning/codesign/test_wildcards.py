"""Entitlements with a wildcard: a value where Apple says so and the profile allows it."""

from dataclasses import replace
from pathlib import Path

import pytest

from provisioning.codesign.errors import Refused
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.verifying.comparison import compare
from provisioning.codesign.verifying.verifier import verify
from tests.materialising import materialise
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.test_resign import app

WILD = {
    "com.apple.developer.pass-type-identifiers": [f"{world.TEAM.id}.*"],
    "keychain-access-groups": [f"{world.TEAM.id}.*"],
}


@pytest.mark.parametrize("key", WILD)
def test_e9_a_wildcard_that_the_profile_allows_is_kept(
    tmp_path: Path, signer: Identity, key: str
) -> None:
    wild = {key: WILD[key]}
    before = world.write_tree(tmp_path / "app.ipa", replace(app(), entitlements=wild))
    full, path, out = (tmp_path / name for name in ("full.ipa", "prepared.ipa", "out.ipa"))
    new = [world.profile(world.APP_ID, signer, entitlements=wild)]
    assert verify(before, roots=world.roots()) == []

    resign(before, signer, new, full, roots=world.roots())
    index = prepare(before, path, roots=world.roots()).index
    materialise(path, splice(path, index, signer, new, roots=world.roots()), out)

    for result in (full, out):
        assert verify(result, world.NEW_PHONE, roots=world.roots()) == []
        assert compare(before, result) == []


def test_e9_a_wildcard_that_the_profile_does_not_allow_is_refused(
    tmp_path: Path, signer: Identity
) -> None:
    wild = {"com.apple.developer.pass-type-identifiers": [f"{world.TEAM.id}.*"]}
    before = world.write_tree(tmp_path / "app.ipa", replace(app(), entitlements=wild))
    one = {"com.apple.developer.pass-type-identifiers": [f"{world.TEAM.id}.pass.harbour"]}

    with pytest.raises(Refused, match="does not allow"):
        resign(
            before,
            signer,
            [world.profile(world.APP_ID, signer, entitlements=one)],
            tmp_path / "out.ipa",
            roots=world.roots(),
        )


@pytest.mark.parametrize(
    "wild",
    [
        {"com.apple.developer.associated-domains": "*"},
        {"application-identifier": f"{world.TEAM.id}.*"},
    ],
)
def test_e9_a_wildcard_is_still_no_value_where_it_means_nothing(
    tmp_path: Path, signer: Identity, wild: dict[str, object]
) -> None:
    before = world.write_tree(tmp_path / "app.ipa", replace(app(), entitlements=wild))
    allowed = {"com.apple.developer.associated-domains": "*"}

    assert any("wildcard" in str(one) for one in verify(before, roots=world.roots()))
    with pytest.raises(Refused):
        resign(
            before,
            signer,
            [world.profile(world.APP_ID, signer, entitlements=allowed)],
            tmp_path / "out.ipa",
            roots=world.roots(),
        )
