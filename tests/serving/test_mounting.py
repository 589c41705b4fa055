"""A room answers every address below its prefix, whatever characters the rest holds."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from serving.mounting import mounted


@pytest.mark.parametrize("rest", ["a", "a%0Ab", "%0A", "a%0D%0Ab/c"])
def test_a_line_end_in_an_address_leads_to_the_room_it_is_below(rest: str) -> None:
    app = Starlette(routes=[mounted("/room", PlainTextResponse("the room"))])
    assert TestClient(app).get(f"/room/{rest}").text == "the room"
    assert TestClient(app).get(f"/elsewhere/{rest}").status_code == 404
