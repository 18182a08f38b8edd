"""The choice of profiles: the unusable are passed over, and what is left is compared."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.samples import identities
from bot.sandbox.samples.identities import OTHER_TEAM, signing_identity
from bot.sandbox.samples.ipa import SampleApp
from bot.sandbox.samples.profiles import Profile as SampleProfile
from bot.sandbox.samples.profiles import mobileprovision
from provisioning.codesign.errors import Refused
from provisioning.codesign.identity.identity import Identity, make_identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.structures.profile import Profile, read_profile
from provisioning.codesign.summary import SignedBundle, Summary
from provisioning.codesign.verifying.verifier import verify
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.conftest import Write
from tests.unit.provisioning.codesign.old_signature import OldSigner
from tests.unit.provisioning.codesign.test_resign import signature_of

ROOT = "Payload/Harbour.app/"
MAIN = ROOT + "Harbour"
SEAL = ROOT + "_CodeSignature/CodeResources"
OURS = signing_identity().der
NEXT = signing_identity(number=2).der
SOON, LATE, GONE = (datetime.now(UTC) + timedelta(days=days) for days in (30, 300, -3))
ICLOUD = "com.apple.developer.icloud-container-environment"


def made(sample: SampleProfile) -> Profile:
    return read_profile(mobileprovision(sample))


def named(name: str, **changes: object) -> SampleProfile:
    """Return an ad hoc profile that can be used, but for *changes*."""
    values: dict[str, object] = {"certificates": [OURS], "expires": SOON, **changes}
    return SampleProfile(name=name, **values)  # type: ignore[arg-type]


@pytest.fixture
def plain(write: Write) -> Path:
    return write(SampleApp(icon="none", extensions=0, framework=False))


def both_ways(ipa: Path, signer: Identity, profiles: Sequence[Profile]) -> list[SignedBundle]:
    """Sign on the full path and by a splice; both have to choose alike."""
    whole = resign(ipa, signer, profiles, ipa.with_suffix(".full"), roots=world.roots())
    index = prepare(ipa, ipa.with_suffix(".base"), roots=world.roots()).index
    spliced = splice(ipa.with_suffix(".base"), index, signer, profiles, roots=world.roots())
    assert verify(ipa.with_suffix(".full"), roots=world.roots()) == []
    assert whole.bundles == spliced.bundles
    return list(whole.bundles)


CHOICES = {
    "another certificate, but lasts longer": (
        [named("Good"), named("Other", certificates=[NEXT], expires=LATE)],
        "the only one of 2 that can be used",
        "does not list the certificate",
    ),
    "closer, but expired": (
        [named("Old", expires=GONE), named("Good", app_id="com.example.*")],
        "the only one of 2 that can be used",
        "The profile Old expired on",
    ),
    "another prefix": (
        [named("Seed", prefix="SEED123456", expires=LATE), named("Good")],
        "the only one of 2 that can be used",
        "its prefix is SEED123456",
    ),
    "another system": (
        [named("TV", platforms=["tvOS"], expires=LATE), named("Good")],
        "the only one of 2 that can be used",
        "The profile TV is for tvOS, the app for iOS.",
    ),
    "another team": (
        [named("Theirs", team=OTHER_TEAM, expires=LATE), named("Good")],
        "the only one of 2 that can be used",
        "",
    ),
    "for development": (
        [named("Dev", kind="development", expires=LATE), named("Good")],
        "ad hoc before any other kind",
        "the profile Dev, which is of another kind",
    ),
    "for the App Store": (
        [named("Store", kind="appstore", expires=LATE), named("Good")],
        "the only one of 2 that can be used",
        "The profile Store is for the App Store",
    ),
    "closer beats later": (
        [named("Wild", app_id="com.*", expires=LATE), named("Good"), named("W", app_id="*")],
        "the closest of 3",
        "the profile Wild; another one is closer",
    ),
    "later": (
        [named("Good", expires=LATE), named("Sooner")],
        "the one of 2 that lasts longest",
        "the profile Sooner; another one is closer or lasts longer",
    ),
    "alone": ([named("Good")], "the only profile for it", ""),
}


@pytest.mark.parametrize("name", CHOICES)
def test_e12_only_usable_profiles_are_compared_and_the_summary_says_why(
    plain: Path, signer: Identity, name: str
) -> None:
    samples, reason, sentence = CHOICES[name]
    profiles = [made(sample) for sample in samples]

    for order in (profiles, profiles[::-1]):
        main = both_ways(plain, signer, order)[0]
        assert (main.profile, main.reason) == ("Good", reason)
    summary = resign(plain, signer, profiles, plain.with_suffix(".out"), roots=world.roots())
    assert f"), {reason}" in str(summary)
    assert sentence in str(summary)
    assert len(summary.passed_over) == len(profiles) - 1


def test_e12_a_profile_that_allows_less_than_the_app_claims_is_passed_over(
    write: Write, signer: Identity
) -> None:
    own = {"com.apple.developer.healthkit": True}
    before = write(SampleApp(icon="none", extensions=0, framework=False, entitlements=own))
    profiles = [made(named("Less", expires=LATE)), made(named("Good", entitlements=own))]

    assert both_ways(before, signer, profiles)[0].profile == "Good"


def test_e12_all_bundles_get_profiles_of_one_kind(write: Write, signer: Identity) -> None:
    before = write(SampleApp(icon="none"))
    share = f"{world.APP_ID}.share"
    dev = [
        made(named(f"Dev {name}", kind="development", app_id=name))
        for name in (world.APP_ID, share)
    ]
    adhoc = made(named("Ad hoc"))

    assert {item.kind for item in both_ways(before, signer, [adhoc, *dev])} == {"development"}
    with pytest.raises(Refused, match="of different kinds"):
        resign(before, signer, [adhoc, dev[1]], before.with_suffix(".o"), roots=world.roots())


def test_e12_a_development_build_keeps_its_debugging_where_it_can(write: Write) -> None:
    before = write(SampleApp(icon="none", extensions=0, profile="development"))
    sample = signing_identity(world.TEAM, "Apple Development")
    developer = make_identity(sample.key, sample.certificate, world.authorities())
    profiles = [
        made(named("Ad hoc", certificates=[developer.der], expires=LATE)),
        made(named("Dev", certificates=[developer.der], kind="development")),
    ]

    def signed(*, drop_debugging: bool) -> Summary:
        return resign(
            before,
            developer,
            profiles,
            before.with_suffix(".out"),
            drop_debugging=drop_debugging,
            roots=world.roots(),
        )

    assert signed(drop_debugging=False).bundles[0].profile == "Dev"
    assert signed(drop_debugging=True).bundles[0].profile == "Ad hoc"


def edited_profile() -> Profile:
    """Return a profile in which somebody wrote another device, as long as the one Apple signed."""
    phone = identities.device_id(1).encode()
    content = mobileprovision(named("Edited"))
    assert phone in content
    return read_profile(content.replace(phone, identities.device_id(9).encode()))


def own_profile() -> Profile:
    """Return a profile that a developer made and signed with a certificate of Apple's."""
    return read_profile(mobileprovision(named("Home-made"), signer=signing_identity()))


