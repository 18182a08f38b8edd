"""The picture that cards and pages show of a build."""

from pathlib import Path

from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from storage.inspection import initial
from tests.unit.provisioning.conftest import Domain


async def test_a_build_without_a_picture_is_shown_by_its_initial(
    domain: Domain, tmp_path: Path
) -> None:
    bare = write_ipa(tmp_path / "bare.ipa", SampleApp(icon="none")).path
    upload = await domain.upload(bare)
    assert upload is not None

    build = (await domain.cards.upload(upload.id)).build
    assert build is not None
    assert build.icon_sha256 is not None
    picture = b"".join([piece async for piece in domain.blobs.read(build.icon_sha256)])
    assert picture == initial.draw("Harbour", "com.example.harbour")
    assert not build.facts.icon
