"""Pictures: what is drawn anew, and what is left out."""

import struct
import tracemalloc
import zlib
from io import BytesIO

import pytest
from PIL import Image

from bot.sandbox.samples import drawing
from storage.inspection import icons, initial
from storage.inspection.rejection import PackageRejected
from tests.unit.storage.inspection import ipas
from tests.unit.storage.inspection.conftest import Read
from tests.unit.storage.inspection.zips import LINK, Part, parts, zip_of

HTML = b"<html><script>alert(1)</script></html>"


def opened(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png), formats=["PNG"]) as image:
        image.load()
        return image.copy()


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def png_of(width: int, height: int, *chunks: tuple[bytes, bytes], colour: int = 6) -> bytes:
    """Write a PNG out of raw chunks; `IHDR` is made."""
    ihdr = struct.pack(">2L5B", width, height, 8, colour, 0, 0, 0)
    written = b"\x89PNG\r\n\x1a\n"
    for name, body in _in_order(ihdr, chunks):
        crc = zlib.crc32(name + body)
        written += struct.pack(">L", len(body)) + name + body + struct.pack(">L", crc)
    return written


def _in_order(ihdr: bytes, chunks: tuple[tuple[bytes, bytes], ...]) -> list[tuple[bytes, bytes]]:
    first = [chunk for chunk in chunks if chunk[0] == b"CgBI"]
    rest = [chunk for chunk in chunks if chunk[0] != b"CgBI"]
    return [*first, (b"IHDR", ihdr), *rest, (b"IEND", b"")]


def raw_deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def cgbi_of(width: int, height: int, lines: bytes, colour: int = 6) -> bytes:
    mark = (b"CgBI", b"\x50\x00\x20\x06")
    return png_of(width, height, mark, (b"IDAT", raw_deflated(lines)), colour=colour)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG", "ICNS"])
def test_pictures_of_four_formats_are_drawn(form: str) -> None:
    image = drawing.boat_icon(128).convert("RGB" if form == "JPEG" else "RGBA")

    drawn = opened(icons.draw(saved(image, form)))

    # An ICNS holds the picture in several sizes, and the largest is taken.
    assert drawn.size == ((512, 512) if form == "ICNS" else (128, 128))


def test_a_large_picture_becomes_512_pixels() -> None:
    image = Image.new("RGB", (2000, 1000), "teal")

    assert opened(icons.draw(saved(image, "PNG"))).size == (512, 256)


def test_nothing_of_the_bytes_survives() -> None:
    image = drawing.boat_icon(64)
    sent = saved(image, "PNG", icc_profile=HTML, exif=b"Exif\0\0" + HTML)
    drawn = icons.draw(sent + HTML)

    assert HTML in sent
    assert b"script" not in drawn
    assert opened(drawn).info == {}


def test_apples_variant_comes_out_as_it_was_painted() -> None:
    painted = drawing.boat_icon(120, rounded=True)
    drawn = opened(icons.draw(drawing.cgbi(painted)))
    wanted = painted.convert("RGBA")

    assert drawn.size == wanted.size
    for got, want in zip(_pixels(drawn), _pixels(wanted), strict=True):
        # Where alpha is low the multiplication loses colour, which nothing brings back.
        room = 2 if want[3] > 128 else 12
        assert abs(got[3] - want[3]) <= 1
        if want[3] > 20:
            assert max(abs(a - b) for a, b in zip(got, want, strict=True)) <= room


def _pixels(image: Image.Image) -> list[tuple[int, int, int, int]]:
    raw = image.tobytes()
    return [(raw[at], raw[at + 1], raw[at + 2], raw[at + 3]) for at in range(0, len(raw), 4)]


def test_premultiplied_alpha_is_undone_and_blue_is_red() -> None:
    half_red_in_apples_order = bytes([0, 0, 0, 128, 128])
    drawn = opened(icons.draw(cgbi_of(1, 1, half_red_in_apples_order)))

    assert drawn.getpixel((0, 0)) == (255, 0, 0, 128)


