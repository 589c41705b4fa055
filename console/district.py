"""区县一览: the streets as a grid of tiles, no map; each with its number, and a list beside."""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.seeing import page, seer_of
from console.supervising import MONTH
from services.overview import COUNTS, figures, legend, streets
from services.seeing import NothingHere

router = APIRouter()


@router.get("/district")
def show(
    request: Request,
    figure: Annotated[str, Query(max_length=40)] = "open",
    month: Annotated[str, Query(pattern=MONTH)] = "",
) -> Response:
    """Show every street of the division by one figure."""
    seer = seer_of(request, "/district")
    offered = figures()
    if figure not in offered:
        raise NothingHere
    seer.house.catch_up()
    found = streets(seer, figure, month or None)
    return page(
        request,
        "district.html",
        seer=seer,
        figure=figure,
        month=month,
        counts=figure in COUNTS,
        called=seer.say(*offered[figure]),
        figures=[(code, seer.say(*both)) for code, both in offered.items()],
        legend=[(shade.value, seer.say(*both)) for shade, both in legend(figure)],
        words={shade.value: seer.say(*both) for shade, both in legend(figure)},
        streets=[
            (one, f"/tasks?{urlencode({'q': one.name, 'open': 'yes'})}", name)
            for one, name in zip(found, short([one.name for one in found]), strict=True)
        ],
    )


def short(names: list[str]) -> list[str]:
    """Return what of each name fits on a tile: without the office, and the district all share."""
    county = re.match(r"\S{1,8}?[区县市]", names[0]) if names else None
    shared = county.group() if county else ""
    shared = shared if all(name.startswith(shared) for name in names) else ""
    return [name.removeprefix(shared).removesuffix("办事处").removesuffix("街道") for name in names]
