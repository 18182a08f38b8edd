"""The studio: the team of Harbour Labs at Apple, its keys, its apps, and its people's phones."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from subprocess import CalledProcessError
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bot.sandbox.apple.devices import Hardware
from bot.sandbox.apple.ledger import Ledger
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.phone import Phone, phone
from bot.sandbox.samples.authorities import Authorities
from bot.sandbox.samples.deviceauthority import DeviceAuthority
from bot.sandbox.samples.fleet import FLEET, App, Packed, package
from bot.sandbox.samples.handsets import HANDSETS
from bot.sandbox.samples.identities import (
    HARBOUR_LABS,
    OTHER_TEAM,
    Identity,
    Team,
    android_identity,
    kept_identity,
    new_signing_identity,
)
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.xcode import Xcode
from provisioning.codesign.authorities import apple_roots
from storage.errors import NotFound

TEAMS: Final = (HARBOUR_LABS, OTHER_TEAM)


class Studio:
    """
    What a company has before it knows Slipway, with the Apple that it deals with.

    Everything lies in *folder* and is there again when another demo starts there: what was signed
    yesterday is trusted today. It makes keys, which takes a moment: make it in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._apple_folder = folder / "apple"
        self.authorities = Authorities.kept_in(self._apple_folder)
        self.devices = _device_authority(self._apple_folder / "devices", self.authorities.root)
        #: What stands for Apple's authorities, in PEM.
        self.authorities_file = self._apple_folder / "authorities.pem"
        self.authorities_file.write_bytes(
            b"".join(one.public_bytes(Encoding.PEM) for one in self._trusted())
        )
        ledger = Ledger(self._apple_folder / "teams.json")
        self.apple = SandboxApple(authorities=self.authorities, ledger=ledger)
        self.apple.add_team(OTHER_TEAM)
        self.identities = {team: self._signer(team) for team in TEAMS}
        self._workplaces = {
            team.identity: Xcode(team, self.identities[team.identity]) for team in self.apple.teams
        }
        self._furnish()

    @property
    def identity(self) -> Identity:
        """Who signs for Harbour Labs; its certificate is known at Apple."""
        return self.identities[HARBOUR_LABS]

    def package(self, name: str) -> Path:
        """Return one of the fleet, written when it is first asked for. Raise NotFound."""
        return package(name, self._folder / "samples", self._finished)

    def phone(
        self, owner: str, *, android: bool = False, newest: bool = False
    ) -> AbstractAsyncContextManager[Phone]:
        """
        Lend the phone of somebody, called by their first name; the *newest* is what they got last.

        Raise NotFound for who has none.
        """
        if android:
            return phone(android=True)
        handsets = HANDSETS.get(owner)
        if handsets is None:
            raise NotFound(f"{owner} has no iPhone.")
        return phone(
            android=False,
            handset=handsets[-1 if newest else 0],
            # It trusts Apple like any phone: somebody may post an app of their own.
            roots=(self.authorities.root.certificate, *apple_roots()),
            devices=self.devices,
        )

    def _trusted(self) -> Iterator[x509.Certificate]:
        yield from self.authorities.certificates
        if self.devices is not None:
            yield self.devices.certificate()

    def _signer(self, team: Team) -> Identity:
        issuer = self.authorities.developers
        return kept_identity(
            self._folder / "keys" / f"{team.id}-apple.p12",
            lambda: new_signing_identity(team, "iPhone Distribution", issuer),
        )

    def _furnish(self) -> None:
        """Have at Apple what must be there before the first build; most of it is made once."""
        for team in self.apple.teams:
            for handset in (one for owned in HANDSETS.values() for one in owned):
                team.devices.hardware[handset.udid.upper()] = Hardware(
                    device_class=handset.device_class, model=handset.product
                )
        for packed in FLEET.values():
            if isinstance(packed.app, SampleApp):
                self._workplaces[packed.team].sign(packed.app)
        self.apple.keep()

    def _finished(self, packed: Packed) -> App:
        app, team = packed.app, packed.team
        if isinstance(app, SampleApp):
            return self._workplaces[team].sign(app)
        # A newer build must be no stranger to the older one.
        path = self._folder / "keys" / f"{team.id}-android.p12"
        return replace(app, identity=kept_identity(path, lambda: android_identity(team.name)))


def _device_authority(folder: Path, root: Identity) -> DeviceAuthority | None:
    """Return who signs for the phones; None where no openssl does it, and they enrol nowhere."""
    try:
        return DeviceAuthority.kept_in(folder, root)
    except (FileNotFoundError, CalledProcessError):
        return None
