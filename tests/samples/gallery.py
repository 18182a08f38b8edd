"""
Well-formed packages of every kind, most of them awkward: what a reader must get right.

Each exhibit is called as its file is; its writer gives the facts that must be read from it.
"""

import plistlib
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.sandbox.samples.aab import write_aab
from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.identities import OTHER_TEAM, android_identity
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from bot.sandbox.samples.opening import Target
from tests.samples.dmg import write_dmg, write_fat_dmg
from tests.samples.macapp import SampleMacApp, write_app_zip
from tests.samples.msi import SampleMsi, write_msi
from tests.samples.msix import (
    SampleMsix,
    write_msix,
    write_msix_bundle,
    write_msix_upload,
)
from tests.samples.pkg import write_pkg
from tests.samples.splits import write_apks, write_xapk
from tests.samples.symbols import write_dsym, write_mapping
from tests.samples.windowsprogram import SampleExe, write_exe

Writer = Callable[[Target], SampleFacts]

_ARCHIVE = "Harbour.xcarchive"
_IPAS: Mapping[str, SampleApp] = {
    "plain": SampleApp(),
    "bare": SampleApp(profile=None, signed=False, extensions=0, framework=False, icon="none"),
    "development": SampleApp(profile="development"),
    "enterprise": SampleApp(profile="enterprise", team=OTHER_TEAM),
    "app-store": SampleApp(profile="appstore"),
    "simulator": SampleApp(simulator=True, architectures=("x86_64", "arm64")),
    "fat": SampleApp(architectures=("x86_64", "arm64")),
    "encrypted": SampleApp(encrypted=True),
    "everything-inside": SampleApp(extensions=3, watch=True, clip=True),
    "sixty-bundles": SampleApp(extensions=60),
    "inner-bundles-first": SampleApp(watch=True, clip=True, inner_first=True),
    "data-descriptors": SampleApp(descriptors=True),
    "zip64": SampleApp(zip64=True),
    "xml-plist": SampleApp(plist_form="xml"),
    "utf16-plist": SampleApp(plist_form="utf16"),
    "binary-seal": SampleApp(binary_seal=True),
    "open-profile": SampleApp(profile_open_lengths=True),
    "binary-profile": SampleApp(profile_binary=True),
    "open-binary-profile": SampleApp(profile_open_lengths=True, profile_binary=True),
    "escaped-names": SampleApp(
        name="R&D <Harbour>", extra={"R&D <plans>.txt": b"x", "Café ☕.txt": b"y"}
    ),
    "wide-name": SampleApp(name="港湾 ⚓️ Häfen", labels={}),
    "plain-icons": SampleApp(icon="plain"),
    "letter-icon": SampleApp(letter="L"),
    "no-icon": SampleApp(icon="none"),
    "family-as-number": SampleApp(info={"UIDeviceFamily": 1}),
    "family-as-text": SampleApp(info={"UIDeviceFamily": "1"}),
    "old-icon-key": SampleApp(
        info={
            "CFBundleIcons": None,
            "CFBundleIcons~ipad": None,
            "CFBundleIconFile": "AppIcon60x60",
        }
    ),
    "xcode-archive": SampleApp(
        folder=f"{_ARCHIVE}/Products/Applications",
        beside={f"{_ARCHIVE}/Info.plist": plistlib.dumps({"ArchiveVersion": 2})},
    ),
    "company": SampleApp(
        beside={
            "iTunesMetadata.plist": plistlib.dumps({"itemName": "Other"}),
            "SwiftSupport/iphoneos/libswiftCore.dylib": b"x",
            "Symbols/0A.symbols": b"x",
            "WatchKitSupport2/WK": b"x",
            "__MACOSX/Payload/._Harbour.app": b"x",
            "Payload/.DS_Store": b"x",
        }
    ),
    "strange-entries": SampleApp(
        beside={"../../x": b"x", "/etc/passwd": b"x", "..\\..\\x": b"x", "C:\\x": b"x"}
    ),
    "five-thousand-files": SampleApp(tiles=5000),
    "entitled": SampleApp(
        entitlements={
            "aps-environment": "production",
            "com.apple.security.application-groups": ["group.com.example.harbour"],
        }
    ),
}
_APKS: Mapping[str, SampleApk] = {
    "plain": SampleApk(),
    "v1-only": SampleApk(schemes=("v1",), min_sdk=21, target_sdk=29),
    "v2-only": SampleApk(schemes=("v2",)),
    "v3": SampleApk(schemes=("v1", "v2", "v3")),
    "v3-1": SampleApk(schemes=("v2", "v3", "v3.1")),
    "unsigned": SampleApk(schemes=()),
    "curve": SampleApk(identity=android_identity(curve=True), schemes=("v1", "v2", "v3")),
    "utf8-manifest": SampleApk(utf8_manifest=True),
    "utf16-resources": SampleApk(utf8_resources=False),
    "sparse": SampleApk(coding="sparse"),
    "short-offsets": SampleApk(coding="short"),
    "compact": SampleApk(coding="compact"),
    "webp": SampleApk(icon="webp"),
    "adaptive": SampleApk(icon="adaptive"),
    "vector": SampleApk(icon="vector"),
    "no-icon": SampleApk(icon="none"),
    "letter-icon": SampleApk(letter="L"),
    "no-resources": SampleApk(resources=False),
    "version-as-resource": SampleApk(version_by_resource=True, version="2.4.0-rc.1+7"),
    "large-version-code": SampleApk(version_code=(3 << 32) | 7),
    "debuggable": SampleApk(debuggable=True),
    "launched-by-alias": SampleApk(launcher_alias=True),
    "no-permissions": SampleApk(permissions=(), features=()),
    "many-abis": SampleApk(abis=("arm64-v8a", "armeabi-v7a", "x86", "x86_64", "riscv64")),
    "wide-name": SampleApk(name="港湾 ⚓️ Häfen", labels={"pt-BR": "Porto", "ja": "港"}),
    "data-descriptors": SampleApk(descriptors=True),
    "long-names": SampleApk(extra={"assets/" + "harbour/" * 40 + "x": b"x"}),
    "ten-thousand-files": SampleApk(assets=10_000),
}