def authoritys_profile() -> Profile:
    """Return a profile that leads to Apple's root, and that none of Apple's signers made."""
    signer = identities.intermediate_authority()
    return read_profile(mobileprovision(named("Odd"), signer=signer))


def outside_profile() -> Profile:
    """Return a profile signed by a developer's certificate for apps outside of the App Store."""
    signer = signing_identity(kind="Developer ID Application")
    return read_profile(mobileprovision(named("Outside"), signer=signer))


def stranger_profile() -> Profile:
    return read_profile(mobileprovision(named("Strange"), signer=identities.windows_identity()))


FAULTS = {
    "edited": (edited_profile, "Edited is not as Apple signed it.*Download it again"),
    "home-made": (own_profile, "Home-made is not as Apple signed it: a developer signed it"),
    "home-made for the Mac": (outside_profile, "Outside is not as.*a developer signed it"),
    "an authority's": (authoritys_profile, "Odd is not as.*which Apple does not sign profiles"),
    "somebody's": (stranger_profile, "Strange is not as Apple signed it.*root"),
    "tvOS": (lambda: made(named("TV", platforms=["tvOS"])), "TV is for tvOS, the app for iOS"),
    "App Store": (lambda: made(named("S", kind="appstore")), "ask for the kind appstore by name"),
    "expired": (lambda: made(named("Old", expires=GONE)), "Old expired on"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_e13_a_profile_that_cannot_be_used_is_refused_with_its_reason(
    plain: Path, signer: Identity, name: str
) -> None:
    make, sentence = FAULTS[name]

    with pytest.raises(Refused, match=sentence):
        both_ways(plain, signer, [make()])
    assert not plain.with_suffix(".full").exists()
    index = prepare(plain, plain.with_suffix(".base"), roots=world.roots()).index
    with pytest.raises(Refused, match=sentence):
        splice(plain.with_suffix(".base"), index, signer, [make()])


def test_e13_a_profile_for_the_app_store_is_used_when_it_is_asked_for(
    plain: Path, signer: Identity
) -> None:
    profiles = [made(named("Store", kind="appstore")), made(named("Ad hoc", expires=LATE))]
    out = plain.with_suffix(".out")

    summary = resign(plain, signer, profiles, out, kind="appstore", roots=world.roots())

    assert summary.bundles[0].profile == "Store"
    assert "of the kind ad hoc, and App Store was asked for" in str(summary)
    assert verify(out, roots=world.roots()) == []


def test_e13_the_verifier_knows_a_profile_for_another_system(write: Write) -> None:
    television = mobileprovision(named("TV", platforms=["tvOS"]))
    ipa = write(SampleApp(icon="none", extensions=0, profile_file=television))

    assert "the profile is for another system than the app." in [
        item.sentence for item in verify(ipa, roots=world.roots())
    ]


def test_e13_an_app_for_a_television_takes_a_profile_for_it(write: Write, signer: Identity) -> None:
    info = {"CFBundleSupportedPlatforms": ["AppleTVOS"], "DTPlatformName": "appletvos"}
    before = write(SampleApp(icon="none", extensions=0, framework=False, info=info))
    profiles = [made(named("iOS", expires=LATE)), made(named("TV", platforms=["tvOS"]))]

    assert both_ways(before, signer, profiles)[0].profile == "TV"


@pytest.mark.parametrize(
    ("own", "allowed", "kept"),
    [
        ("Development", "Production", "Production"),
        ("Development", ["Production"], "Production"),
        (["Development"], ["Production"], ["Production"]),
        ("Development", ["Development", "Production"], "Development"),
        ("Production", "Development", "Development"),
    ],
)
def test_e17_icloud_moves_to_the_environment_that_the_profile_allows(
    write: Write, signer: Identity, own: object, allowed: object, kept: object
) -> None:
    before = write(
        SampleApp(icon="none", extensions=0, framework=False, entitlements={ICLOUD: own})
    )
    # The sample's own profile allows what the sample claims; the new one does not.
    profile = made(named("Good", entitlements={ICLOUD: allowed}))
    after = before.with_suffix(".out")

    resign(before, signer, [profile], after, roots=world.roots())

    found = signature_of(after, MAIN).entitlements
    assert found is not None
    assert found[ICLOUD] == kept
    assert verify(after, roots=world.roots()) == []


def test_e17_a_missing_application_identifier_is_called_that(
    tmp_path: Path, signer: Identity
) -> None:
    tree = world.Tree(
        folder="Payload/Harbour.app",
        name="Harbour",
        bundle_id=world.APP_ID,
        entitlements={"application-identifier": None},
    )
    before = world.write_tree(tmp_path / "app.ipa", tree)

    assert "there is no application identifier." in [
        item.sentence for item in verify(before, roots=world.roots())
    ]
    with pytest.raises(Refused, match="holds no application identifier") as refusal:
        resign(before, signer, [made(named("P"))], tmp_path / "o", roots=world.roots())
    assert "team" not in str(refusal.value)


def test_e17_a_slot_for_what_does_not_come_with_the_app_is_no_damage(
    plain: Path, tmp_path: Path, signer: Identity
) -> None:
    edit = OldSigner(
        info_plist=world.read_entry(plain, ROOT + "Info.plist"),
        resources=world.read_entry(plain, SEAL),
        elsewhere={4: b"what the application says of itself"},
    )
    before = world.edited(plain, tmp_path / "old.ipa", {MAIN: edit})
    after = tmp_path / "after.ipa"
    assert "slot -4 covers something that does not come with the app" in " ".join(
        item.sentence for item in verify(before, roots=world.roots())
    )

    resign(before, signer, [made(named("P"))], after, roots=world.roots())

    assert verify(after, roots=world.roots()) == []
