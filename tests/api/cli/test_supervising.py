"""Two processes kept: started in order, restarted with a growing wait, ended together, never orphaned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli.refusals import Stop
from api.cli.supervising import LONGEST_WAIT_SECONDS, Child, Supervisor

SLEEPER = "import time\ntime.sleep(60)\n"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, lambda *_: None)\nopen('deaf', 'w').close()\ntime.sleep(60)\n"


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Child]:
    """A child that runs the given lines."""
    monkeypatch.chdir(tmp_path)

    def make(name: str, lines: str) -> Child:
        (tmp_path / f"{name}.py").write_text(lines, "utf-8")
        return Child(name, name, [], {**os.environ, "PYTHONPATH": str(tmp_path)}, tmp_path / f"{name}.out")

    return make


def supervise(children: list[Child], stop: threading.Event, said: list[str]) -> Supervisor:
    return Supervisor(children, stop, lambda: True, lambda: said.append("ready"), said.append, 2.0)


def until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_a_killed_child_comes_back_and_all_end(child: Callable[[str, str], Child]) -> None:
    """A child killed with -9 is started again after a second; at the end nobody is left."""
    first, second = child("first", SLEEPER), child("second", SLEEPER)
    stop, said = threading.Event(), list[str]()
    thread = threading.Thread(target=supervise([first, second], stop, said).run)
    thread.start()
    until(lambda: second.process is not None and bool(said))
    assert second.process is not None
    killed = second.process.pid
    os.kill(killed, signal.SIGKILL)
    until(lambda: len(said) == 2 and second.process is not None and second.process.pid != killed)
    stop.set()
    thread.join(10)
    assert said == ["ready", "second意外结束（退出码 -9），1 秒后重新启动"]
    assert all(one.process is not None and one.process.returncode is not None for one in (first, second))


def test_waits_grow_and_have_a_limit(child: Callable[[str, str], Child]) -> None:
    """The waits between starts are 1, 2, 4 … 30 seconds."""
    broken = child("broken", "")
    broken.began = time.monotonic()
    assert [broken.later() for _ in range(7)] == [1, 2, 4, 8, 16, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS]


def test_a_first_child_that_cannot_start_ends_all(child: Callable[[str, str], Child]) -> None:
    """When the API ends before it was ready, nothing else is started and the reason is pointed at."""
    broken, other = child("broken", "raise SystemExit(3)"), child("other", SLEEPER)
    keeper = Supervisor([broken, other], threading.Event(), lambda: False, lambda: None, lambda _: None)
    with pytest.raises(Stop, match="没有启动成功"):
        keeper.run()
    assert other.process is None


def test_a_deaf_child_is_ended(child: Callable[[str, str], Child], tmp_path: Path) -> None:
    """A child that does not listen to the request is ended once its time is over."""
    deaf = child("deaf_one", DEAF)
    stop, said = threading.Event(), list[str]()
    thread = threading.Thread(target=supervise([deaf], stop, said).run)
    thread.start()
    until((tmp_path / "deaf").exists)
    stop.set()
    thread.join(10)
    assert deaf.process is not None
    assert deaf.process.returncode == -signal.SIGKILL


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    """On the leash a process ends as soon as the parent's end of the pipe is closed."""
    (tmp_path / "sleeper.py").write_text(SLEEPER, "utf-8")
    command = [sys.executable, "-P", "-m", "api.cli.leash", "sleeper"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(tmp_path)}
    ) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(5) == -signal.SIGTERM
