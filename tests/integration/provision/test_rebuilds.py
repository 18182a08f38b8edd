"""A build that cannot be signed here is asked for anew, with the phones that it lacks."""

import logging
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from bot.observability import redacted
from bot.sandbox.apple.server import SandboxApple
from provisioning.actors import Identity
from provisioning.distributing.order import Order
from storage.records.build import Build
from storage.records.rebuild import Rebuild, RebuildState
from tests.engines import EngineHome
from tests.integration.provision.ci import SandboxCi
from tests.integration.provision.world import ANN, ProvisionWorld, opened, udid


@pytest.fixture
async def ci() -> AsyncGenerator[SandboxCi]:
    async with SandboxCi.serve() as own:
        yield own


@pytest.fixture
async def asking(
    sqlite_engine_home: EngineHome, small_ipa: Path, ci: SandboxCi
) -> AsyncGenerator[ProvisionWorld]:
    """Lend a world that asks the CI, whose app is of a team that is not connected."""
    async with (
        SandboxApple.serve() as apple,
        opened(sqlite_engine_home, small_ipa, apple, webhook=ci.url) as world,
    ):
        await signed_as(world, team_id="OTHERTEAM1")
        yield world


async def signed_as(world: ProvisionWorld, **signing: object) -> None:
    """Let the build say something else of its signature."""
    async with world.database.writing() as session:
        build = await session.get(Build, world.bench.shelf.build.id)
        assert build is not None
        build.facts = {**build.facts, "signing": {**build.facts["signing"], **signing}}
        session.add(build)


async def rebuilds(world: ProvisionWorld) -> list[Rebuild]:
    async with world.database.reading() as session:
        return list((await session.exec(select(Rebuild).order_by(col(Rebuild.created_at)))).all())


async def ended(world: ProvisionWorld, *states: RebuildState) -> None:
    """Wait until as many rebuilds have ended so."""

    async def met() -> bool:
        return [one.state for one in await rebuilds(world)] == list(states)

    await world.until(met)
    await world.settled()


def udids(asked: dict[str, Any]) -> set[str]:
    return {device["udid"] for device in asked["devices"]}


async def phone(world: ProvisionWorld, number: int, *, given: bool = True) -> Identity:
    """Let a tester come with a phone, which Apple takes."""
    actor = await (world.another(number) if given else world.newcomer(number))
    await world.approve(await world.claim(number, actor))
    await world.settled()
    assert actor.identity is not None
    return actor.identity


async def test_when_a_phone_is_ready_that_cannot_be_signed_for_the_ci_is_asked_once(
    asking: ProvisionWorld, ci: SandboxCi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await phone(asking, 2)
    await ended(asking, RebuildState.ASKED)

    (asked,) = ci.asked
    (rebuild,) = await rebuilds(asking)
    assert asked["id"] == rebuild.id
    assert asked["reason"]["code"] == "other_team"
    assert asked["app"]["bundle_id"] == "com.example.harbour"
    assert asked["release"]["number"] == asking.bench.shelf.release.number
    assert udids(asked) == {udid(2).value}
    assert [one for one, _ in asking.teller.rebuilds] == [rebuild.id]
    assert await asking.waves() == []
    assert asking.teller.troubles == []
    assert udid(2).value not in "\n".join(
        redacted(record.getMessage()) for record in caplog.records
    )
    ours = [one for one in caplog.records if one.name.startswith(("bot", "provisioning"))]
    assert udid(2).value not in "\n".join(record.getMessage() for record in ours)


async def test_a_ci_that_is_broken_for_a_while_gets_the_same_delivery_until_it_takes_it(
    asking: ProvisionWorld, ci: SandboxCi
) -> None:
    ci.answers = [500, 503, 429]
    await phone(asking, 2)
    await ended(asking, RebuildState.ASKED)

    assert ci.answers == []
    assert len(ci.asked) == len(ci.taken) == 1
    assert len(asking.teller.rebuilds) == 1


async def test_a_ci_that_refuses_is_given_up_aloud_and_nobody_is_told_of_a_build(
    asking: ProvisionWorld, ci: SandboxCi
) -> None:
    ci.answers = [403]
    await phone(asking, 2)
    await ended(asking, RebuildState.FAILED)

    ((reference, sentence),) = asking.teller.troubles
    assert reference == ANN.reference
    assert "403" in sentence
    assert "1 device" in sentence
    assert udid(2).value not in sentence
    assert asking.teller.rebuilds == []


@pytest.mark.slow
async def test_a_ci_that_stays_broken_is_given_up_aloud(
    asking: ProvisionWorld, ci: SandboxCi
) -> None:
    ci.answers = [500] * 10_000
    await phone(asking, 2)
    await ended(asking, RebuildState.FAILED)

    ((reference, sentence),) = asking.teller.troubles
    assert reference == ANN.reference
    assert "It answered 500." in sentence
    assert len(ci.answers) < 9_990, "It was tried often before."
    assert asking.teller.rebuilds == []


async def test_whoever_comes_later_is_asked_for_with_the_others_and_told_alone(
    asking: ProvisionWorld, ci: SandboxCi
) -> None:
    await phone(asking, 2)
    await ended(asking, RebuildState.ASKED)
    await phone(asking, 3)
    await ended(asking, RebuildState.ASKED, RebuildState.ASKED)

    assert [udids(one) for one in ci.asked] == [
        {udid(2).value},
        {udid(2).value, udid(3).value},
    ]
    assert len({tester for _, tester in asking.teller.rebuilds}) == 2
    assert len(asking.teller.rebuilds) == 2


async def test_the_same_phones_are_not_asked_for_again(
    asking: ProvisionWorld, ci: SandboxCi
) -> None:
    await phone(asking, 2)
    await ended(asking, RebuildState.ASKED)

    await asking.sending.rebuilds.want(asking.release_id, ANN)
    await ended(asking, RebuildState.ASKED, RebuildState.NEEDLESS)

    assert len(ci.asked) == 1
    assert len(asking.teller.rebuilds) == 1


async def test_a_release_that_is_sent_to_a_phone_it_cannot_be_signed_for_is_asked_for_anew(
    asking: ProvisionWorld, ci: SandboxCi
) -> None:
    bob = await phone(asking, 2, given=False)
    order = Order(key="k1", release_id=asking.release_id, by=ANN, people=(bob,))
    await asking.sending.distributions.request(order)
    await ended(asking, RebuildState.ASKED)

    assert len(asking.teller.told) == 1, "Nobody is held for what does not come by itself."
    assert udids(ci.asked[0]) == {udid(2).value}
    assert len(asking.teller.rebuilds) == 1


async def test_a_phone_that_nobody_approved_is_not_handed_to_the_ci(
    asking: ProvisionWorld, ci: SandboxCi
) -> None:
    await asking.claim(2, await asking.another(2))

    assert await asking.sending.rebuilds.want(asking.release_id, ANN) is None
    assert ci.asked == []


async def test_without_a_webhook_whoever_sent_it_is_asked_once(provision: ProvisionWorld) -> None:
    await signed_as(provision, kind="appstore", devices=[])
    await phone(provision, 2)
    await ended(provision, RebuildState.ASKED)
    await provision.sending.rebuilds.want(provision.release_id, ANN)
    await ended(provision, RebuildState.ASKED, RebuildState.NEEDLESS)

    ((reference, sentence),) = provision.teller.troubles
    assert reference == provision.bench.shelf.release.created_by
    assert "signed for the App Store" in sentence
    assert "1 device" in sentence
    assert len(provision.teller.rebuilds) == 1
