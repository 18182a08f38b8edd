"""Whatever a stranger changes inside an app, the verifier answers and nothing breaks."""

import time
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.codesign.container.archive import read_archive
from provisioning.codesign.container.spool import spool
from provisioning.codesign.errors import CodesignError
from provisioning.codesign.show import show
from provisioning.codesign.structures.source import BytesSource
from provisioning.codesign.verifying.verifier import inspect
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.test_resign import app, extension


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = world.write_tree(tmp_path_factory.mktemp("mutations") / "app.ipa", app(extension(1)))
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_change_is_found_and_at_once(entries: dict[str, bytes], data: st.DataObject) -> None:
    # The archive is made anew around the change, or its checksum would hide the parsers inside.
    name = data.draw(st.sampled_from(sorted(name for name in entries if entries[name])))
    content = bytearray(entries[name])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, min(len(content) - 1, 3_000)) | st.integers(0, 80))
        if place < len(content):
            content[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, 0x30]))
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as writer:
        for other, value in entries.items():
            info = zipfile.ZipInfo(other)
            info.external_attr = 0o100755 << 16
            writer.writestr(info, bytes(content) if other == name else value)
    started = time.process_time()

    with spool() as store:
        try:
            archive = read_archive(BytesSource(target.getvalue()), store)
            found = len(inspect(archive, roots=world.roots()).violations)
        except CodesignError:
            found = 1

    assert bool(found) == (bytes(content) != entries[name])
    assert time.process_time() - started < 2


@given(place=st.integers(0, 2_000), value=st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_a_changed_file_is_shown_or_refused(
    entries: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, place: int, value: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "shown"
    for name in ("Harbour", "embedded.mobileprovision"):
        content = bytearray(entries[f"Payload/Harbour.app/{name}"])
        content[place] = value
        path.write_bytes(content)
        try:
            assert show(path)
        except CodesignError as error:
            assert str(error)  # noqa: PT017  either answer is right
