"""Why nobody can install a build: each reason in each place that shows it, in the same words."""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cli.telling import sheet_of
from bot.links import Links
from bot.slack.features.distribution import messages as distribution
from bot.slack.features.distribution import views
from bot.slack.features.distribution.views import Filled, Wish
from bot.slack.features.home.views import Installable, OwnShelf, home
from bot.slack.features.releases import messages as looking
from bot.slack.features.uploads import messages as uploads
from bot.slack.kit.blocks import Form, Message
from bot.web.install.pages import install_page
from bot.web.install.visitors import visitor_of
from bot.web.kit.rendering import Assets, Pages
from provisioning.distributing.order import Plan
from provisioning.installing.circumstances import Circumstances
from provisioning.installing.editions import SignedBuild, edition
from provisioning.installing.grants import OpenedGrant
from provisioning.installing.reasons import CODES, reasons
from provisioning.installing.served_file import handout
from provisioning.installing.verdict import InstallVerdict, verdict
from provisioning.releases.cards import BuildCard, GroupChip
from storage.inspection.facts import Facts, Inspection, Signing
from storage.records.app import App
from storage.records.base import now
from storage.records.build import Build
from storage.records.grant import Grant
from storage.records.release import Release
from storage.records.tester import Tester as Person
from storage.records.upload import UploadState
from tests.shelf import facts_of, signed_ad_hoc
from tests.unit.bot.slack import samples
from tests.unit.bot.slack.reading import buttons, labels, words

QA = GroupChip(id="9" * 32, name="QA")
PLAN = Plan(people=14, groups=("QA",))
NEEDS_PARTS = "It does not run without its other parts: take a universal APK instead."
ENDED = now() - timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Case:
    """A build that nobody can install: what its package says, and what its reader noticed."""

    facts: Facts
    notes: tuple[str, ...] = ()
    says: str = ""


def ios(**changes: object) -> Facts:
    return facts_of("ios", name="Harbour", **changes)


def android(**changes: object) -> Facts:
    return facts_of("android", name="Harbour", **changes)


CASES = {
    "xcarchive": Case(ios(kind="xcarchive"), says="Xcode archive"),
    "app-bundle": Case(android(kind="aab"), says="app bundle"),
    "archive-of-apks": Case(android(kind="apks"), says="archive of APKs"),
    "no-app": Case(android(kind="mapping"), says="not an app"),
    "simulator": Case(ios(simulator=True), says="built for a simulator"),
    "other-device": Case(ios(device_families=("vision",)), says="Apple Vision Pro"),
    "encrypted": Case(ios(encrypted=True), says="taken from the App Store"),
    "store-signed": Case(
        ios(signing=signed_ad_hoc(kind="appstore", devices=())), says="signed for the App Store"
    ),
    "profile-unreadable": Case(
        ios(signing=Signing(signed=True, profile_unreadable=True)),
        ("The provisioning profile is unreadable: it is no CMS.",),
        says="profile cannot be read",
    ),
    "no-profile": Case(ios(signing=Signing()), says="no provisioning profile"),
    "profile-expired": Case(ios(signing=signed_ad_hoc(expires_at=ENDED)), says="expired on"),
    "split": Case(android(split="config.arm64_v8a"), says="one part of a split app"),
    "splits-required": Case(android(needs_splits=True), (NEEDS_PARTS,), says="other parts"),
    "test-only": Case(android(test_only=True), says="test-only"),
    "not-signed": Case(android(signing=Signing()), says="not signed"),
}


def card_of(case: Case) -> BuildCard:
    return replace(samples.build(), facts=case.facts, remarks=case.notes)


def in_form(form: Form) -> str:
    shown = [block for block in form.blocks if block["type"] == "section"]
    return words(Message(text="form", blocks=shown))


def on_card(case: Case) -> str:
    card = samples.release(build=card_of(case))
    return words(uploads.release(samples.kept(card), card, None))


def on_first_card(case: Case) -> str:
    card = samples.upload(state=UploadState.KEPT, build=card_of(case))
    return words(uploads.unclaimed(card, card_of(case), None))


def in_distribute_form(case: Case) -> str:
    return in_form(views.distribute(samples.release(build=card_of(case)), Filled(wish=Wish())))


def in_confirmation(case: Case) -> str:
    card = samples.release(build=card_of(case))
    return in_form(views.confirmation(card, Filled(wish=Wish()), PLAN))


def asked_by_button(case: Case) -> str:
    card = samples.release(build=card_of(case), usual_group=QA)
    usual = buttons(uploads.release(samples.kept(card), card, None))[1]
    assert usual.get("style") is None
    return str(usual["confirm"]["text"]["text"])


def in_announcement(case: Case) -> str:
    return words(distribution.announcement(samples.live(build=card_of(case)), None))


def in_dm(case: Case) -> str:
    card = samples.recipient(samples.live(build=card_of(case)))
    message = distribution.personal(card, "https://x.example/i/1", None)
    assert labels(message) == ["Open"]
    assert "ready" not in message.text + words(message)
    return words(message)


