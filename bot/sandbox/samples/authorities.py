"""The authorities of one synthetic world, which live as long as the folder they are kept in."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509

from bot.sandbox.samples.identities import (
    Identity,
    intermediate_authority,
    kept_identity,
    new_intermediate,
    new_profile_signer,
    new_root,
    profile_signer,
    root_authority,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorities:
    """The root, and what it certified: who signs for developers, and who signs profiles."""

    root: Identity
    developers: Identity
    profiles: Identity

    @classmethod
    def kept_in(cls, folder: Path) -> "Authorities":
        """Give those of a folder, made the first time: what they signed is trusted later, too."""
        root = kept_identity(folder / "root.p12", new_root)
        return cls(
            root=root,
            developers=kept_identity(folder / "developers.p12", lambda: new_intermediate(root)),
            profiles=kept_identity(folder / "profiles.p12", lambda: new_profile_signer(root)),
        )

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """What stands above every developer's certificate, the root last."""
        return self.developers.certificate, self.root.certificate


@cache
def own_authorities() -> Authorities:
    """Give those of this process, which nobody keeps."""
    return Authorities(
        root=root_authority(), developers=intermediate_authority(), profiles=profile_signer()
    )
