"""Archives whose names all begin with `./`, as `zip -r ../App.ipa ./Payload` writes them."""

import zipfile
from pathlib import Path

import pytest

from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.codesign.container.archive import open_archive
from provisioning.codesign.errors import Malformed
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.verifying.comparison import compare
from provisioning.codesign.verifying.verifier import verify
from tests.materialising import materialise
from tests.unit.provisioning.codesign import world


def dotted(path: Path, app: SampleApp) -> Path:
    """Write an app and give all its names a `./`, the folder itself included."""
    plain = path.with_suffix(".plain")
    write_ipa(plain, app)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        new.writestr("./", b"")
        for info in old.infolist():
            content = old.read(info)
            info.filename = f"./{info.filename}"
            new.writestr(info, content)
    return path


def test_e3_an_app_with_dots_before_its_names_is_signed_both_ways(
    tmp_path: Path, signer: Identity, successor: Identity
) -> None:
    before = dotted(tmp_path / "before.ipa", SampleApp(icon="none"))
    full, base, spliced = (tmp_path / name for name in ("full.ipa", "base.ipa", "spliced.ipa"))

    assert verify(before, roots=world.roots()) == []
    resign(before, successor, world.new_profiles(before, successor), full, roots=world.roots())
    index = prepare(before, base, roots=world.roots()).index
    profiles = world.new_profiles(before, signer)
    materialise(base, splice(base, index, signer, profiles, roots=world.roots()), spliced)

    for after in (full, spliced):
        assert verify(after, world.NEW_PHONE, roots=world.roots()) == []
        assert compare(before, after) == []
        with zipfile.ZipFile(after) as archive:
            assert archive.testzip() is None
            assert all(name.startswith("./") for name in archive.namelist())


def test_e3_what_signing_adds_is_named_like_the_rest(tmp_path: Path, signer: Identity) -> None:
    app = SampleApp(icon="none", signed=False, extensions=0, framework=False)
    before, after = dotted(tmp_path / "before.ipa", app), tmp_path / "after.ipa"

    resign(before, signer, [world.profile(world.APP_ID, signer)], after, roots=world.roots())

    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []
    with zipfile.ZipFile(after) as archive:
        assert "./Payload/Harbour.app/embedded.mobileprovision" in archive.namelist()
        assert all(name.startswith("./") for name in archive.namelist())


@pytest.mark.parametrize(
    ("names", "said"),
    [(["Payload/a", "./Payload/a"], "twice"), ([".//etc/passwd"], "leaves the archive")],
)
def test_e3_dots_hide_neither_a_second_file_nor_a_way_out(
    tmp_path: Path, names: list[str], said: str
) -> None:
    path = tmp_path / "dots.ipa"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")

    with pytest.raises(Malformed, match=said), open_archive(path):
        pass
