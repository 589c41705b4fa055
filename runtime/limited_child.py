"""Put this process under hard limits, then run one module of ours in it.

Run by `runtime.limiting` by file path and isolated from the environment; nothing but the standard
library is loaded before the limits stand. Arguments: bytes of memory, seconds of processor time,
the module, and its own arguments.
"""

import runpy
import sys


def limit(memory_bytes: int, seconds: int) -> None:
    """Put the process under its limits, where the system has them."""
    try:
        import resource
    except ImportError:  # Windows keeps the parent's time-out only.
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # What it holds is somebody's: a child that falls leaves no image of itself on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    limit(int(sys.argv[1]), int(sys.argv[2]))
    module = sys.argv[3]
    sys.argv = [module, *sys.argv[4:]]
    runpy.run_module(module, run_name="__main__")
