"""Icons that are drawings: what they look like, and what a hostile one can cost."""

from pathlib import Path

import pytest

from bot.sandbox.samples.aab import write_aab
from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import write_apk
from storage.inspection import rasteriser
from storage.inspection.inspector import inspect
from storage.inspection.worker import InspectionPool
from tests.samples import gallery
from tests.unit.storage.inspection.conftest import HASHES
from tests.unit.storage.inspection.drawings import (
    at,
    needs_resvg,
    path,
    picture,
    pixels,
    png,
    vector,
)

RED, GREEN, BLUE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)
NOTHING = (0, 0, 0, 0)
SQUARE = "M0,0h100v100h-100z"
LEFT_HALF = "M0,0h50v100h-50z"


@needs_resvg
@pytest.mark.parametrize("kind", ["apk", "aab"])
def test_an_adaptive_icon_of_vectors_is_drawn(tmp_path: Path, kind: str) -> None:
    write = write_apk if kind == "apk" else write_aab
    app = SampleApk(icon="vector", schemes=("v1",))
    found = inspect(write(tmp_path / f"app.{kind}", app).path, HASHES)

    assert found.facts.icon
    assert found.icon is not None
    image = picture(found.icon)
    assert at(image, 0, 0) == NOTHING
    assert at(image, 10, 50) == (0x1C, 0x5A, 0x96, 255)
    assert at(image, 40, 50) == (255, 255, 255, 255)


@needs_resvg
async def test_a_drawing_is_drawn_within_the_limits_of_a_worker(tmp_path: Path) -> None:
    path = gallery.exhibits()["vector.apk"](tmp_path / "app.apk").path
    async with InspectionPool() as pool:
        found = await pool.inspect(path, HASHES)

    assert found.icon is not None
    assert found.notes == ()


def test_without_the_library_there_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasteriser, "_LIBRARY", "a_library_that_nobody_has")
    found = inspect(gallery.exhibits()["vector.apk"](tmp_path / "app.apk").path, HASHES)

    assert not found.facts.icon
    assert [note for note in found.notes if "resvg-py is installed" in note] == list(found.notes)


RED_COLOUR, BLUE_COLOUR = '<color android:color="#f00"/>', '<color android:color="#00f"/>'
END = "</layer-list>"
ADAPTIVE = (
    f"<adaptive-icon><foreground>{vector(path(LEFT_HALF))}</foreground>"
    f"<monochrome>{RED_COLOUR}</monochrome>"
    f"<background>{BLUE_COLOUR}</background></adaptive-icon>"
)
TWO = 'android:startColor="#f00" android:endColor="#00f"'
LINEAR = f'<gradient {TWO} android:endX="100"/>'
STOPS = (
    '<gradient android:endX="100"><item android:offset="0.5" android:color="#f00"/>'
    '<item android:offset="0.5" android:color="#00f"/></gradient>'
)
RADIAL = (
    f'<gradient android:type="1" android:gradientRadius="50" {TWO} '
    'android:centerX="20" android:centerY="50"/>'
)
SWEEP = f'<gradient android:type="2" {TWO}/>'
STATES = '<selector><item android:color="#00f"/></selector>'

