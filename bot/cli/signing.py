"""The command line of code signing: `slipway codesign show`, `codesign verify` and `resign`."""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storage.errors import SlipwayError

if TYPE_CHECKING:
    from cryptography import x509

    from provisioning.codesign.identity.identity import Identity
    from provisioning.codesign.structures.profile import Profile

#: More than any profile or p12 may have.
SMALL = 8 << 20

FILE = click.Path(path_type=Path)
AUTHORITY = click.option(
    "--authority",
    "authorities",
    type=FILE,
    multiple=True,
    help="A certificate authority to trust in place of Apple's, PEM; for test set-ups.",
)


class NotDone(SlipwayError):
    """This could not be done."""


@click.group()
def codesign() -> None:
    """Look at the signatures of an app, and judge them."""


@codesign.command()
@click.argument("file", type=FILE)
def show(file: Path) -> None:
    """Show what the signatures of an IPA, an executable or a profile say."""
    from provisioning.codesign.show import show as describe  # noqa: PLC0415 - see cli.py

    with _sentences(file):
        click.echo(describe(file))


@codesign.command()
@click.argument("file", type=FILE)
@click.option("--udid", help="This device must be in the profile of every bundle.")
@AUTHORITY
def verify(file: Path, *, udid: str | None, authorities: tuple[Path, ...]) -> None:
    """Check an IPA as a device would; each violation is one line, and any ends with 1."""
    from provisioning.codesign.verifying.verifier import verify as check  # noqa: PLC0415

    roots = _roots(authorities_in(authorities))
    with _sentences(file):
        violations = check(file, udid, roots=roots)
    for violation in violations:
        click.echo(str(violation))
    if violations:
        sys.exit(1)
    click.echo("Nothing is wrong with the signatures.")


@click.command()
@click.argument("ipa", type=FILE)
@click.option("--identity", type=FILE, required=True, help="The certificate with its key, a p12.")
@click.option(
    "--profile",
    "profiles",
    type=FILE,
    multiple=True,
    required=True,
    help="A .mobileprovision; once for each. Of those that can be used the closest is taken.",
)
@click.option("-o", "--output", type=FILE, required=True, help="Where the signed IPA goes.")
@click.option(
    "--drop-debugging",
    is_flag=True,
    help="Let a development build lose its debugging under an ad hoc profile.",
)
@click.option(
    "--kind",
    type=click.Choice(["adhoc", "development", "enterprise", "appstore"]),
    help="Use profiles of this kind only; those for the App Store are used only when named here.",
)
@AUTHORITY
def resign(
    ipa: Path,
    *,
    identity: Path,
    profiles: tuple[Path, ...],
    output: Path,
    drop_debugging: bool,
    kind: str | None,
    authorities: tuple[Path, ...],
) -> None:
    """
    Sign an IPA anew with an identity and provisioning profiles.

    The password of the p12 comes from SLIPWAY_P12_PASSWORD, else it is asked for.
    """
    from provisioning.codesign.resign import resign as sign  # noqa: PLC0415

    if output.is_dir() or not output.parent.is_dir():
        _end(f"The signed app cannot be written to {output}: name a file in a folder that exists.")
    found = [_profile(path) for path in profiles]
    signer = _identity(identity, authorities)
    with _sentences(ipa):
        summary = sign(
            ipa,
            signer,
            found,
            output,
            lambda sentence: click.echo(sentence, err=True),
            drop_debugging=drop_debugging,
            kind=kind,
            roots=_roots(authorities_in(authorities)),
        )
    click.echo(str(summary))


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (codesign, resign)


def _identity(path: Path, authorities: Sequence[Path]) -> "Identity":
    from provisioning.codesign.identity.files import import_p12  # noqa: PLC0415

    trusted = authorities_in(authorities)
    content = small_file(path)
    password = password_of(path)
    with _sentences(path):
        return import_p12(content, password, trusted)


def _profile(path: Path) -> "Profile":
    from provisioning.codesign.structures.profile import read_profile  # noqa: PLC0415

    with _sentences(path):
        return read_profile(_head(path))


def authorities_in(paths: Sequence[Path]) -> "list[x509.Certificate] | None":
    """
    Return the certificates in files, else in that of SLIPWAY_APPLE_AUTHORITIES_FILE.

    None without either; a wrong file ends the program.
    """
    from cryptography import x509  # noqa: PLC0415

    from bot.authorities import certificates_in  # noqa: PLC0415
    from bot.settings import apple_authorities_file  # noqa: PLC0415
    from provisioning.codesign.structures.certificate import UNREADABLE  # noqa: PLC0415 - see cli/main.py

    standing = None if paths else apple_authorities_file()
    if standing is not None:
        with _sentences(standing):
            return list(certificates_in(standing))

    found: list[x509.Certificate] = []
    for path in paths:
        with _sentences(path):
            try:
                found += x509.load_pem_x509_certificates(_head(path))
            except UNREADABLE:
                raise NotDone(f"{path} holds no certificates in PEM.") from None
    return found or None


def _roots(
    trusted: "Sequence[x509.Certificate] | None",
) -> "tuple[x509.Certificate, ...] | None":
    from provisioning.codesign.authorities import roots_among  # noqa: PLC0415

    return None if trusted is None else roots_among(trusted)


def small_file(path: Path) -> bytes:
    """Return what `_head` does; a file that cannot be read ends the program with a sentence."""
    with _sentences(path):
        return _head(path)


def _head(path: Path) -> bytes:
    """Return a small file, or so much of a large one that it is refused as too large."""
    with path.open("rb") as file:
        return file.read(SMALL)


def password_of(path: Path) -> str:
    """Return the password of a p12; one in an argument would show in the list of processes."""
    from bot.settings import p12_password  # noqa: PLC0415

    given = p12_password()
    if given is not None:
        return given.get_secret_value()
    if not sys.stdin.isatty():
        _end("The password of the p12 is missing: set SLIPWAY_P12_PASSWORD.")
    answer: str = click.prompt(
        f"Password of {path.name}", hide_input=True, default="", show_default=False, err=True
    )
    return answer


@contextmanager
def _sentences(path: Path) -> Generator[None]:
    """End the program with one sentence and 1 when a file cannot be read, signed or written."""
    from provisioning.codesign.errors import CodesignError  # noqa: PLC0415

    try:
        yield
    except (SlipwayError, CodesignError) as error:
        _end(str(error))
    except OSError as error:
        _end(f"{error.filename or path}: {error.strerror or error}.")


def _end(sentence: str) -> None:
    click.echo(" ".join(sentence.split()), err=True)
    sys.exit(1)
