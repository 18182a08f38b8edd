"""The card of an upload."""

import pytest

from bot.slack.features.uploads import messages, views
from bot.slack.kit import names
from provisioning.intake.admission import NOT_AN_UPLOADER
from provisioning.releases.cards import AppChoice, GroupChip, SymbolsCard
from provisioning.releases.lifecycle import Standing
from storage.inspection.diff import Change
from storage.inspection.facts import Signing
from storage.records.distribution import RecipientState
from storage.records.upload import UploadState
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack import reading, samples

QA = GroupChip(id="9" * 32, name="QA")


def test_while_a_file_is_read_the_thread_says_so() -> None:
    begun = reading.words(messages.reading(samples.upload()))
    fetching = reading.words(
        messages.reading(samples.upload(state=UploadState.FETCHING, received_bytes=11_700_000))
    )
    inspecting = reading.words(messages.reading(samples.upload(state=UploadState.INSPECTING)))

    assert "Reading `Harbour.ipa` (23.4 MB)" in begun
    assert "50% (11.7 MB of 23.4 MB)" in fetching
    assert "Reading what is in `Harbour.ipa`" in inspecting


def test_a_refused_file_shows_its_reason() -> None:
    card = samples.upload(state=UploadState.REFUSED, reason="The archive is cut off <here>.")

    assert "`Harbour.ipa` was not taken in. The archive is cut off &lt;here&gt;." in reading.words(
        messages.refused(card)
    )


def test_the_card_shows_what_the_package_says() -> None:
    shown = reading.words(
        messages.release(samples.kept(samples.release()), samples.release(), None)
    )

    assert "*Harbour 2.4.0 (240)*" in shown
    assert "iOS · 23.4 MB · iOS 15.0 or later" in shown
    assert "ad hoc signing · profile until <!date^" in shown
    assert "2 devices" in shown
    assert "Compared with 2.3.0 (230)" in shown
    assert "• Version 2.3.0 became 2.4.0." in shown
    assert ":memo: *Draft* · release 7 · from <@UCID0000>" in shown
    assert "*Proposed notes*\n*New* things\n• one\n• two" in shown


def test_an_android_card_says_how_it_is_signed_and_from_which_android_on() -> None:
    build = samples.build(
        platform="android",
        kind="apk",
        min_os="26",
        signing=Signing(signed=True, schemes=("v1", "v2")),
    )
    card = samples.release(build=build)

    shown = reading.words(messages.release(samples.kept(card), card, None))

    assert "Android 8.0 or later" in shown
    assert "signed (v1, v2)" in shown


def test_another_signer_is_a_loud_warning_above_the_other_changes() -> None:
    loud = Change(kind="signer", sentence="Another key signed this build.", loud=True)
    card = samples.release(changes=(loud, *samples.release().changes))

    shown = reading.words(messages.release(samples.kept(card), card, None))

    assert ":rotating_light: *Another key signed this build.*" in shown
    assert shown.index("Another key") < shown.index("Version 2.3.0 became")


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"signing": Signing(signed=False)}, "*It has no provisioning profile"),
        ({"simulator": True}, "*It was built for a simulator"),
        ({"debuggable": True}, "Debuggable"),
    ],
)
def test_what_keeps_people_from_installing_is_warned_of(
    changes: dict[str, object], warning: str
) -> None:
    card = samples.release(build=samples.build(**changes))

    assert warning in reading.words(messages.release(samples.kept(card), card, None))


NEWER = "2.5.0 (250)"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"newer": NEWER}, "2.5.0 (250) is out already: this is an older release."),
        ({"standing": Standing.SUPERSEDED, "newer": NEWER}, "2.5.0 (250) is out already"),
        ({"changes": (Change(kind="signer", sentence="Another key.", loud=True),)}, "Another key."),
    ],
)
def test_c4_a_quick_button_with_something_to_warn_of_is_not_primary_and_asks_with_it(
    changes: dict[str, object], sentence: str
) -> None:
    card = samples.release(usual_group=QA, **changes)
    message = messages.release(samples.kept(card), card, None)
    usual = reading.buttons(message)[1]

    assert reading.labels(message)[1] == "Distribute to QA"
    assert "style" not in usual
    assert usual["confirm"]["text"]["text"].startswith(sentence)
    assert usual["confirm"]["style"] == "danger"
    assert usual["value"] == f"1:{card.release_id}:3:{QA.id}:warned"


