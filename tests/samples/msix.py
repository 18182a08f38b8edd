"""Windows app packages and bundles: an OPC zip with a manifest, a block map and a signature."""

import base64
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from bot.sandbox.samples import cms, drawing, noise
from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.identities import Identity, windows_identity
from bot.sandbox.samples.opening import Target, opened, path_of
from tests.samples.windowsprogram import SampleExe, windows_program

PackageKind = Literal["msix", "appx"]

_BLOCK = 65536
_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="png" ContentType="image/png"/>\
<Default Extension="exe" ContentType="application/x-msdownload"/>\
<Default Extension="msix" ContentType="application/vnd.ms-appx"/>\
<Default Extension="bin" ContentType="application/octet-stream"/>\
<Override PartName="/AppxManifest.xml" ContentType="application/vnd.ms-appx.manifest+xml"/>\
<Override PartName="/AppxBlockMap.xml" ContentType="application/vnd.ms-appx.blockmap+xml"/>\
<Override PartName="/AppxSignature.p7x" ContentType="application/vnd.ms-appx.signature"/>\
</Types>"""
_MANIFEST = """<?xml version="1.0" encoding={coding}?>
<{p}Package xmlns{colon}{prefix}="{namespace}" \
xmlns:uap="http://schemas.microsoft.com/appx/manifest/uap/windows10">
  <{p}Identity Name={identity} Version={version} Publisher={publisher} \
ProcessorArchitecture={architecture}/>
  <{p}Properties>
    <{p}DisplayName>{name}</{p}DisplayName>
    <{p}PublisherDisplayName>Harbour Labs</{p}PublisherDisplayName>
    <{p}Logo>Assets\\StoreLogo.png</{p}Logo>
  </{p}Properties>
{needs}
  <{p}Resources><{p}Resource Language="en-us"/></{p}Resources>
  <{p}Applications>
    <{p}Application Id="App" Executable="Harbour.exe" EntryPoint="Windows.FullTrustApplication">
      <uap:VisualElements DisplayName={quoted} Description="Tides" BackgroundColor="transparent" \
Square150x150Logo="Assets\\Square150x150Logo.png" Square44x44Logo="Assets\\Square44x44Logo.png"/>
    </{p}Application>
  </{p}Applications>
</{p}Package>
"""
_NAMESPACE = "http://schemas.microsoft.com/appx/manifest/foundation/windows10"
_NEEDS = """\
  <{p}Dependencies>
    <{p}TargetDeviceFamily Name="Windows.Desktop" MinVersion="{minimum}" \
MaxVersionTested="10.0.26100.0"/>
  </{p}Dependencies>"""
_OLDER_NAMESPACE = "http://schemas.microsoft.com/appx/2010/manifest"
_OLDER_NEEDS = """\
  <{p}Prerequisites>
    <{p}OSMinVersion>{minimum}</{p}OSMinVersion>
    <{p}OSMaxVersionTested>{minimum}</{p}OSMaxVersionTested>
  </{p}Prerequisites>"""
_BUNDLE = """<?xml version="1.0" encoding="UTF-8"?>
<Bundle xmlns="http://schemas.microsoft.com/appx/2013/bundle" SchemaVersion="5.0">
  <Identity Name={identity} Publisher={publisher} Version={version}/>
  <Packages>
{packages}
  </Packages>
