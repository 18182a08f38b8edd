"""Templates and the few files they need, all read once and kept in memory."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from bot.web.kit.doors import Access, Door
from bot.web.kit.headers import PAGE_POLICY
from storage.errors import NotFound

HERE = Path(__file__).parent

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

#: The name changes with the content, so that a browser may keep one for good.
FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file of ours that pages load; `name` holds a piece of its digest."""

    name: str
    kind: str
    body: bytes


class Assets:
    """The style sheets, scripts and pictures of the pages. *prefix* is the path of the base URL."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._names: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        for path in sorted((HERE / "static").iterdir()):
            if path.suffix in KINDS:
                self._add(path)

    def _add(self, path: Path) -> None:
        body = path.read_bytes()
        digest = hashlib.sha256(body).hexdigest()[:12]
        name = f"{path.stem}.{digest}{path.suffix}"
        self._names[path.name] = name
        self._assets[name] = Asset(name=name, kind=KINDS[path.suffix], body=body)

    def path(self, name: str) -> str:
        """Return where a browser finds the file called *name* in `static`."""
        return f"{self._prefix}/assets/{self._names[name]}"

    def door(self) -> Door:
        return Door(method="GET", path="/assets/{name}", access=Access.PUBLIC, handler=self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise NotFound
        return web.Response(
            body=asset.body,
            content_type=asset.kind,
            charset="utf-8",
            headers={"Cache-Control": FOR_GOOD},
        )


class Pages:
    """Renders pages. Everything put into one is escaped unless it is `Markup` already."""

    def __init__(self, assets: Assets) -> None:
        folders = [HERE / "templates", *sorted(HERE.parent.glob("*/templates"))]
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["asset"] = assets.path

    def answer(
        self,
        template: str,
        values: Mapping[str, object],
        *,
        status: int,
        policy: str = PAGE_POLICY,
    ) -> web.Response:
        """Return the page as an answer that may load our own style, script and pictures only."""
        return web.Response(
            text=self._environment.get_template(template).render(values),
            status=status,
            content_type="text/html",
            charset="utf-8",
            headers={"Content-Security-Policy": policy},
        )
