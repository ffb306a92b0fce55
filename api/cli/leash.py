"""
A child that ends with its parent: ``python -m api.cli.leash MODULE [arguments]``.

The parent holds the other end of standard input and never writes. When it closes, because the parent asks for
the end or is dead, even by kill -9, the child is told to stop as by a signal. It works wherever pipes do.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time
from typing import Final

GRACE_SECONDS: Final = 15
"""How long a child may take to finish what it has begun before it is ended."""


def main() -> None:
    """Run the module as a program, on the leash."""
    module, *arguments = sys.argv[1:]
    threading.Thread(target=_hold, name="leash", daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _hold() -> None:
    # Not sys.stdin: its lock, held by a daemon thread, breaks the interpreter's end.
    while os.read(0, 1):
        pass
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
