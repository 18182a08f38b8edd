"""Icons that are drawings: what a hostile one can cost, which is the icon."""

import functools
import re
import time
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.samples.androidapp import VECTOR_NAME
from bot.sandbox.samples.binaryxml import Element, Reference, Value, binary_xml
from bot.sandbox.samples.resourcetable import Config
from storage.inspection import axml, layers, rasteriser
from storage.inspection.android import NoResources
from storage.inspection.archive import Archive
from storage.inspection.axml import measure
from storage.inspection.drawable import Drawables, colour_of, number
from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Memory
from tests.samples import gallery
from tests.unit.storage.inspection import apks
from tests.unit.storage.inspection.conftest import Read
from tests.unit.storage.inspection.drawings import (
    drawable_of,
    needs_resvg,
    path,
    png,
    svg,
    vector,
)
from tests.unit.storage.inspection.test_mutations import bounded, damaged, damages
from tests.unit.storage.inspection.zips import parts, zip_of

SQUARE = "M0,0h100v100h-100z"

MANY = "".join(map(drawable_of, range(1, 67)))
HALF = "M0 0" + "L1 1" * 150_000
REFUSED: dict[str, tuple[str, str]] = {
    "a script in a path": (
        vector(path("M0,0&quot;/&gt;&lt;script&gt;")),
        "characters that no path",
    ),
    "a link in a path": (vector(path("url(http://example.com)")), "characters that no path"),
    "no size": ("<vector/>", "no size"),
    "a negative size": (vector(path(SQUARE), viewportWidth="-1"), "no size"),
    "an SVG": ('<svg android:width="9"/>', "kind that is not drawn"),
    "66 references": (f"<layer-list>{MANY}</layer-list>", "more than 64 references"),
    "1.2 MB of paths": (vector(2 * path(HALF)), "too big"),
    "5,000 elements": (vector(5000 * path("M0,0")), "too big"),
    "32 levels": ("<layer-list>" * 33 + "</layer-list>" * 33, "nested too deeply"),
    "33 clips": (vector(33 * f'<clip-path android:pathData="{SQUARE}"/>'), "clipped too often"),
}


def refused(document: str, sentence: str, files: dict[str, str | bytes] | None = None) -> None:
    began = time.process_time()
    with pytest.raises(PackageRejected, match=sentence):
        svg(document, files, dict.fromkeys(range(1, 99), "res/other.xml"))
    assert time.process_time() - began < 3


