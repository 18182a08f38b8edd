"""Apple's watch stub: code that Apple signed years ago, to be copied into apps as it is."""

from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures import superblob
from provisioning.codesign.structures.cms import read_signed_message
from provisioning.codesign.structures.codedirectory import CodeDirectory, read_code_directory
from provisioning.codesign.structures.macho import Slice, read_slices
from provisioning.codesign.structures.signature import APPLE, LARGEST_SIGNATURE
from provisioning.codesign.structures.source import PartSource, Source
from provisioning.codesign.structures.superblob import read_superblob
from provisioning.codesign.verifying import trust
from provisioning.codesign.verifying.code import wrong_pages
from provisioning.codesign.verifying.envelope import check_signature, signer_of
from provisioning.codesign.verifying.violation import Kind, Violation


def check_stub(
    source: Source, roots: Sequence[x509.Certificate], where: str
) -> Iterator[Violation]:
    """
    Yield where a stub is not what Apple signed.

    Nothing is asked of the form of its signature, which is that of its year, of dates, or of the
    Info.plist and the seal that it had where Apple built it.
    """
    try:
        for part in read_slices(source):
            yield from _check_slice(part, part.of(source), roots, where)
    except Malformed as error:
        yield Violation(kind=Kind.UNREADABLE, where=where, sentence=str(error))


def _check_slice(
    part: Slice, source: PartSource, roots: Sequence[x509.Certificate], where: str
) -> Iterator[Violation]:
    if part.signature is None:
        yield _not_apples(where)
        return
    if part.signature.size > LARGEST_SIGNATURE:
        raise Malformed("The signature is too large.")
    blob = read_superblob(source.read(part.signature.offset, part.signature.size))
    directories = tuple(read_code_directory(item.content) for item in blob.directories)
    if not directories:
        raise Malformed("The signature has no CodeDirectory.")
    if any(any(wrong_pages(source, directory)) for directory in directories):
        yield Violation(
            kind=Kind.PAGE, where=where, sentence="the stub was changed after Apple signed it."
        )
    cms = blob.get(superblob.CMS_SLOT)
    if cms is None or not cms.payload:
        yield _not_apples(where)
        return
    yield from _check_signer(cms.payload, directories, roots, where)


def _check_signer(
    payload: bytes,
    directories: tuple[CodeDirectory, ...],
    roots: Sequence[x509.Certificate],
    where: str,
) -> Iterator[Violation]:
    message = read_signed_message(payload)
    certificates = trust.load(message.certificates)
    signer = signer_of(message, certificates)
    for sentence in check_signature(message, directories[0].content, signer):
        yield Violation(kind=Kind.CMS, where=where, sentence=sentence)
    yield from trust.check_chain(
        trust.chain_of(signer, [*certificates, *roots]), roots, None, where
    )
    if directories[0].team or trust.name_of(signer, NameOID.ORGANIZATION_NAME) != APPLE:
        yield _not_apples(where)


def _not_apples(where: str) -> Violation:
    return Violation(kind=Kind.IDENTITY, where=where, sentence="the stub is not signed by Apple.")
