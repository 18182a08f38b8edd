"""Lists come in pages, filtered, sorted and cut down to what was asked for."""

import pytest

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.apple.provision import ProfileWish, provision
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.identities import device_id
from tests.unit.bot.sandbox.apple.client import Answer, AppleClient


def _names(answer: Answer) -> list[str]:
    return [each["attributes"]["name"] for each in answer.data]


@pytest.fixture
def phones(team: SandboxTeam) -> list[str]:
    """Register 60 phones and give their ids."""
    return [team.devices.register(f"Phone {n:02}", device_id(n)).id for n in range(60)]


@pytest.fixture
def profile_id(
    team: SandboxTeam, app_id: AppId, certificate: Certificate, phones: list[str]
) -> str:
    wish = ProfileWish(
        name="Harbour 1",
        type="IOS_APP_ADHOC",
        app_id=app_id.id,
        certificate_ids=[certificate.id],
        device_ids=phones,
    )
    return provision(team, wish).id


@pytest.mark.usefixtures("phones")
async def test_pages_follow_each_other_to_the_end(client: AppleClient) -> None:
    first = await client.get("/devices?limit=25&sort=-name")
    second = await client.get(first.body["links"]["next"])
    third = await client.get(second.body["links"]["next"])

    assert first.body["meta"]["paging"]["total"] == 60
    assert first.body["meta"]["paging"]["limit"] == 25
    assert first.body["meta"]["paging"]["nextCursor"] in first.body["links"]["next"]
    assert [len(each.data) for each in (first, second, third)] == [25, 25, 10]
    assert _names(first)[0] == "Phone 59"
    assert _names(third)[-1] == "Phone 00"
    assert "next" not in third.body["links"]
    assert "nextCursor" not in third.body["meta"]["paging"]


@pytest.mark.usefixtures("phones")
async def test_a_page_is_of_20_or_up_to_200_or_as_the_sandbox_wants(
    apple: SandboxApple, client: AppleClient
) -> None:
    assert len((await client.get("/devices")).data) == 20
    assert len((await client.get("/devices?limit=200")).data) == 60

    apple.api.page_cap = 7
    assert len((await client.get("/devices?limit=200")).data) == 7


@pytest.mark.usefixtures("phones")
async def test_filters_take_several_values(client: AppleClient) -> None:
    both = await client.get(f"/devices?filter[udid]={device_id(3)},{device_id(5)}")
    none = await client.get("/devices?filter[status]=DISABLED")

    assert _names(both) == ["Phone 03", "Phone 05"]
    assert none.data == []


async def test_only_the_fields_that_were_asked_for(client: AppleClient, profile_id: str) -> None:
    answer = await client.get("/profiles?fields[profiles]=name,uuid,devices&include=devices")

    (profile,) = answer.data
    assert profile["id"] == profile_id
    assert set(profile["attributes"]) == {"name", "uuid"}
    assert set(profile["relationships"]) == {"devices"}


async def test_includes_stop_at_50(client: AppleClient, profile_id: str) -> None:
    path = f"/profiles/{profile_id}?include=devices,bundleId"
    usual = await client.get(path)
    most = await client.get(f"{path}&limit[devices]=50&fields[devices]=udid")
    refused = await client.get(f"{path}&limit[devices]=51")
    whole = await client.get(f"/profiles/{profile_id}/devices?limit=200")
    ids = await client.get(f"/profiles/{profile_id}/relationships/devices?limit=200")

    relations = most.data["relationships"]
    assert len(usual.data["relationships"]["devices"]["data"]) == 10
    assert relations["devices"]["meta"]["paging"] == {"total": 60, "limit": 50}
    assert len(relations["devices"]["data"]) == 50
    assert relations["bundleId"]["data"]["type"] == "bundleIds"
    assert "data" not in relations["certificates"]
    assert [each["type"] for each in most.body["included"]].count("devices") == 50
    assert set(most.body["included"][0]["attributes"]) == {"udid"}
    assert (refused.status, refused.code) == (400, "PARAMETER_ERROR.INVALID")
    assert len(whole.data) == 60
    assert ids.data[0] == {"type": "devices", "id": whole.data[0]["id"]}


WRONG = {
    "cursor of another": "/devices?cursor=abc",
    "exists": "/devices?exists[model]=true",
    "fields of a stranger": "/devices?fields[profiles]=name",
    "filter without a value": "/devices?filter[udid]=",
    "include of nothing": "/devices?include=profiles",
    "include of related ones": "/profiles/{id}/devices?include=profiles",
    "limit as a word": "/devices?limit=many",
    "limit of none": "/devices?limit=0",
    "limit over 200": "/devices?limit=201",
    "limit for one": "/devices/{id}?limit=1",
    "twice": "/devices?limit=1&limit=2",
    "unknown field": "/devices?fields[devices]=serial",
    "unknown filter": "/devices?filter[model]=iPhone",
    "unknown parameter": "/devices?page=2",
    "unknown sort": "/devices?sort=model",
    "value that a filter does not know": "/devices?filter[status]=PROCESSING",
}


@pytest.mark.parametrize("name", sorted(WRONG))
async def test_an_unknown_parameter_is_refused(
    apple: SandboxApple, client: AppleClient, profile_id: str, name: str
) -> None:
    answer = await client.get(WRONG[name].replace("{id}", profile_id))

    assert (answer.status, answer.code) == (400, "PARAMETER_ERROR.INVALID")
    (error,) = answer.body["errors"]
    assert set(error) == {"id", "status", "code", "title", "detail", "source"}
    assert error["source"]["parameter"] in WRONG[name]
    assert error["status"] == "400"
    assert len(apple.violations) == 1