def test_c18_a_silent_release_is_said_to_be_silent_and_can_be_told_now() -> None:
    card = samples.live(
        acts=(samples.act(notify=False),), counts={RecipientState.SILENT: 3}, usual_group=None
    )
    message = messages.release(samples.kept(card), card, None)
    shown = reading.words(message)

    assert "silent: nobody of 3 was told" in shown
    assert "3/3" not in shown
    assert reading.labels(message) == [
        "Send to another group…",
        "Tell them now",
        "Who has it",
        "Mandatory…",
        "Recall…",
    ]
    assert "3 people may install it" in reading.buttons(message)[1]["confirm"]["text"]["text"]


def test_c18_nobody_is_told_of_a_release_that_others_superseded() -> None:
    card = samples.live(standing=Standing.SUPERSEDED, counts={RecipientState.SILENT: 3})

    assert "Tell them now" not in reading.labels(messages.release(samples.kept(card), card, None))


def test_a_draft_can_be_distributed_and_dismissed() -> None:
    card = samples.release()
    message = messages.release(samples.kept(card), card, None)

    assert reading.labels(message) == ["Distribute…", "Dismiss"]
    assert reading.buttons(message)[0]["value"] == f"1:{card.release_id}"


def test_c3_one_click_for_the_usual_group_asks_and_names_no_number_that_may_be_old() -> None:
    card = samples.release(usual_group=QA)
    message = messages.release(samples.kept(card), card, None)
    usual = reading.buttons(message)[1]

    assert reading.labels(message) == ["Distribute…", "Distribute to QA", "Dismiss"]
    assert usual["value"] == f"1:{card.release_id}:3:{QA.id}"
    assert usual["confirm"]["title"]["text"] == "Distribute to QA?"
    assert "everybody in QA" in usual["confirm"]["text"]["text"]


def test_the_usual_group_is_not_offered_again_once_it_has_the_release() -> None:
    card = samples.live(usual_group=QA, acts=(samples.act(groups=(QA,)),))

    assert reading.labels(messages.release(samples.kept(card), card, None)) == [
        "Send to another group…",
        "Who has it",
        "Mandatory…",
        "Recall…",
    ]


def test_a_dismissed_card_offers_undo_and_nothing_else() -> None:
    card = samples.release(standing=Standing.DISMISSED, ended_by="person:slack:UANN0000")
    message = messages.release(samples.kept(card), card, None)

    assert reading.labels(message) == ["Undo"]
    assert "*Dismissed*" in reading.words(message)
    assert "dismissed by <@UANN0000>" in reading.words(message)


def test_a_live_card_shows_how_many_were_reached() -> None:
    card = samples.live()

    shown = reading.words(messages.release(samples.kept(card), card, None))

    assert ":rocket: *Live* · release 7 · 12/13 reached · QA · from <@UCID0000>" in shown


def test_the_same_bytes_again_name_the_release_they_already_are() -> None:
    card = samples.release()
    shown = reading.words(messages.release(samples.kept(card, again=True), card, None))

    assert "already here as release 7" in shown


def test_c11_the_twin_of_an_app_is_not_said_to_be_new_without_its_platform() -> None:
    build = samples.build(platform="android", kind="apk", min_os="26")
    card = samples.upload(state=UploadState.KEPT, build=build)

    said = reading.words(messages.unclaimed(card, build, None))

    assert "`com.example.harbour` for Android has not been here before" in said


def test_the_first_build_of_an_unknown_app_offers_to_create_it() -> None:
    card = samples.upload(state=UploadState.KEPT, build=samples.build(), notes="Try it")
    message = messages.unclaimed(card, samples.build(), None)

    assert reading.labels(message) == ["Create app…"]
    assert "`com.example.harbour` for iOS has not been here before" in reading.words(message)
    assert "Try it" in reading.words(message)


def test_the_icon_is_shown_only_when_it_has_an_address_and_has_a_description() -> None:
    card = samples.release()
    icon = "https://slipway.example.com/icons/1.png"

    without = messages.release(samples.kept(card), card, None)
    with_icon = messages.release(samples.kept(card), card, icon)
    accessories = [block["accessory"] for block in with_icon.blocks if "accessory" in block]

    assert all("accessory" not in block for block in without.blocks)
    assert accessories == [{"type": "image", "image_url": icon, "alt_text": "Icon of Harbour"}]