</Bundle>
"""
_BUNDLED = '    <Package Type="application" Version={version} Architecture={cpu} FileName={file}/>'


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMsix:
    """
    An app for Windows; every field has a value that makes a good package.

    `prefix` names the manifest's main namespace (`b4:Identity`), `utf16` codes it in UTF-16,
    `older` writes it as Windows 8 did, where the minimum OS stands elsewhere.
    """

    name: str = "Harbour"
    identity_name: str = "HarbourLabs.Harbour"
    version: str = "2.4.0.0"
    publisher: str = "CN=Harbour Labs, O=Harbour Labs, C=GB"
    architecture: str = "x64"
    minimum_os: str = "10.0.19041.0"
    signed: bool = True
    prefix: str = ""
    utf16: bool = False
    older: bool = False
    scales: Sequence[int] = (100, 200)
    payload_bytes: int = 0
    extra: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def signer(self) -> Identity:
        return windows_identity()


def write_msix(
    target: Target, app: SampleMsix | None = None, *, kind: PackageKind = "msix"
) -> SampleFacts:
    """Write one package; MSIX and APPX differ by their ending only."""
    app = app or SampleMsix()
    with opened(target) as file:
        archive = ArchiveWriter(file, zip64=True)
        blocks: list[str] = []
        for name, content in _files(app):
            archive.add(name, _mapped(name, content, blocks), method="stored")
        _finish(archive, blocks, app)
    return _facts(app, target, kind)


def write_msix_bundle(
    target: Target, app: SampleMsix | None = None, cpus: Sequence[str] = ("x64", "arm64")
) -> SampleFacts:
    """Write a bundle with a package for each processor, stored."""
    app = app or SampleMsix()
    names = {cpu: f"{app.name}_{app.version}_{cpu}.msix" for cpu in cpus}
    with opened(target) as file:
        archive = ArchiveWriter(file, zip64=True)
        for cpu, name in names.items():
            archive.add(name, _package(replace(app, architecture=cpu)), method="stored")
        blocks: list[str] = []
        manifest = [_bundle_manifest(app, names).encode()]
        name = "AppxMetadata/AppxBundleManifest.xml"
        archive.add(name, _mapped(name, manifest, blocks))
        _finish(archive, blocks, app)
    return _facts(app, target, "msixbundle")


def write_msix_upload(target: Target, app: SampleMsix | None = None) -> SampleFacts:
    """Write what Visual Studio uploads to the store: a bundle in a zip."""
    app = app or SampleMsix()
    bundle = io.BytesIO()
    write_msix_bundle(bundle, app)
    with opened(target) as file:
        archive = ArchiveWriter(file)
        archive.add(f"{app.name}_{app.version}.msixbundle", bundle.getvalue(), method="stored")
        archive.close()
    return _facts(app, target, "msixbundle")


def app_installer(app: SampleMsix, url: str) -> bytes:
    """Give the `.appinstaller` document that installs the package from `url` and updates it."""
    parts = {"Name": app.identity_name, "Publisher": app.publisher, "Version": app.version}
    package = "".join(f" {key}={quoteattr(value)}" for key, value in parts.items())
    namespace = "http://schemas.microsoft.com/appx/appinstaller/2018"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n'
        f'<AppInstaller xmlns="{namespace}" Version={quoteattr(app.version)} '
        f"Uri={quoteattr(url + '/Harbour.appinstaller')}>\n"
        f"  <MainPackage{package} ProcessorArchitecture={quoteattr(app.architecture)} "
        f"Uri={quoteattr(url + '/Harbour.msix')}/>\n</AppInstaller>\n"
    ).encode()


def _files(app: SampleMsix) -> Iterator[tuple[str, list[bytes] | Iterator[bytes]]]:
    yield "Harbour.exe", [windows_program(SampleExe(product_version=app.version))]
    yield "Assets/StoreLogo.png", [drawing.icon(50, "png")]
    for scale in app.scales:
        for size in (44, 150):
            picture = drawing.icon(size * scale // 100, "png", shape="rounded")
            yield f"Assets/Square{size}x{size}Logo.scale-{scale}.png", [picture]
    for name, content in app.extra.items():
        yield name, [content]
    if app.payload_bytes:
        yield "Charts.bin", noise.incompressible(app.payload_bytes, app.name)
    yield "AppxManifest.xml", [_manifest(app)]


def _manifest(app: SampleMsix) -> bytes:
    coding = "utf-16" if app.utf16 else "utf-8"
    p = f"{app.prefix}:" if app.prefix else ""
    needs = _OLDER_NEEDS if app.older else _NEEDS
    text = _MANIFEST.format(
        coding=quoteattr(coding),
        p=p,
        namespace=_OLDER_NAMESPACE if app.older else _NAMESPACE,
        needs=needs.format(p=p, minimum=escape(app.minimum_os)),
        colon=":" if app.prefix else "",
        prefix=app.prefix,
        identity=quoteattr(app.identity_name),
        version=quoteattr(app.version),
        publisher=quoteattr(app.publisher),
        architecture=quoteattr(app.architecture),
        name=escape(app.name),
        quoted=quoteattr(app.name),
    )
    return text.encode(coding)


def _bundle_manifest(app: SampleMsix, names: Mapping[str, str]) -> str:
    version = quoteattr(app.version)
    packages = "\n".join(
        _BUNDLED.format(version=version, cpu=quoteattr(cpu), file=quoteattr(name))
        for cpu, name in names.items()
    )
    return _BUNDLE.format(
        identity=quoteattr(app.identity_name),
        publisher=quoteattr(app.publisher),
        version=version,
        packages=packages,
    )


def _package(app: SampleMsix) -> bytes:
    file = io.BytesIO()
    write_msix(file, app)
    return file.getvalue()


def _mapped(
    name: str, content: list[bytes] | Iterator[bytes], blocks: list[str]
) -> Iterator[bytes]:
    """Pass a file on and add it to the block map: its size and a hash for each 64 KiB."""
    size, hashes, rest = 0, "", b""
    for chunk in content:
        yield chunk
        size += len(chunk)
        rest += chunk
        while len(rest) >= _BLOCK:
            hashes += _block(rest[:_BLOCK])
            rest = rest[_BLOCK:]
    hashes += _block(rest) if rest else ""
    windows_name = quoteattr(name.replace("/", "\\"))
    lfh = 30 + len(name.encode())
    blocks.append(f'<File Name={windows_name} Size="{size}" LfhSize="{lfh}">{hashes}</File>')


def _block(content: bytes) -> str:
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return f'<Block Hash="{digest}"/>'


def _finish(archive: ArchiveWriter, blocks: Sequence[str], app: SampleMsix) -> None:
    block_map = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<BlockMap xmlns="http://schemas.microsoft.com/appx/2010/blockmap" '
        'HashMethod="http://www.w3.org/2001/04/xmlenc#sha256">' + "".join(blocks) + "</BlockMap>"
    ).encode()
    archive.add("AppxBlockMap.xml", block_map)
    archive.add("[Content_Types].xml", _TYPES.encode())
    if app.signed:
        archive.add("AppxSignature.p7x", b"PKCX" + _signature(block_map, app.signer))
    archive.close()


def _signature(block_map: bytes, signer: Identity) -> bytes:
    # Windows signs the hashes of five parts; a sample names the two that say what is inside.
    parts = {b"AXCT": _TYPES.encode(), b"AXBM": block_map}
    content = b"APPX" + b"".join(
        name + hashlib.sha256(part).digest() for name, part in parts.items()
    )
    return cms.enveloping(content, signer, cms.usual_attributes(content, datetime.now(UTC)))


def _facts(app: SampleMsix, target: Target, kind: str) -> SampleFacts:
    return SampleFacts(
        path=path_of(target),
        platform="windows",
        kind=kind,
        bundle_id=app.identity_name,
        name=app.name,
        version=app.version,
        build="",
        min_os=app.minimum_os if kind in {"msix", "appx"} else "",
        certificates=(app.signer.fingerprint,) if app.signed else (),
    )
