"""Bars by day as a small picture for a table cell, with marks for unknown days.

Streamlit's own charts in cells refuse unknown values.
"""

from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import quote

from trueup_dashboards import theme

WIDTH, HEIGHT = 96, 22


def bars(values: Sequence[Decimal | None]) -> str:
    """One bar per day from zero, as the address of an image; an unknown day is a grey band."""
    look = theme.colours()
    most = max([abs(float(value)) for value in values if value is not None] or [0]) or 1.0
    step = WIDTH / max(len(values), 1)
    shapes: dict[str, list[str]] = {"unknown": [], "known": []}
    for number, value in enumerate(values):
        share = 1.0 if value is None else abs(float(value)) / most
        kind = "unknown" if value is None else "known"
        left, top = number * step, HEIGHT * (1 - share)
        shapes[kind].append(f"M{left:.1f} {HEIGHT}V{top:.1f}h{step * 0.72:.1f}V{HEIGHT}z")
    return _image(
        f"<path fill='{look.weak}' opacity='0.6' d='{''.join(shapes['unknown'])}'/>"
        f"<path fill='{look.accent}' d='{''.join(shapes['known'])}'/>"
    )


def _image(body: str) -> str:
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}'>{body}</svg>"
    return f"data:image/svg+xml,{quote(svg)}"
