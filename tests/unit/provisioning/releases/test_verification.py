"""Which Android builds certified phones refuse in some countries, and who says that they do not."""

from pathlib import Path

import pytest

from bot.sandbox.samples.harbour import harbour_apk
from provisioning.errors import NotAllowed, NotNow, Unclear
from provisioning.releases.verification import registration_warning
from storage.inspection.facts import Facts, Signing
from storage.records.app import App
from tests.unit.provisioning.conftest import MANAGER, TESTER, Domain

ONE, OTHER = "ab" * 32, "cd" * 32


def facts(*certificates: str, lineage: tuple[str, ...] = ()) -> Facts:
    signing = Signing(signed=True, certificates=certificates, lineage=lineage)
    return Facts(
        platform="android", kind="apk", size=1, md5="", sha1="", sha256="", signing=signing
    )


def app(platform: str, registered: str = "") -> App:
    return App(
        organization_id="o",
        name="harbour",
        display_name="Harbour",
        platform=platform,
        bundle_id="com.example.harbour",
        registered_certificate=registered,
        created_by="person:slack:U1",
    )


@pytest.mark.parametrize(
    ("platform", "registered", "certificates", "lineage", "said"),
    [
        ("android", "", (ONE,), (), "It is not known to be registered"),
        ("android", "", (), (), "It is not known to be registered"),
        ("android", ONE, (ONE,), (), ""),
        ("android", ONE, (OTHER, ONE), (), ""),
        ("android", ONE, (OTHER,), (ONE,), ""),
        ("android", ONE, (OTHER,), (), "another certificate than the one that is registered"),
        ("android", ONE, (), (), "another certificate than the one that is registered"),
        ("ios", "", (ONE,), (), ""),
        ("windows", "", (), (), ""),
    ],
)
def test_a_build_says_whether_phones_refuse_it(
    platform: str,
    registered: str,
    certificates: tuple[str, ...],
    lineage: tuple[str, ...],
    said: str,
) -> None:
    found = registration_warning(app(platform, registered), facts(*certificates, lineage=lineage))
    assert (said in found) if said else found == ""


async def test_the_certificate_of_the_newest_release_is_noted_unless_another_is_named(
    domain: Domain, tmp_path: Path
) -> None:
    release_id = await domain.draft(harbour_apk(tmp_path))
    (line,) = await domain.lists.apps()
    assert (await domain.cards.release(release_id)).unregistered

    marked = await domain.verification.mark(line.app.id, MANAGER)

    assert len(marked.registered_certificate) == 64
    assert (await domain.cards.release(release_id)).unregistered == ""
    spelled = ":".join([OTHER[at : at + 2].upper() for at in range(0, 64, 2)])
    other = await domain.verification.mark(line.app.id, MANAGER, spelled)
    assert other.registered_certificate == OTHER
    assert "CD:CD:CD:CD…" in (await domain.cards.release(release_id)).unregistered
    with pytest.raises(Unclear, match="64 digits and letters"):
        await domain.verification.mark(line.app.id, MANAGER, "12:34")
    with pytest.raises(NotAllowed):
        await domain.verification.mark(line.app.id, TESTER)
    gone = await domain.verification.unmark(line.app.id, MANAGER)
    assert (gone.registered_certificate, gone.registered_by) == ("", None)
    lines = await domain.history.of_app(line.app.id, MANAGER)
    assert [one.action for one in lines][:3] == [
        "app.unregistered",
        "app.registered",
        "app.registered",
    ]


async def test_an_app_of_apple_needs_no_verification(domain: Domain, ipa: Path) -> None:
    await domain.draft(ipa)
    (line,) = await domain.lists.apps()
    with pytest.raises(NotNow, match="no app for Android"):
        await domain.verification.mark(line.app.id, MANAGER)
