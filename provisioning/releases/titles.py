"""What a release is called in a sentence: always with its system, since apps may share a name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from provisioning.releases.cards import BuildCard, version_of
from storage.inspection.facts import system_of
from storage.records.app import App
from storage.records.build import Build


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTitle:
    """
    An app, a version with its build, and the system that runs it. As text it is a stranger's.

    Two apps of one product have the same name and versions: only the system tells them apart.
    """

    app_display_name: str
    label: str
    system: str

    def __str__(self) -> str:
        """Return `Harbour 2.5.0 (250) for iOS`."""
        return f"{self.app_display_name} {self.label} for {self.system}"


class WithBuild(Protocol):
    """A card that is about a release with a build."""

    @property
    def app_display_name(self) -> str: ...

    @property
    def build(self) -> BuildCard: ...


class NamedRow(Protocol):
    """A row of a question that says what people call a release by."""

    @property
    def app_display_name(self) -> str: ...

    @property
    def version(self) -> str | None: ...

    @property
    def build(self) -> str | None: ...

    @property
    def platform(self) -> str: ...

    @property
    def device_families(self) -> Collection[str] | None: ...


def title_of(app: App, build: Build) -> ReleaseTitle:
    """Return what a release of a build is called."""
    return ReleaseTitle(
        app_display_name=app.display_name,
        label=version_of(build.version, build.build),
        system=system_of(build.platform, build.facts.get("device_families") or ()),
    )


def title_of_card(card: WithBuild) -> ReleaseTitle:
    """Return what the release of a card is called."""
    facts = card.build.facts
    return ReleaseTitle(
        app_display_name=card.app_display_name,
        label=version_of(facts.version, facts.build),
        system=facts.system,
    )


def title_of_row(row: NamedRow) -> ReleaseTitle:
    """Return what the release of a row is called."""
    return ReleaseTitle(
        app_display_name=row.app_display_name,
        label=version_of(row.version, row.build),
        system=system_of(row.platform, row.device_families or ()),
    )
