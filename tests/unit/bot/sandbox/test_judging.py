"""A phone takes an app whose every bundle is signed for it, and no other."""

from dataclasses import replace
from pathlib import Path

from bot.sandbox.judging import refusal
from bot.sandbox.samples.handsets import BOBS_NEW, BOBS_OLD, DEES
from bot.sandbox.samples.identities import root_authority, signing_identity
from bot.sandbox.samples.ipa import SampleApp, write_ipa
from bot.sandbox.samples.profiles import Profile, mobileprovision

ROOTS = [root_authority().certificate]
APP = SampleApp(icon="none", devices=(BOBS_OLD.udid, DEES.udid))
EXTENSION = f"{APP.bundle_id}.share"
SHOWN = (
    "Unable to Install “Harbour”. This app cannot be installed because its integrity could not be "
    "verified."
)


def written(folder: Path, app: SampleApp) -> Path:
    path = folder / "app.ipa"
    write_ipa(path, app)
    return path


def test_a_phone_in_every_profile_installs_and_another_says_what_is_missing(tmp_path: Path) -> None:
    path = written(tmp_path, APP)

    assert refusal(path, "Harbour", BOBS_OLD, ROOTS) is None
    said = refusal(path, "Harbour", BOBS_NEW, ROOTS)
    assert said == (
        f"{SHOWN} Bob's iPhone 13 is not in the profile of Harbour.app and Share.appex."
    )


def test_one_extension_without_the_phone_is_enough(tmp_path: Path) -> None:
    profile = Profile(app_id=EXTENSION, devices=(DEES.udid,), certificates=[signing_identity().der])
    path = written(tmp_path, replace(APP, profiles={EXTENSION: mobileprovision(profile)}))

    assert refusal(path, "Harbour", DEES, ROOTS) is None
    said = refusal(path, "Harbour", BOBS_OLD, ROOTS)
    assert said == f"{SHOWN} Bob's iPhone XS is not in the profile of Share.appex."


def test_an_app_of_an_authority_that_nobody_knows_and_an_unsigned_one_are_refused(
    tmp_path: Path,
) -> None:
    strange = refusal(written(tmp_path, APP), "Harbour", BOBS_OLD, [])
    unsigned = refusal(written(tmp_path, replace(APP, signed=False)), "Harbour", BOBS_OLD, ROOTS)

    assert strange is not None
    assert "do not lead to a root that is known" in strange
    assert unsigned is not None
    assert unsigned.startswith(SHOWN)
