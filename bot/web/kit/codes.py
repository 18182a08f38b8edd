"""QR codes: an address of ours for the camera of a phone."""

import io

import segno
from aiohttp import web


def picture_of(address: str) -> web.Response:
    """Answer with the same as a picture for those who draw no SVG."""
    drawing = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawing, kind="png", border=2, scale=8, light="#fff"
    )
    return web.Response(body=drawing.getvalue(), content_type="image/png")


def code_of(address: str) -> web.Response:
    """Answer with the QR code of an address."""
    drawing = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawing, kind="svg", border=2, scale=8, light="#fff"
    )
    return web.Response(body=drawing.getvalue(), content_type="image/svg+xml", charset="utf-8")
