"""The splice path: prepared once, and every generation only a few new bytes."""

import hashlib
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.sandbox.samples import identities
from bot.sandbox.samples.ipa import SampleApp
from provisioning.codesign.errors import BrokenSeal, Malformed, NeedsFullPath, Refused
from provisioning.codesign.identity.identity import Identity, make_identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.splicing.variant import Variant
from provisioning.codesign.verifying.comparison import compare
from provisioning.codesign.verifying.verifier import verify
from tests.materialising import materialise
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.conftest import Write
from tests.unit.provisioning.codesign.old_signature import OldSigner
from tests.unit.provisioning.codesign.test_resign import app, extension

ROOT = "Payload/Harbour.app/"
Prepared = tuple[Path, Index]


def joined(prepared: Path, variant: Variant) -> bytes:
    """Read a variant the way a server would."""
    base = prepared.read_bytes()
    return b"".join(
        base[item.start : item.start + item.length] if item.content is None else item.content
        for item in variant.segments
    )


def test_a_prepared_app_is_the_same_app(good: Path, prepared: Prepared) -> None:
    assert verify(prepared[0], roots=world.roots()) == []
    assert compare(good, prepared[0]) == []
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(prepared[0]) as new:
        assert new.testzip() is None
        assert [old.read(name) for name in old.namelist()] == [
            new.read(name) for name in new.namelist()
        ]


def test_a_splice_is_a_well_signed_app_for_the_new_phone(
    good: Path, prepared: Prepared, signer: Identity, tmp_path: Path
) -> None:
    path, index = prepared
    out = tmp_path / "out.ipa"

    variant = splice(path, index, signer, world.new_profiles(good, signer), roots=world.roots())
    materialise(path, variant, out)

    assert verify(out, world.NEW_PHONE, roots=world.roots()) == []
    assert compare(good, out) == []
    assert out.read_bytes() == joined(path, variant)
    assert variant.size == out.stat().st_size
    assert variant.bundles[0].identifier == world.APP_ID


def test_what_new_profiles_can_mend_is_told_when_preparing(write: Write, tmp_path: Path) -> None:
    before = write(SampleApp(icon="none", expires=datetime.now(UTC) - timedelta(days=1)))

    done = prepare(before, tmp_path / "out.ipa", roots=world.roots())

    assert any("the profile expired" in item.sentence for item in done.violations)
    assert len(done.index.bundles) == 2


def test_segments_cover_the_variant_without_gaps(
    good: Path, prepared: Prepared, signer: Identity
) -> None:
    variant = splice(*prepared, signer, world.new_profiles(good, signer), roots=world.roots())

    assert sum(item.length for item in variant.segments) == variant.size
    assert all(
        item.content is None or len(item.content) == item.length for item in variant.segments
    )
    assert variant.new_bytes == sum(len(item.content or b"") for item in variant.segments)
    kinds = [item.content is None for item in variant.segments]
    assert all(one != other for one, other in pairwise(kinds))


@pytest.mark.slow
def test_fifty_generations_never_touch_the_base(
    good: Path, prepared: Prepared, signer: Identity, tmp_path: Path
) -> None:
    path, index = prepared
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    phones = [identities.device_id(100 + number) for number in range(50)]

    variants = [
        splice(
            path,
            index,
            signer,
            world.new_profiles(good, signer, phones[: count + 1]),
            roots=world.roots(),
        )
        for count in range(50)
    ]
    materialise(path, variants[-1], tmp_path / "last.ipa")

    assert len({variant.segments for variant in variants}) == 50
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert verify(tmp_path / "last.ipa", phones[-1], roots=world.roots()) == []


def test_the_same_generation_at_the_same_moment_is_the_same_bytes(
    good: Path, prepared: Prepared, signer: Identity
) -> None:
    profiles = world.new_profiles(good, signer)
    moment = profiles[0].expires_at.replace(year=profiles[0].expires_at.year - 1)

    one, other = (
        splice(*prepared, signer, profiles, now=moment, roots=world.roots()) for _ in range(2)
    )

    assert one == other


def test_a_splice_and_a_full_re_sign_verify_equally(
    good: Path, prepared: Prepared, signer: Identity, tmp_path: Path
) -> None:
    profiles = world.new_profiles(good, signer)
    spliced, full = tmp_path / "spliced.ipa", tmp_path / "full.ipa"

    materialise(prepared[0], splice(*prepared, signer, profiles, roots=world.roots()), spliced)
    resign(good, signer, profiles, full, roots=world.roots())

    for phone in (None, world.NEW_PHONE, identities.device_id(99)):
        one, other = (verify(path, phone, roots=world.roots()) for path in (spliced, full))
        assert one == other
    assert compare(full, spliced) == []


def test_what_was_signed_anew_can_be_spliced_from_then_on(
    write: Write, signer: Identity, tmp_path: Path
) -> None:
    unsigned = write(SampleApp(icon="none", signed=False))
    full, path, out = (tmp_path / name for name in ("full.ipa", "prepared.ipa", "out.ipa"))
    profiles = [
        world.profile(bundle_id, signer) for bundle_id in (world.APP_ID, f"{world.APP_ID}.share")
    ]

    resign(unsigned, signer, profiles, full, roots=world.roots())
    index = prepare(full, path, roots=world.roots()).index
    materialise(
        path,
        splice(path, index, signer, world.new_profiles(full, signer), roots=world.roots()),
        out,
    )

    assert verify(out, world.NEW_PHONE, roots=world.roots()) == []


