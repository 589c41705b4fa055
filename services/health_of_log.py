"""What is wrong with the public log and its witnesses."""

from collections.abc import Iterator

from desk.opening import Books
from ledger.checkpoints import Checkpoints
from runtime.settings import Settings
from services.finding import Finding, apart
from services.public_log import standing
from transparency.keys import cosigned_at
from transparency.notes import read_signature_lines
from wording.labels import label


def log_of(settings: Settings, books: Books) -> Iterator[Finding]:
    """Look at what is signed and published, and at the witnesses."""
    told = standing(settings, books)
    name, witnesses = ("公开日志", "public log"), ("见证方", "witnesses")
    if not told["signed"]:
        yield Finding(
            name,
            "look",
            ("尚未签发任何检查点", "no checkpoint was signed yet"),
            (
                "jiedui up、jiedui follow 会自动签发；也可 jiedui log publish。",
                "Publish it.",
            ),
        )
        return
    signed, published = told["signed"], told["published"] or 0
    waiting = told["entries"] - signed
    if told["published"] != signed:
        yield Finding(
            name,
            "wrong",
            (
                f"已签发 {signed:,} 条，只公布到 {published:,} 条：见证未满足规则",
                f"signed up to {signed:,}, published up to {published:,} entries",
            ),
            ("jiedui log status 查看各见证方。", "The witnesses' quorum is lacking."),
        )
    else:
        yield Finding(
            name,
            "well",
            (
                f"已公布 {signed:,} 条，其后 {waiting:,} 条待签发",
                f"{signed:,} entries are published, {waiting:,} wait to be signed",
            ),
        )
    if not told["witnesses"]:
        yield Finding(
            witnesses,
            "look",
            (
                "没有见证方：掌握数据库和密钥者可重写全账而不被发现",
                "no witness: whoever holds database and key can rewrite everything unseen",
            ),
            (
                "请外单位运行 jiedui-witness，再 jiedui log policy adopt FILE。",
                "Ask others to witness.",
            ),
        )
    yield from _clocks(books)
    for one in told["witnesses"]:
        if one["alarm"]:
            cosigned = one["cosigned"] or 0
            alarm = [label(one["alarm"], at, among="AlarmGround") for at in ("zh", "en")]
            yield Finding(
                witnesses,
                "wrong",
                (
                    f"{one['name']} 告警 {alarm[0]}，已见证 {cosigned:,} 条",
                    f"{one['name']}: {alarm[1]}, witnessed up to {cosigned:,} entries",
                ),
                ("联系该见证方；拒签或不一致须立即查明。", "Ask the witness at once."),
            )


def _clocks(books: Books) -> Iterator[Finding]:
    """Compare when witnesses say they signed with when their word reached us."""
    checkpoints = Checkpoints(books.ledger)
    newest = checkpoints.newest()
    for one in [] if newest is None else checkpoints.cosignatures(newest.size):
        (signature,) = read_signature_lines(one.line + "\n")
        yield from apart(one.witness, cosigned_at(signature) - one.received_at)