PICTURES = {
    "a path": (vector(path(LEFT_HALF)), RED, NOTHING),
    "its own transparency": (vector(path(SQUARE, fillColor="#80ff0000")),)
    + 2 * ((255, 0, 0, 128),),
    "the path's transparency": (vector(path(SQUARE, fillAlpha="0.5")),) + 2 * ((255, 0, 0, 128),),
    "the drawing's transparency": (vector(path(SQUARE), alpha="0.5"),) + 2 * ((255, 0, 0, 128),),
    "a tint": (vector(path(LEFT_HALF), tint="#00ff00"), GREEN, NOTHING),
    "even and odd": (
        vector(path(f"{SQUARE}M60,0h40v100h-40z", fillType="1")),
        RED,
        NOTHING,
    ),
    "non-zero": (vector(path(f"{SQUARE}M60,0h40v100h-40z")), RED, RED),
    "a stroke": (
        vector(path("M25,0v100", fillColor="#0000", strokeColor="#00f", strokeWidth="40")),
        BLUE,
        NOTHING,
    ),
    "a group moved": (
        vector(f'<group android:translateX="50">{path(LEFT_HALF)}</group>'),
        NOTHING,
        RED,
    ),
    "a group turned about its pivot": (
        vector(
            '<group android:rotation="180" android:pivotX="50" android:pivotY="50">'
            f"{path(LEFT_HALF)}</group>"
        ),
        NOTHING,
        RED,
    ),
    "a group scaled": (
        vector(f'<group android:scaleX="0.5" android:scaleY="1">{path(SQUARE)}</group>'),
        RED,
        NOTHING,
    ),
    "a clip, for what comes after it": (
        vector(
            path(SQUARE)
            + f'<clip-path android:pathData="{LEFT_HALF}"/>'
            + path(SQUARE, fillColor="#00f")
        ),
        BLUE,
        RED,
    ),
    "a colour": ('<color android:color="#00f"/>', BLUE, BLUE),
    "layers": (
        f'<layer-list><item>{BLUE_COLOUR}</item><item android:left="24dp">{RED_COLOUR}</item>{END}',
        BLUE,
        RED,
    ),
    "an inset": (
        f'<inset android:insetRight="50%">{RED_COLOUR}</inset>',
        RED,
        NOTHING,
    ),
    "a rectangle": ('<shape><solid android:color="#00f"/></shape>', BLUE, BLUE),
    "states": (
        f"<selector><item>{RED_COLOUR}</item><item>{BLUE_COLOUR}</item></selector>",
        BLUE,
        BLUE,
    ),
    "a drawing turned": (
        f'<rotate android:fromDegrees="180">{vector(path(LEFT_HALF))}</rotate>',
        NOTHING,
        RED,
    ),
    "an adaptive icon, whatever its order": (
        ADAPTIVE,
        RED,
        BLUE,
    ),
    "an animated drawing": (
        f"<animated-vector>{vector(path(LEFT_HALF))}</animated-vector>",
        RED,
        NOTHING,
    ),
}


@needs_resvg
@pytest.mark.parametrize(("document", "left", "right"), PICTURES.values(), ids=PICTURES.keys())
def test_a_drawing_looks_as_on_a_phone(
    document: str, left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    image = pixels(document)

    assert at(image, 20, 50) == pytest.approx(left, abs=1)
    assert at(image, 80, 50) == pytest.approx(right, abs=1)


@needs_resvg
def test_a_wide_drawing_keeps_its_proportions() -> None:
    image = pixels(vector(path(SQUARE), width="48dp", height="24dp"))

    assert (at(image, 50, 10), at(image, 50, 50), at(image, 50, 90)) == (NOTHING, RED, NOTHING)


@needs_resvg
def test_an_oval_leaves_its_corners_open() -> None:
    image = pixels('<shape android:shape="1"><solid android:color="#f00"/></shape>')

    assert (at(image, 2, 2), at(image, 50, 50)) == (NOTHING, RED)


@needs_resvg
@pytest.mark.parametrize(
    ("gradient", "left", "right"),
    [
        (LINEAR, (204, 0, 51, 255), (51, 0, 204, 255)),
        (STOPS, RED, BLUE),
        (RADIAL, RED, BLUE),
        (SWEEP, RED, RED),
        (STATES, BLUE, BLUE),
    ],
    ids=["linear", "stops", "radial", "sweep", "states"],
)
def test_a_path_is_filled_by_another_document(
    gradient: str, left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    document = vector(path(SQUARE, fillColor="@7"))
    image = pixels(document, {"res/fill.xml": gradient}, {7: "res/fill.xml"})

    assert at(image, 20, 50) == pytest.approx(left, abs=6)
    assert at(image, 80, 50) == pytest.approx(right, abs=6)


@needs_resvg
def test_a_shape_has_a_gradient_over_its_box() -> None:
    image = pixels('<shape><gradient android:startColor="#f00" android:endColor="#00f"/></shape>')

    assert at(image, 1, 50) == pytest.approx(RED, abs=6)
    assert at(image, 98, 50) == pytest.approx(BLUE, abs=6)


@needs_resvg
def test_pictures_and_drawings_are_put_together() -> None:
    document = (
        '<adaptive-icon><background android:drawable="@1"/><foreground>'
        '<inset android:drawable="@2" android:inset="25%"/></foreground></adaptive-icon>'
    )
    image = pixels(
        document,
        {"res/behind.xml": '<bitmap android:src="@3"/>', "res/b.png": png("#0000ff"),
         "res/f.png": png("#ff0000")},
        {1: "res/behind.xml", 2: "res/f.png", 3: "res/b.png"},
    )  # fmt: skip

    assert (at(image, 6, 50), at(image, 50, 50)) == (BLUE, RED)
