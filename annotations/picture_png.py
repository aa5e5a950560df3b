"""The picture of corrections as pixels: the light theme's colours, the pages' typeface."""

from __future__ import annotations

import io
from typing import Final

from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw, ImageFont

from annotations.picture import HEIGHT, Picture

ZOOM: Final = 2
"""Two pixels for one: sharp in print and on dense screens."""

LARGEST: Final = 40_000_000
"""Pixels; a larger picture is drawn smaller."""

PAPER, SURFACE, INK, FAINT = "#fbfaf7", "#ffffff", "#1c1a17", "#6b655b"
HUES: Final = (
    FAINT,
    "#232b87",
    "#816917",
    "#5d1f00",
    "#166863",
    "#7555b7",
    "#872b32",
    "#552454",
    "#024e7c",
    "#a05188",
    "#2a5013",
    "#655d00",
    "#1a7856",
)
"""The twelve hues of ``static/css/tokens.css``, after that of people without one."""

TYPEFACE: Final = "vendor/inter/inter-latin-wght-normal.woff2"


def png(picture: Picture, *, caption: str) -> bytes:
    """Draw it. Letters that the typeface lacks are drawn as empty boxes."""
    zoom = float(ZOOM)
    while picture.width * picture.height * zoom * zoom > LARGEST:
        zoom /= 2
    foot = 30
    image = Image.new("RGB", (_px(picture.width, zoom), _px(picture.height + foot, zoom)), PAPER)
    pen = ImageDraw.Draw(image)
    names, figures, small = (_font(size, zoom) for size in (13, 12, 11))
    for edge in picture.edges:
        colour = HUES[edge.hue]
        line = [(x * zoom, y * zoom) for x, y in edge.line]
        pen.line(line, fill=colour, width=max(1, _px(edge.stroke, zoom)), joint="curve")
        pen.polygon([(x * zoom, y * zoom) for x, y in edge.head], fill=colour)
    for edge in picture.edges:
        x, y = edge.label
        pen.text(
            (x * zoom, y * zoom),
            str(edge.pair.n),
            font=figures,
            fill=INK,
            anchor="ms",
            stroke_width=_px(2.5, zoom),
            stroke_fill=PAPER,
        )
    for node in picture.nodes:
        box = (node.left, node.top, node.left + node.width, node.top + HEIGHT)
        pen.rounded_rectangle(
            [n * zoom for n in box],
            radius=6 * zoom,
            fill=SURFACE,
            outline=HUES[node.hue],
            width=_px(2.5, zoom),
        )
        place = (node.middle * zoom, node.baseline * zoom)
        pen.text(place, node.label, font=names, fill=INK, anchor="ms")
    low = ((picture.height + foot - 12) * zoom, 16 * zoom)
    pen.text((low[1], low[0]), caption, font=small, fill=FAINT, anchor="ls")
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()


def _px(length: float, zoom: float) -> int:
    return round(length * zoom)


def _font(size: int, zoom: float) -> ImageFont.FreeTypeFont:
    found = finders.find(TYPEFACE)
    font = ImageFont.truetype(str(found), _px(size, zoom))
    font.set_variation_by_axes([600 if size > 11 else 400])
    return font
