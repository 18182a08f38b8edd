"""Debug symbols: a dSYM in a zip, and R8's `mapping.txt` in a zip."""

import plistlib

from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.iosapp import SampleApp, program
from bot.sandbox.samples.opening import Target, opened, path_of
from tests.samples.dwarf import companion

_MAPPING = """\
# compiler: R8
# compiler_version: 8.7.18
# min_api: 24
# pg_map_id: 7c1f2aa
# common_typos_disable
com.example.harbour.MainActivity -> com.example.harbour.MainActivity:
    1:4:void onCreate(android.os.Bundle):21:24 -> onCreate
com.example.harbour.tide.Clock -> a.a:
    int minutes -> a
    1:1:int minutesToHighWater():12:12 -> a
"""


def write_dsym(
    target: Target, app: SampleApp | None = None, *, ending: str = "dSYM"
) -> SampleFacts:
    """Write the symbols that belong to the program of an app: its UUIDs are the same."""
    app = app or SampleApp()
    binary = program(app, app.executable)
    bundle = f"{app.executable}.app.{ending}"
    info = {
        "CFBundleDevelopmentRegion": "English",
        "CFBundleIdentifier": f"com.apple.xcode.dsym.{app.bundle_id}",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundlePackageType": "dSYM",
        "CFBundleShortVersionString": app.version,
        "CFBundleVersion": app.build,
    }
    with opened(target) as file:
        archive = ArchiveWriter(file, descriptors=app.descriptors)
        for folder in ("", "Contents/", "Contents/Resources/", "Contents/Resources/DWARF/"):
            archive.folder(f"{bundle}/{folder}")
        archive.add(f"{bundle}/Contents/Info.plist", plistlib.dumps(info))
        archive.add(f"{bundle}/Contents/Resources/DWARF/{app.executable}", companion(binary))
        archive.close()
    return SampleFacts(
        path=path_of(target),
        platform="ios",
        kind="dsym",
        bundle_id=app.bundle_id,
        name=app.executable,
        version=app.version,
        build=app.build,
        uuids={cpu: str(binary.uuid(cpu)) for cpu in app.architectures},
    )


def write_mapping(target: Target, *, lines: int = 0, alone: bool = True) -> SampleFacts:
    """Write `mapping.txt` in a zip, `lines` longer than it must be; not `alone` adds a R.txt."""
    more = (f"com.example.harbour.chart.C{number} -> b.c{number}:\n" for number in range(lines))
    content = _MAPPING + "".join(more)
    with opened(target) as file:
        archive = ArchiveWriter(file)
        archive.add("mapping.txt", content.encode())
        if not alone:
            archive.add("R.txt", b"int string app_name 0x7f010000\n")
        archive.close()
    return SampleFacts(
        path=path_of(target),
        platform="android",
        kind="mapping",
        bundle_id="",
        name="",
        version="",
        build="",
    )
