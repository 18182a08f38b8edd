"""Leading people to the install page of a release, with a link that is made when they go there."""

from aiohttp import web

from bot.links import Links
from bot.web.install.visitors import is_ahead_of_time
from provisioning.installing.grants import Grants


async def led_to_install(
    request: web.Request,
    grants: Grants,
    links: Links,
    release_id: str,
    tester_id: str,
    *,
    stay: str = "",
) -> web.Response:
    """
    Lead a tester, who may install a release, to its page.

    Whoever only looks ahead gets no link: a browser that fetches what might be wanted throws the
    answer 503 away, and asks again when it is. *stay* is the query that the page is asked with.
    """
    if request.method != "GET":
        return web.Response(status=200)
    if is_ahead_of_time(request):
        return web.Response(status=503)
    grant = await grants.give(release_id, tester_id)
    return web.Response(status=303, headers={"Location": links.install(grants.token(grant)) + stay})