@pytest.mark.parametrize(("document", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_hostile_drawing_is_refused(document: str, sentence: str) -> None:
    refused(document, sentence, {"res/other.xml": '<color android:color="#fff"/>'})


def test_a_drawing_that_holds_itself_is_refused() -> None:
    item = '<layer-list><item android:drawable="@1"/></layer-list>'
    refused(item, "nested too deeply", {"res/other.xml": item})


def test_drawings_that_multiply_are_refused() -> None:
    ten = f"<layer-list>{10 * drawable_of(1)}</layer-list>"
    with pytest.raises(PackageRejected, match="more than 64 references"):
        svg(
            ten.replace("@1", "@2"),
            {"res/a.xml": ten, "res/b.xml": '<color android:color="#fff"/>'},
            {1: "res/b.xml", 2: "res/a.xml"},
        )


def test_five_pictures_are_refused() -> None:
    five = f"<layer-list>{5 * drawable_of(1)}</layer-list>"
    with pytest.raises(PackageRejected, match="too many pictures"):
        svg(five, {"res/a.png": png("red")}, {1: "res/a.png"})


def test_a_large_picture_in_a_drawing_is_refused() -> None:
    with pytest.raises(PackageRejected, match="too big"):
        svg('<bitmap android:src="@1"/>', {"res/a.png": png("red", 2100)}, {1: "res/a.png"})


def test_nothing_of_the_file_is_passed_on_but_numbers_and_colours() -> None:
    evil = "&quot;/&gt;&lt;image href=&quot;file:///etc/passwd"
    document = vector(
        f'<group android:rotation="{evil}">'
        + path(SQUARE, fillColor=f"#fff{evil}", strokeColor=evil, strokeWidth=f"2{evil}")
        + "</group>",
        width=evil,
        alpha=evil,
        tint=evil,
    )
    written = svg(document)

    assert "passwd" not in written
    assert "image" not in written
    assert not set(re.findall(r"<(\w+)", written)) - {"svg", "defs", "g", "path"}


@needs_resvg
def test_a_drawing_that_shows_nothing_is_no_icon(read: Read) -> None:
    size: dict[str, Value] = {"android:viewportWidth": 9.0, "android:viewportHeight": 9.0}
    found = read(drawn_apk(Element("vector", size)))

    assert found.icon is None
    assert found.notes == ("An icon was left out: The drawing shows nothing.",)


@needs_resvg
@pytest.mark.parametrize("document", [b"<svg onload='alert(1)'/>", b"\3\0\x08\0", bytes(5 << 20)])
def test_a_bad_drawing_never_costs_the_upload(read: Read, document: bytes) -> None:
    found = read(drawn_apk(document))

    assert found.icon is None
    assert found.facts.bundle_id == apks.PACKAGE
    assert len([note for note in found.notes if note.startswith("An icon was left out: ")]) == 1


def drawn_apk(document: Element | bytes) -> bytes:
    values: dict[Config, Value] = {Config(density=0xFFFE): "res/icon.xml"}
    table = apks.table({("mipmap", "icon"): values})
    plain = apks.manifest({"android:icon": Reference(table.id("mipmap", "icon"))})
    data = document if isinstance(document, bytes) else binary_xml(document)
    return apks.apk(plain, {"resources.arsc": table.coded(), "res/icon.xml": data})


@needs_resvg
@pytest.mark.parametrize(
    ("wall", "told"),
    [(0.5, "too long"), pytest.param(600.0, "cannot be drawn", marks=pytest.mark.slow)],
    ids=["by the clock", "by its work"],
)
def test_a_drawing_that_takes_its_time_is_given_up(
    monkeypatch: pytest.MonkeyPatch, wall: float, told: str
) -> None:
    monkeypatch.setattr(rasteriser, "WALL_SECONDS", wall)
    turns = "".join(f"L{n * 7919 % 512} {n * 104729 % 512}" for n in range(90_000))
    line = 'stroke="#fff" stroke-width="300" stroke-linejoin="round"'
    heavy = "".join(f'<path d="M0 0{turns}" {line}/>' for _ in range(20))

    with pytest.raises(PackageRejected, match=told):
        rasteriser.rasterise(f'<svg xmlns="http://www.w3.org/2000/svg">{heavy}</svg>')


@pytest.mark.parametrize(
    ("text", "colour"),
    [("#f80", 0xFFFF8800), ("#8f80", 0x88FF8800), ("#ff8800", 0xFFFF8800),
     ("#01020304", 0x01020304), ("red", None), ("#12345", None), ("", None)],
)  # fmt: skip
def test_a_colour_is_read_from_text(text: str, colour: int | None) -> None:
    assert colour_of(text) == colour


@pytest.mark.parametrize(
    ("value", "read"),
    [("24.0dip", 24), ("-.5", -0.5), ("1e2px", 100), (7, 7), (True, 3), ("x", 3), (None, 3),
     ("9" * 20, 1e6), ("nan", 3)],
)  # fmt: skip
def test_a_number_is_read_with_or_without_a_unit(value: str | int | None, read: float) -> None:
    assert number(value, 3) == read


@pytest.mark.parametrize(
    ("data", "share", "text"),
    [(24 << 8 | 1, False, "24"), (0xFFFFFF01, False, "-1"), (0xC0 << 8 | 0x11, False, "1.5"),
     (1 << 29 | 0x30, True, "25%")],
)  # fmt: skip
def test_dimensions_and_fractions_are_unpacked(data: int, text: str, *, share: bool) -> None:
    assert measure(data, share=share) == text


@functools.cache
def compiled() -> bytes:
    archive = Archive.open(Memory(sample()))
    return archive.read(VECTOR_NAME.encode(), 1 << 20)


def sample() -> bytes:
    out = BytesIO()
    gallery.exhibits()["vector.apk"](out)
    return out.getvalue()


@given(changes=damages, cut=st.floats(0.2, 1))
@bounded
def test_a_damaged_drawing_is_drawn_or_refused(
    changes: list[tuple[float, bytes]], cut: float
) -> None:
    data = damaged(compiled(), changes)
    archive = Archive.open(Memory(zip_of(parts({"a.xml": data[: int(cut * len(data))]}))))
    try:
        written = layers.svg("a.xml", Drawables(archive, NoResources(), axml.elements))
    except PackageRejected as reason:
        written = str(reason)

    assert written.startswith("<svg") or written.endswith(".")
