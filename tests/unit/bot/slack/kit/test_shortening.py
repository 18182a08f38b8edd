"""Messages that Slack found too long."""

from bot.slack.kit import blocks, shortening
from bot.slack.kit.blocks import Message
from tests.blockkit import validity


def test_a_message_that_is_too_long_is_cut_always_in_the_same_way() -> None:
    long = Message(text="t", blocks=[blocks.section("word " * 580) for _ in range(6)])

    one, two = shortening.shortened(long), shortening.shortened(long)

    assert one == two
    assert validity.message_complaints(list(one.blocks)) == []
    assert shortening.characters(list(one.blocks)) <= shortening.ROOM


def test_what_was_cut_follows_in_the_thread() -> None:
    long = Message(text="t", blocks=[blocks.section("a" * 2900), blocks.section("b" * 2900)])

    short = shortening.shortened(long, room=3000)
    kept = "".join(block["text"]["text"] for block in short.blocks)

    assert (kept + short.rest).replace("…", "").count("a") >= 2900
    assert (kept + short.rest).replace("…", "").count("b") >= 2900


def test_the_original_is_not_changed() -> None:
    section = blocks.section("a" * 2900)

    shortening.shortened(Message(text="t", blocks=[section]), room=500)

    assert len(section["text"]["text"]) == 2900


def test_more_than_fifty_blocks_end_with_a_hint() -> None:
    long = Message(text="t", blocks=[blocks.section(f"line {i}") for i in range(60)])

    short = shortening.shortened(long)

    assert len(short.blocks) == 50
    assert "line 59" in short.rest
    assert "thread" in short.blocks[-1]["elements"][0]["text"]


def test_a_card_that_is_not_understood_becomes_one_section_of_its_text() -> None:
    card = Message(text="t", blocks=[blocks.section("one"), {"type": "odd"}, blocks.section("two")])

    plain = shortening.plainly(card)

    assert plain.blocks == (blocks.section("one\ntwo"),)
    assert shortening.bare(card).blocks == ()


def test_a_continuation_has_a_limit() -> None:
    parts = shortening.continuation("x" * 100_000)

    assert len(parts) == shortening.PIECES
    assert all(validity.message_complaints(list(part.blocks)) == [] for part in parts)
    assert shortening.continuation("") == []