def on_home(case: Case) -> str:
    unsigned = SignedBuild(own=edition(case.facts, at=now()), hindrance="It lies elsewhere.")
    return home_of(verdict(unsigned, []))


def home_of(said: InstallVerdict) -> str:
    """Return a Home tab with one release, of which this is *said*."""
    one = Installable(given=samples.given(), url="https://x.example/i/1", verdict=said)
    message = Message(text="Home", blocks=home(OwnShelf(installable=[one]), None)["blocks"])
    offered = [one["accessory"]["text"]["text"] for one in message.blocks if "accessory" in one]
    assert offered == ["Install" if said.can else "Open"]
    return words(message)


def in_sheet(case: Case) -> str:
    return words(looking.full(samples.live(build=card_of(case)), with_reach=False))


def on_page(agent: str) -> Callable[[Case], str]:
    def show(case: Case) -> str:
        unsigned = SignedBuild(own=edition(case.facts, at=now()), hindrance="It lies elsewhere.")
        return page_of(case, verdict(unsigned, []), agent)

    return show


def page_of(case: Case, said: InstallVerdict, agent: str) -> str:
    """Return the install page of a build, for somebody of whom this is *said*."""
    facts = case.facts
    build = Build(
        organization_id="o",
        sha256="0" * 64,
        size=1,
        file_name="Harbour",
        platform=facts.platform,
        facts=facts.as_json(),
        remarks=list(case.notes),
    )
    opened = OpenedGrant(
        grant=Grant(release_id="r", tester_id="t", token_hash="", expires_at=now()),
        release=Release(**_release()),
        build=build,
        app=App(**_app(facts)),
        tester=Person(organization_id="o", name="Bob"),
        handout=handout(build, None),
    )
    links, visitor = Links("https://apps.example.test"), visitor_of(agent)
    page = install_page(opened, Circumstances(), said, visitor, links, "x" * 22, at=now())
    answer = Pages(Assets("")).answer(
        "install.html", {"page": page, "add": "", "trouble": "", "others": ()}, status=200
    )
    return html.unescape(str(answer.text))


def _release() -> dict[str, Any]:
    return {
        "organization_id": "o",
        "key": "k",
        "app_id": "a",
        "number": 7,
        "build_id": "b",
        "created_by": "person:slack:UANN",
    }


def _app(facts: Facts) -> dict[str, Any]:
    return {
        "organization_id": "o",
        "name": "harbour",
        "display_name": "Harbour",
        "platform": facts.platform,
        "bundle_id": "test.example.harbour",
        "created_by": "person:slack:UANN",
    }


def inspected(case: Case) -> str:
    return sheet_of(Inspection(facts=case.facts, notes=case.notes), as_json=False)


def inspected_as_json(case: Case) -> str:
    told = json.loads(sheet_of(Inspection(facts=case.facts, notes=case.notes), as_json=True))
    return " ".join(told["obstacles"])


IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile"

PLACES: dict[str, Callable[[Case], str]] = {
    "card": on_card,
    "card of a first build": on_first_card,
    "Distribute form": in_distribute_form,
    "confirmation": in_confirmation,
    "question of the quick button": asked_by_button,
    "announcement": in_announcement,
    "DM": in_dm,
    "App Home": on_home,
    "/release show": in_sheet,
    "page on an iPhone": on_page(IPHONE),
    "page on an Android phone": on_page(ANDROID),
    "page on a desktop": on_page("Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"),
    "slipway inspect": inspected,
    "slipway inspect --json": inspected_as_json,
}


def test_every_reason_of_the_table_has_its_case() -> None:
    assert set(CASES) == set(CODES)


@pytest.mark.parametrize("code", CASES)
def test_c6_each_build_that_nobody_can_install_has_its_one_reason(code: str) -> None:
    case = CASES[code]
    (found,) = reasons(case.facts, at=now())

    assert found.code == code
    assert case.says in found.sentence


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", CASES)
def test_c6_each_reason_is_said_in_the_same_words_in_every_place(code: str, place: str) -> None:
    case = CASES[code]
    (found,) = reasons(case.facts, at=now())

    assert PLACES[place](case).count(found.sentence) == 1


@pytest.mark.parametrize("place", sorted(PLACES.keys() - {"question of the quick button", "DM"}))
@pytest.mark.parametrize("facts", [ios(), android()], ids=["ios", "android"])
def test_c6_a_build_that_installs_has_no_reason_anywhere(facts: Facts, place: str) -> None:
    shown = PLACES[place](Case(facts))

    assert reasons(facts, at=now()) == ()
    assert not any(case.says in shown for code, case in CASES.items() if code != "split")


@pytest.mark.parametrize(
    "place", ["card", "card of a first build", "/release show", "page on an iPhone"]
)
def test_c7_what_the_reader_noticed_is_shown(place: str) -> None:
    note = "An icon was left out: it is no PNG & torn."

    shown = html.unescape(PLACES[place](Case(ios(), (note,))))

    assert shown.count(note) == 1
