"""What people post instead of a build: a zip around it, another archive, a link (C9)."""

import io
import tarfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from bot.sandbox.slack.acts.speaking import FileDrop
from provisioning.actors import slack
from provisioning.people.roles import Holder
from storage.records.role import HolderKind, Role
from tests.integration.slack.house import BUILDS, House


def zipped(files: dict[str, bytes], name: str = "artifact.zip") -> FileDrop:
    held = io.BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        for entry, data in files.items():
            archive.writestr(entry, data)
    return FileDrop(name=name, content=held.getvalue())


def tarred(entry: str) -> FileDrop:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo(entry))
    return FileDrop(name="Harbour.tar.gz", content=held.getvalue())


def read(path: Path) -> bytes:
    return path.read_bytes()


async def test_c9_a_build_in_a_zip_becomes_a_card_that_names_both(house: House) -> None:
    drop = zipped({"out/Harbour.ipa": read(house.samples.ipa), "log.txt": b"x"})
    posted = await house.cid.post(BUILDS, "From CI", files=[drop])

    card = await house.card_saying("New app")

    assert "`out/Harbour.ipa` in `artifact.zip`" in card.said()
    assert card.thread_ts == posted.ts


async def test_c9_a_large_zip_is_looked_at_by_its_end(house: House) -> None:
    """Its end is asked for by range, as Slack's file server allows."""
    ballast = bytes(range(256)) * 5000
    with io.BytesIO() as held:
        with ZipFile(held, "w") as archive:
            archive.writestr("large.raw", ballast)
            archive.writestr("Harbour.ipa", read(house.samples.ipa))
        content = held.getvalue()
    await house.cid.post(BUILDS, files=[FileDrop(name="large.zip", content=content)])

    await house.card_saying("`Harbour.ipa` in `large.zip`")


@pytest.mark.parametrize(
    ("drop", "sentence"),
    [
        (zipped({"a.ipa": b"x", "b.apk": b"y"}), "There are 2 builds in it (a.ipa, b.apk)"),
        (zipped({"H.app/Info.plist": b"", "H.app/H": b""}, "H.app.zip"), "export an IPA"),
        (tarred("build/Harbour.ipa"), "post the build by itself, or in a zip"),
        (tarred("Harbour.app/Info.plist"), "export an IPA"),
        (FileDrop(name="Harbour.apk.7z", content=b"7z\xbc\xaf" + bytes(99)), "or in a zip"),
    ],
    ids=["two builds", "a simulator's zip", "tar", "a simulator's tar", "7z"],
)
async def test_c9_what_cannot_be_taken_is_answered_in_a_sentence(
    house: House, drop: FileDrop, sentence: str
) -> None:
    posted = await house.cid.post(BUILDS, files=[drop])

    refused = await house.card_saying("was not taken in")

    assert sentence in refused.said()
    assert refused.thread_ts == posted.ts


async def test_c9_archives_without_builds_stay_without_a_word(house: House) -> None:
    await house.cid.post(
        BUILDS,
        "Holiday",
        files=[
            zipped({"a.jpg": b"x" * 5000, "b.jpg": b"y"}),
            tarred("holiday/a.jpg"),
            FileDrop(name="holiday.7z", content=b"7z\xbc\xaf" + bytes(99)),
        ],
    )
    await house.settled()
    await house.cid.post(BUILDS, "Now a build", files=[house.samples.apk])
    await house.card_saying("New app")

    assert len(house.workspace.by_bot(BUILDS)) == 1


async def test_c9_a_link_to_a_build_is_answered_to_whoever_may_post_one(house: House) -> None:
    cid = Holder(kind=HolderKind.PERSON, id=str(slack(house.workspace.person("Cid").id)))
    await house.running.house.people.roles.give(house.manager, Role.UPLOADER, cid)
    link = "Try <https://ci.example.com/out/Harbour%202.ipa?token=1|this>"
    await house.cid.post(BUILDS, link)
    said = await house.whisper_to("Cid", "is only a link")
    await house.bob.post(BUILDS, link)
    ours = f"{house.running.house.links.base_url}/i/x/app.ipa"
    for other in ("https://ci.example.com/ipa", "https://x.slack.com/a.ipa", ours):
        await house.cid.post(BUILDS, f"Read <{other}>")
    await house.settled()

    assert "`Harbour 2.ipa`" in said.said()
    assert "token" not in said.said()
    assert len(house.workspace.ephemerals("Cid")) == 1
    assert house.workspace.ephemerals("Bob") == []
    assert house.workspace.by_bot(BUILDS) == []


async def test_c9_a_link_in_a_direct_message_is_answered_once(house: House) -> None:
    await house.cid.post("@slipway", "<https://ci.example.com/Harbour.apk>")

    await house.dm_to("Cid", "is only a link")
    await house.settled()
    assert len([m for m in house.workspace.dms("Cid") if m.is_bot]) == 1