def test_no_text_of_a_package_or_a_person_reaches_slack_unescaped() -> None:
    evil = EVIL
    build = samples.build(name=evil, version=evil, build=evil, bundle_id=evil, min_os=evil)
    card = samples.live(
        app_display_name=evil,
        notes="<!channel> & <@U1>",
        previous=evil,
        build=build,
        changes=(
            Change(kind="version", sentence=evil, loud=True),
            Change(kind="size", sentence=evil),
        ),
        acts=(samples.act(groups=(GroupChip(id="1", name=evil),)),),
    )
    shown = [
        messages.release(samples.kept(card), card, None),
        messages.unclaimed(samples.upload(notes="<!channel> & <@U1>"), build, None),
        messages.refused(samples.upload(reason=evil, file_name=evil)),
        messages.reading(samples.upload(file_name=evil)),
    ]

    for message in shown:
        assert "<!channel>" not in message.arguments()["text"]
        assert "<@U1>" not in message.arguments()["text"]
        assert evil in reading.words(message)


def test_a_card_with_everything_at_its_longest_is_still_taken() -> None:
    long = "Ü🚀 & <x> " * 3000
    build = samples.build(name=long, version=long, build=long, bundle_id=long)
    changes = tuple(Change(kind="version", sentence=long, loud=i < 3) for i in range(60))
    groups = tuple(GroupChip(id=str(i), name=long) for i in range(40))
    card = samples.live(
        app_display_name=long,
        notes=long,
        previous=long,
        build=build,
        changes=changes,
        acts=(samples.act(groups=groups),) * 12,
        usual_group=GroupChip(id="u" * 32, name=long),
    )

    reading.assert_valid(messages.release(samples.kept(card, again=True), card, None))
    reading.assert_valid(messages.unclaimed(samples.upload(notes=long), build, None))
    reading.assert_valid(messages.refused(samples.upload(reason=long, file_name=long)))


def test_the_form_for_an_app_is_filled_in_from_the_package() -> None:
    form = views.create_app("c" * 32, samples.build(name="Häfen & Co."))
    inputs = {block["block_id"]: block["element"] for block in form.blocks if "block_id" in block}

    assert inputs[names.APP_DISPLAY_NAME]["initial_value"] == "Häfen & Co."
    assert inputs[names.APP_NAME]["initial_value"] == "h-fen-co"
    assert views.upload_of(form.private_metadata) == "c" * 32


def test_an_app_without_latin_letters_gets_its_short_name_from_the_identifier() -> None:
    assert views.short_name(samples.build(name="港", bundle_id="com.example.Minato")) == "minato"
    assert views.short_name(samples.build(name="港", bundle_id=None)) == "app"


def test_a_short_name_that_is_taken_is_not_proposed() -> None:
    build = samples.build()

    assert views.short_name(build) == "harbour"
    assert views.short_name(build, ["harbour"]) == f"harbour-{build.facts.platform}"
    taken = ["harbour", f"harbour-{build.facts.platform}"]
    assert views.short_name(build, taken) == "harbour-2"


def test_c20_a_build_that_many_apps_may_take_asks_which_as_one_types() -> None:
    choices = tuple(
        AppChoice(app_id=f"{i:032}", name=f"harbour-{i}", display_name=f"Harbour {i}")
        for i in range(250)
    )
    card = samples.upload(state=UploadState.KEPT, build=samples.build(), choices=choices)
    message = messages.unclaimed(card, samples.build(), None)

    assert reading.buttons(message)[0]["type"] == "external_select"
    assert len(messages.choices(card, "")) == 100
    found = [one["text"]["text"] for one in messages.choices(card, " harbour 24")]
    assert found == ["Harbour 24", *(f"Harbour {i}" for i in range(240, 250))]
    assert "Which one is this build for?" in reading.words(message)
    reading.assert_valid(message)


def test_symbols_say_which_build_they_belong_to() -> None:
    found = SymbolsCard(kind="dsym", file_name="Harbour.dSYM.zip", size=10, version="2.4.0 (240)")

    shown = reading.words(messages.symbols(samples.upload(), found))

    assert "They belong to 2.4.0 (240)." in shown


def test_who_may_not_bring_builds_in_reads_what_an_admin_can_do() -> None:
    card = samples.upload(state=UploadState.REFUSED, reason=NOT_AN_UPLOADER)

    assert "`/release roles give uploader @somebody`" in reading.words(messages.refused(card))
