"""Statements signed with a key of one's own: for tests that need no city behind them."""

from contextlib import suppress

from domain.refusals import CommandRefused
from services.province import Province
from tests.accounts import registrar
from transparency.checkpoints import Checkpoint
from transparency.keys import ED25519, SigningKey
from transparency.notes import Note
from transparency.statements import StatedFigure, Statement


def statement(key: SigningKey, month: str, *figures: StatedFigure) -> bytes:
    """Return the first statement of a log of ten entries, signed with *key*."""
    name = key.verifier.name
    checkpoint = Checkpoint(name, 10, bytes(32)).text
    one = Statement(
        origin=name,
        number=1,
        previous=None,
        proof=(),
        issued="2026-11-03T01:00:00.000000Z",
        month=month,
        checkpoint=Note(checkpoint, (key.sign(checkpoint),)),
        figures=figures,
        position=9,
    )
    return Note(one.text, (key.sign(one.text),)).encoded()


def hold_two_cities(province: Province) -> str:
    """Hold a city that stated its month twice over and one that did not; return the first."""
    key = SigningKey.generate("fs.example.org/log", ED25519)
    other = SigningKey.generate("zh.example.org/log", ED25519)
    who = registrar(province.books.desk)
    for name, held in (("佛山市", key), ("珠海市", other)):
        province.add(who, name, held.verifier.vkey, None, "2026-09")
    meaning = "满意率：满意的评价 ÷ 全部评价。 satisfaction rate: good ratings ÷ ratings."
    for above in (930, 931):
        figure = StatedFigure("satisfaction_rate@0", above, 1000, 12, meaning)
        with suppress(CommandRefused):
            province.take(statement(key, "2026-10", figure))
    return province.named("佛山市").stream