def test_apples_variant_without_alpha_is_drawn() -> None:
    drawn = opened(icons.draw(cgbi_of(1, 1, bytes([0, 10, 20, 30]), colour=2)))

    assert drawn.getpixel((0, 0)) == (30, 20, 10, 255)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "damaged"),
        (HTML, "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "damaged"),
        (saved(Image.new("P", (9, 9)), "GIF"), "damaged"),
        (saved(Image.new("RGB", (9, 9)), "BMP"), "damaged"),
        (png_of(60_000, 60_000, (b"IDAT", zlib.compress(bytes(99)))), "damaged"),
        (png_of(16_385, 1, (b"IDAT", zlib.compress(bytes(99)))), "too big"),
        (png_of(9_000, 9_000, (b"IDAT", zlib.compress(bytes(99)))), "too big"),
        (png_of(0, 9, (b"IDAT", b"")), "damaged"),
        (saved(drawing.boat_icon(64), "PNG")[:900], "damaged"),
        (drawing.cgbi(drawing.boat_icon(64))[:900], "damaged"),
        (cgbi_of(60_000, 60_000, bytes(9)), "too big"),
        (cgbi_of(16_385, 1, bytes(9)), "too big"),
        (cgbi_of(0, 1, bytes(9)), "too big"),
        (cgbi_of(8, 8, bytes(9), colour=3), "colour format"),
        (png_of(8, 8, (b"CgBI", b""), (b"IDAT", b"\xff\xff")), "damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\4CgBI" + bytes(8), "damaged"),
        (bytes((16 << 20) + 1), "more than 16 MB"),
    ],
)
def test_what_cannot_be_drawn_has_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(PackageRejected, match=sentence):
        icons.draw(data)


def test_100_megabytes_behind_64_pixels_are_not_unpacked() -> None:
    data = cgbi_of(64, 64, bytes(100_000_000))
    tracemalloc.start()
    try:
        opened(icons.draw(data))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 2_000_000


@pytest.mark.parametrize(
    "picture",
    [
        Part(name=b"Payload/App.app/Icon.png", data=b"/etc/passwd", attributes=LINK),
        Part(name=b"Payload/App.app/Icon.png", data=HTML),
        Part(name=b"Payload/App.app/Icon.png", data=b"x", crc=9),
        Part(name=b"Payload/App.app/Icon.png", data=bytes((16 << 20) + 1)),
    ],
    ids=["a link", "a page", "a wrong checksum", "more than 16 MB"],
)
def test_a_bad_icon_never_costs_the_upload(read: Read, picture: Part) -> None:
    entries = [*parts(ipas.files(ipas.info(CFBundleIconFiles=["Icon"]))), picture]
    found = read(zip_of(entries))

    assert found.icon is None
    assert not found.facts.icon
    assert any(note.startswith("An icon was left out: ") for note in found.notes)


def test_two_icons_of_one_name_are_no_icon(read: Read) -> None:
    picture = Part(name=b"Payload/App.app/Icon.png", data=drawing.png(drawing.boat_icon(9)))
    entries = parts(ipas.files(ipas.info(CFBundleIconFiles=["Icon"])))
    found = read(zip_of([*entries, picture, picture]))

    assert found.icon is None
    assert any("duplicate" in note for note in found.notes)


def test_the_widest_icon_is_taken(read: Read) -> None:
    more = {
        f"Icon{name}.png": drawing.png(drawing.boat_icon(size))
        for name, size in (("", 57), ("@2x", 114), ("-small", 29), ("@3x~iphone", 171))
    }
    found = read(ipas.ipa(ipas.info(CFBundleIconFiles=["Icon.png"]), more))

    assert found.icon is not None
    assert opened(found.icon).size == (171, 171)


def test_an_app_without_icon_gets_its_initial_in_its_own_colour() -> None:
    first = initial.draw("Harbour", "com.example.harbour")

    assert opened(first).size == (256, 256)
    assert first == initial.draw("Harbour", "com.example.harbour")
    assert initial.colour("com.example.harbour") != initial.colour("com.example.tide")
    assert opened(first).convert("RGB").getpixel((2, 2)) == initial.colour("com.example.harbour")


@pytest.mark.parametrize(
    ("name", "bundle_id", "letter"),
    [
        ("harbour", "com.example.x", "H"),
        ("*!-7up", None, "7"),
        ("Ångström", None, "Å"),
        ("天気", "com.example.weather", "W"),
        (None, None, "•"),
        ("", "", "•"),
    ],
)
def test_the_initial_is_one_that_can_be_drawn(
    name: str | None, bundle_id: str | None, letter: str
) -> None:
    assert initial.initial(name, bundle_id) == letter


def test_white_can_be_read_on_every_colour() -> None:
    for seed in range(300):
        red, green, blue = (_linear(part / 255) for part in initial.colour(str(seed)))
        luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue

        assert 1.05 / (luminance + 0.05) >= 4.4


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
