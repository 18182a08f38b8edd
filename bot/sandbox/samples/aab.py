"""Android App Bundles: a folder for each module, protobuf inside, signed as a JAR."""

from collections.abc import Iterable, Iterator

from bot.sandbox.samples import protobuf as pb
from bot.sandbox.samples.androidapp import (
    ADAPTIVE_NAME,
    VECTOR_NAME,
    SampleApk,
    adaptive_icon,
    manifest,
    resource_table,
    vector_boat,
)
from bot.sandbox.samples.apk import android_facts, code_files, icon_files
from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.jarsignature import JarManifest
from bot.sandbox.samples.opening import Target, opened
from bot.sandbox.samples.protoxml import proto_table, proto_xml

_BUNDLETOOL = "1.18.1"


def write_aab(target: Target, app: SampleApk | None = None) -> SampleFacts:
    """Write the app as a bundle with the one module `base`; scheme v1 is the only one it has."""
    app = app or SampleApk(schemes=("v1",))
    with opened(target) as file:
        archive = ArchiveWriter(file, descriptors=app.descriptors)
        jar = JarManifest()
        for name, content in _files(app):
            archive.add(name, jar.listed(name, content))
        if "v1" in app.schemes:
            for name, signature in jar.signature_files(app.signer, alias="HARBOUR").items():
                archive.add(name, signature)
        archive.close()
    return android_facts(app, target, kind="aab")


def _files(app: SampleApk) -> Iterator[tuple[str, bytes | Iterable[bytes]]]:
    table = resource_table(app)
    yield "BundleConfig.pb", pb.message(1, pb.text(2, _BUNDLETOOL))
    yield "base/manifest/AndroidManifest.xml", proto_xml(manifest(app, table))
    yield "base/resources.pb", proto_table(table)
    for name, picture in icon_files(app):
        yield f"base/{name}", picture
    if app.icon in {"adaptive", "vector"}:
        yield f"base/{ADAPTIVE_NAME}", proto_xml(adaptive_icon(table))
        yield f"base/{VECTOR_NAME}", proto_xml(vector_boat())
    for name, content, _ in code_files(app):
        yield f"base/{'dex/' if name.endswith('.dex') else ''}{name}", content
