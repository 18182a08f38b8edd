"""The icon of an Android app: the densest picture, and a drawing only where there is none."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from storage.inspection import android, icons, layers, rasteriser
from storage.inspection.archive import Archive
from storage.inspection.drawable import Coding, Drawables
from storage.inspection.rejection import Ambiguous, PackageRejected

_MAX_TRIES = 4
_NOT_INSTALLED = (
    "The icon is a drawing without pixels: it is drawn where the package resvg-py is installed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where an icon is looked for.

    `coding` reads the documents of the package, whose paths begin under `root`.
    """

    archive: Archive
    manifest: android.Manifest
    resources: android.Resources
    coding: Coding
    root: str = ""

    def draw(self, notes: list[str]) -> bytes | None:
        """Return the icon as PNG of at most 512 x 512; *notes* gain why there is none."""
        return self._picture(notes) or self._drawing(notes)

    def _picture(self, notes: list[str]) -> bytes | None:
        """
        Draw the first path that is a picture of pixels.

        A path is an exact name in the archive: one that leads elsewhere leads nowhere.
        """
        tried = 0
        for path in self.manifest.icon_paths(self.resources):
            name = (self.root + path).encode("utf-8", "replace")
            if path.endswith(".xml") or name not in self.archive:
                continue
            tried += 1
            try:
                return icons.draw(self.archive.read(name, icons.MAX_BYTES))
            except (PackageRejected, Ambiguous) as reason:
                notes.append(f"An icon was left out: {reason}")
            if tried >= _MAX_TRIES:
                break
        return None

    def _drawing(self, notes: list[str]) -> bytes | None:
        value = next((value for value in self.manifest.icons if self._is_drawn(value)), None)
        if value is None:
            return None
        if not rasteriser.is_installed():
            notes.append(_NOT_INSTALLED)
            return None
        try:
            return self._drawn(value)
        except (PackageRejected, Ambiguous) as reason:
            notes.append(f"An icon was left out: {reason}")
        return None

    def _drawn(self, value: android.Value) -> bytes:
        drawables = Drawables(self.archive, self.resources, self.coding, self.root)
        try:
            svg = layers.svg(value, drawables)
        except (PackageRejected, Ambiguous):
            raise
        except Exception as error:  # Whatever is wrong with a drawing never costs the upload.
            raise PackageRejected("The drawing is damaged.") from error
        return _seen(icons.draw(rasteriser.rasterise(svg)))

    def _is_drawn(self, value: android.Value) -> bool:
        paths = android.paths(value, self.resources)
        names = (self.root + path for path in paths if path.endswith(".xml"))
        if any(name.encode("utf-8", "replace") in self.archive for name in names):
            return True
        plain = android.plain(value, self.resources)
        return isinstance(plain, int) and not isinstance(plain, bool)


def _seen(png: bytes) -> bytes:
    with Image.open(BytesIO(png), formats=["PNG"]) as image:
        _, most = image.getchannel("A").getextrema()
        if not most:
            raise PackageRejected("The drawing shows nothing.")
    return png
