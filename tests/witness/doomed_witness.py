"""A witness that dies without a word between writing a checkpoint down and answering for it."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from serving.listening import listening, serve_until_signalled, url_of
from transparency.checkpoints import Checkpoint
from transparency.keys import load_key
from transparency.notes import Note
from witness.app import witness_app
from witness.store import WitnessStore


class DoomedStore(WitnessStore):
    def advance(
        self,
        checkpoint: Checkpoint,
        old_size: int,
        proof: tuple[bytes, ...],
        cosigned: Callable[[], Note],
    ) -> Note:
        super().advance(checkpoint, old_size, proof, cosigned)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


def main() -> None:
    folder = Path(sys.argv[1])
    listener = listening("127.0.0.1:0")
    app = witness_app(DoomedStore(folder / "witness.db"), load_key(folder / "witness.key"))
    asyncio.run(serve_until_signalled(app, listener, lambda: print(url_of(listener), flush=True)))  # noqa: T201


if __name__ == "__main__":
    main()
