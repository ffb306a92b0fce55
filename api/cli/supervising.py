"""API and worker as two supervised processes: started together, restarted when they break, ended together."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

from api.cli.refusals import Stop

FIRST_WAIT_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 30.0
STEADY_AFTER_SECONDS: Final = 60.0
"""A child that has run this long starts again without the waits it had before."""
READY_WITHIN_SECONDS: Final = 60.0
STOP_WITHIN_SECONDS: Final = 12.0
"""Longer than the API's own grace for requests that have begun (10 s)."""
LOOK_EVERY_SECONDS: Final = 0.5
STARTING_LOOK_SECONDS: Final = 0.05


@dataclass(slots=True)
class Child:
    """One process: a module with its arguments, run on a leash; ``output``: a file instead of our own output."""

    name: str
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    output: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    wait_seconds: float = FIRST_WAIT_SECONDS
    again: float | None = None

    def start(self) -> None:
        command = [sys.executable, "-P", "-m", "api.cli.leash", self.module, *self.arguments]
        with self.output.open("ab") if self.output else nullcontext() as output:
            # A session of its own: Ctrl-C at the terminal reaches the supervisor alone, which asks in order.
            self.process = subprocess.Popen(  # noqa: S603 — our own interpreter and modules
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                env=dict(self.environment),
                start_new_session=True,
            )
        self.began, self.again = time.monotonic(), None

    def ended(self) -> int | None:
        """The exit code, once it has ended."""
        return self.process.poll() if self.process is not None else None

    def let_go(self) -> None:
        """Ask for the end."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    def gone_by(self, moment: float) -> None:
        """Wait for the end; a child that does not come to it is ended."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, moment - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def later(self) -> float:
        """Plan the next start: 1, 2, 4 … 30 seconds from now."""
        if time.monotonic() - self.began > STEADY_AFTER_SECONDS:
            self.wait_seconds = FIRST_WAIT_SECONDS
        planned = self.wait_seconds
        self.again = time.monotonic() + planned
        self.wait_seconds = min(planned * 2, LONGEST_WAIT_SECONDS)
        self.let_go()
        self.process = None
        return planned


@dataclass(slots=True)
class Supervisor:
    """
    Watches the children until ``stop`` is set; the first is started alone, the others once it is ready.

    ``is_ready``: asked while starting; ``on_ready``: called once; ``say``: told what a person should know.
    """

    children: Sequence[Child]
    stop: Event
    is_ready: Callable[[], bool]
    on_ready: Callable[[], None]
    say: Callable[[str], None]
    stop_within_seconds: float = STOP_WITHIN_SECONDS
    ready: bool = field(default=False)

    def run(self) -> None:
        """
        Start and keep all children; returns when asked to stop and everybody has gone.

        Raises:
            Stop: the first child was not ready in time, or ended before it was.
        """
        began = time.monotonic()
        try:
            self.children[0].start()
            while not self.stop.wait(LOOK_EVERY_SECONDS if self.ready else STARTING_LOOK_SECONDS):
                if self.ready:
                    self._look()
                else:
                    self._expect(began)
        finally:
            self._end()

    def _look(self) -> None:
        for child in self.children:
            if child.again is not None and time.monotonic() >= child.again:
                child.start()
            code = child.ended()
            if code is not None:
                self.say(f"{child.name}意外结束（退出码 {code}），{child.later():.0f} 秒后重新启动")

    def _expect(self, began: float) -> None:
        first = self.children[0]
        if first.ended() is not None:
            raise Stop(f"{first.name}没有启动成功，原因见上面的输出")
        if time.monotonic() - began > READY_WITHIN_SECONDS:
            raise Stop(f"{first.name}在 {READY_WITHIN_SECONDS:.0f} 秒内没有就绪")
        if self.is_ready():
            self.ready = True
            for child in self.children[1:]:
                child.start()
            self.on_ready()

    def _end(self) -> None:
        for child in self.children:
            child.let_go()
        moment = time.monotonic() + self.stop_within_seconds
        for child in self.children:
            child.gone_by(moment)