def test_a_large_program_is_cut_and_not_packed_anew(
    large: Path, signer: Identity, tmp_path: Path
) -> None:
    path, out = tmp_path / "prepared.ipa", tmp_path / "out.ipa"

    index = prepare(large, path, roots=world.roots()).index
    variant = splice(path, index, signer, world.new_profiles(large, signer), roots=world.roots())
    materialise(path, variant, out)

    assert abs(path.stat().st_size - large.stat().st_size) < 20_000
    assert index.bundles[-1].chunks[0].packed_size > 1_000_000
    assert variant.new_bytes < 40_000
    assert verify(out, world.NEW_PHONE, roots=world.roots()) == []
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None


SHAPES = {
    "fat": SampleApp(icon="none", architectures=("arm64", "x86_64")),
    "zip64": SampleApp(icon="none", zip64=True),
    "enterprise": SampleApp(icon="none", profile="enterprise"),
    "descriptors": SampleApp(icon="none", descriptors=True),
}


@pytest.mark.parametrize("name", SHAPES)
def test_apps_of_other_shapes_are_spliced(
    write: Write, signer: Identity, tmp_path: Path, name: str
) -> None:
    before = write(SHAPES[name])
    path, out = tmp_path / "prepared.ipa", tmp_path / "out.ipa"

    index = prepare(before, path, roots=world.roots()).index
    materialise(
        path,
        splice(path, index, signer, world.new_profiles(before, signer), roots=world.roots()),
        out,
    )

    assert verify(out, world.NEW_PHONE, roots=world.roots()) == []
    assert compare(before, out) == []


def test_a_binary_seal_is_parsed_and_written(signer: Identity, tmp_path: Path) -> None:
    before = world.write_tree(
        tmp_path / "app.ipa", app(extension(1)), world.Style(binary_seal=True)
    )
    path, out = tmp_path / "prepared.ipa", tmp_path / "out.ipa"

    index = prepare(before, path, roots=world.roots()).index
    materialise(
        path,
        splice(path, index, signer, world.new_profiles(before, signer), roots=world.roots()),
        out,
    )

    assert [item.places for item in index.bundles] == [None, None]
    assert verify(out, world.NEW_PHONE, roots=world.roots()) == []


def test_two_directories_are_both_changed(write: Write, signer: Identity, tmp_path: Path) -> None:
    modern = write(SampleApp(icon="none", extensions=0, framework=False))
    edit = OldSigner(
        info_plist=world.read_entry(modern, ROOT + "Info.plist"),
        resources=world.read_entry(modern, ROOT + "_CodeSignature/CodeResources"),
        with_sha256=True,
    )
    before = world.edited(modern, tmp_path / "both.ipa", {ROOT + "Harbour": edit})
    path, out = tmp_path / "prepared.ipa", tmp_path / "out.ipa"

    index = prepare(before, path, roots=world.roots()).index
    materialise(
        path,
        splice(path, index, signer, world.new_profiles(before, signer), roots=world.roots()),
        out,
    )

    assert verify(out, world.NEW_PHONE, roots=world.roots()) == []


def test_an_index_survives_being_kept(prepared: Prepared) -> None:
    index = prepared[1]

    assert Index.loads(index.dumps()) == index


@pytest.mark.parametrize("content", [b"", b"{}", b'{"version":2}', b"[1]", b'{"version":1}'])
def test_what_is_no_index_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        Index.loads(content)


def test_an_index_of_another_file_is_refused(
    good: Path, large: Path, prepared: Prepared, signer: Identity
) -> None:
    with pytest.raises(Malformed, match="another prepared file"):
        splice(large, prepared[1], signer, world.new_profiles(good, signer), roots=world.roots())


def test_another_certificate_needs_the_full_path(
    good: Path, prepared: Prepared, successor: Identity
) -> None:
    with pytest.raises(NeedsFullPath, match="another certificate"):
        splice(*prepared, successor, world.new_profiles(good, successor), roots=world.roots())


def test_a_development_build_needs_the_full_path(write: Write, tmp_path: Path) -> None:
    before = write(SampleApp(icon="none", extensions=0, profile="development"))
    path = tmp_path / "prepared.ipa"
    index = prepare(before, path, roots=world.roots()).index
    developer = identities.signing_identity(world.TEAM, "iPhone Developer")
    person = make_identity(developer.key, developer.certificate, world.authorities())

    with pytest.raises(NeedsFullPath, match="another purpose"):
        splice(path, index, person, [world.profile(world.APP_ID, person)], roots=world.roots())


def test_a_missing_profile_is_refused(prepared: Prepared, signer: Identity) -> None:
    with pytest.raises(Refused, match="no provisioning profile for"):
        splice(*prepared, signer, [world.profile(world.APP_ID, signer)], roots=world.roots())


@pytest.mark.parametrize("style", [world.Style(adhoc=True), world.Style(signed=False)])
def test_what_nobody_signed_cannot_be_prepared(tmp_path: Path, style: world.Style) -> None:
    before = world.write_tree(tmp_path / "app.ipa", app(), style)

    with pytest.raises(NeedsFullPath):
        prepare(before, tmp_path / "out.ipa", roots=world.roots())
    assert not (tmp_path / "out.ipa").exists()


def test_a_broken_app_is_not_prepared(good: Path, tmp_path: Path) -> None:
    broken = world.edited(
        good, tmp_path / "broken.ipa", {ROOT + "Tiles/00/000000.txt": lambda content: content[1:]}
    )

    with pytest.raises(BrokenSeal, match=r"Tiles/00/000000\.txt"):
        prepare(broken, tmp_path / "out.ipa", roots=world.roots())