def exhibits() -> dict[str, Writer]:
    """Give the writers by the name of their file."""
    found: dict[str, Writer] = {f"{name}.ipa": _ipa(app) for name, app in _IPAS.items()}
    found |= {f"{name}.apk": _apk(app) for name, app in _APKS.items()}
    return found | _OTHERS


def hang(folder: Path) -> list[SampleFacts]:
    """Write every exhibit into a folder."""
    return [write(folder / name) for name, write in exhibits().items()]


def _ipa(app: SampleApp) -> Writer:
    return lambda target: write_ipa(target, app)


def _apk(app: SampleApk) -> Writer:
    return lambda target: write_apk(target, app)


_FAT = SampleApp(architectures=("x86_64", "arm64"))
_OTHERS: dict[str, Writer] = {
    "plain.aab": write_aab,
    "adaptive.aab": lambda target: write_aab(target, SampleApk(icon="adaptive", schemes=("v1",))),
    "version-as-resource.aab": lambda target: write_aab(
        target, SampleApk(version_by_resource=True, schemes=("v1",))
    ),
    "splits.apks": write_apks,
    "universal.apks": lambda target: write_apks(target, universal=True),
    "plain.xapk": write_xapk,
    "plain.app.zip": write_app_zip,
    "development.app.zip": lambda target: write_app_zip(
        target, SampleMacApp(profile="development")
    ),
    "store.app.zip": lambda target: write_app_zip(target, SampleMacApp(profile="appstore")),
    "bare.app.zip": lambda target: write_app_zip(target, SampleMacApp(profile=None, icon=False)),
    "zlib.dmg": write_dmg,
    "bzip2.dmg": lambda target: write_dmg(target, packing="bzip2"),
    "fat.dmg": write_fat_dmg,
    "raw.dmg": lambda target: write_dmg(target, packing="raw"),
    "signed.pkg": write_pkg,
    "unsigned.pkg": lambda target: write_pkg(target, signed=False),
    "component.pkg": lambda target: write_pkg(target, plain=True),
    "plain.msix": write_msix,
    "plain.appx": lambda target: write_msix(
        target, SampleMsix(older=True, minimum_os="6.3.0"), kind="appx"
    ),
    "utf16.msix": lambda target: write_msix(target, SampleMsix(utf16=True, name="Häfen & Co")),
    "prefixed.msix": lambda target: write_msix(target, SampleMsix(prefix="b4")),
    "unsigned.msix": lambda target: write_msix(target, SampleMsix(signed=False)),
    "plain.msixbundle": write_msix_bundle,
    "plain.msixupload": write_msix_upload,
    "plain.msi": write_msi,
    "long-references.msi": lambda target: write_msi(target, SampleMsi(long_references=True)),
    "plain.exe": write_exe,
    "unsigned.exe": lambda target: write_exe(target, SampleExe(signed=False)),
    "silent.exe": lambda target: write_exe(target, SampleExe(versioned=False, icon=False)),
    "plain.dSYM.zip": write_dsym,
    "fat.dSYM.zip": lambda target: write_dsym(target, _FAT),
    "capitals.dSYM.zip": lambda target: write_dsym(target, ending="DSYM"),
    "mapping.zip": write_mapping,
    "mapping-with-more.zip": lambda target: write_mapping(target, lines=500, alone=False),
}
