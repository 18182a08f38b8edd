"""What others say of our signatures: OpenSSL of the CMS, rcodesign of the whole file."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from provisioning.codesign.bundles import find_app
from provisioning.codesign.container.archive import open_archive
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.structures import superblob
from provisioning.codesign.structures.macho import read_slices
from provisioning.codesign.structures.signature import Signature, read_signature
from provisioning.codesign.structures.source import BytesSource
from tests.materialising import materialise
from tests.programs import needed
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.test_resign import TREES, identifiers


@pytest.fixture(scope="module")
def signed(
    tmp_path_factory: pytest.TempPathFactory, good: Path, prepared: tuple[Path, Index]
) -> list[Path]:
    """Sign in every way there is: a full one, a splice, and one of every shape."""
    folder = tmp_path_factory.mktemp("referees")
    first, second = world.identity(), world.identity(2)
    outs = [folder / "full.ipa", folder / "spliced.ipa"]
    resign(good, second, world.new_profiles(good, second), outs[0], roots=world.roots())
    materialise(
        prepared[0],
        splice(*prepared, first, world.new_profiles(good, first), roots=world.roots()),
        outs[1],
    )
    for number, (tree, style) in enumerate(TREES.values()):
        before = world.write_tree(folder / f"before{number}.ipa", tree, style)
        profiles = [world.profile(item, second) for item in identifiers(tree)]
        outs.append(folder / f"after{number}.ipa")
        resign(before, second, profiles, outs[-1], roots=world.roots())
    return outs


def code_of(ipa: Path) -> Iterator[tuple[str, bytes]]:
    with open_archive(ipa) as archive:
        for name in sorted(find_app(archive).code):
            yield name, archive.content(archive.by_name[name])


def signatures_of(content: bytes) -> Iterator[Signature]:
    source = BytesSource(content)
    for part in read_slices(source):
        found = read_signature(source, part)
        assert found is not None
        yield found


def openssl(folder: Path, message: bytes, content: bytes) -> subprocess.CompletedProcess[bytes]:
    (folder / "cms").write_bytes(message)
    (folder / "content").write_bytes(content)
    needed("openssl")
    command = "openssl cms -verify -inform DER -in cms -content content -noverify -binary"
    return subprocess.run(command.split(), cwd=folder, capture_output=True, check=False)


def test_openssl_accepts_every_signature(signed: list[Path], tmp_path: Path) -> None:
    seen = 0
    for ipa in signed:
        for _, content in code_of(ipa):
            for signature in signatures_of(content):
                cms = signature.blob.get(superblob.CMS_SLOT)
                assert cms is not None
                done = openssl(tmp_path, cms.payload, signature.primary.content)
                assert done.returncode == 0, done.stderr
                seen += 1

    assert seen > 40


def test_openssl_sees_a_changed_directory(signed: list[Path], tmp_path: Path) -> None:
    signature = next(signatures_of(next(code_of(signed[0]))[1]))
    cms = signature.blob.get(superblob.CMS_SLOT)
    assert cms is not None

    done = openssl(tmp_path, cms.payload, signature.primary.content[:-1] + b"\0")

    assert done.returncode != 0


@pytest.fixture(scope="module")
def rcodesign() -> ModuleType:
    reason = "apple-platform-py is not installed here."
    found: ModuleType = pytest.importorskip("apple_platform", reason=reason)
    return found


def test_rcodesign_accepts_every_executable(
    rcodesign: ModuleType, signed: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "code"
    for ipa in signed:
        for name, content in code_of(ipa):
            path.write_bytes(content)
            assert rcodesign.verify_macho(path) == [], name


def test_rcodesign_sees_a_changed_page(
    rcodesign: ModuleType, signed: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "code"
    _, content = next(code_of(signed[1]))
    path.write_bytes(content[:5_000] + b"\xff" + content[5_001:])

    assert rcodesign.verify_macho(path) != []


def test_rcodesign_reads_what_we_wrote(
    rcodesign: ModuleType, signed: list[Path], tmp_path: Path, successor: Identity
) -> None:
    path = tmp_path / "code"
    content = dict(code_of(signed[0]))["Payload/Harbour.app/Harbour"]
    path.write_bytes(content)

    told = str(rcodesign.read_signature(path))

    assert world.APP_ID in told
    assert successor.team_id in told
    assert "anchor apple generic" in told
