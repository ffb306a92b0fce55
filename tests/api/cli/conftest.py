"""An instance in a folder of its own, and a way to run commands on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli.main import run

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that does not exist yet, and a port nobody listens on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUANXUN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HUANXUN_PORT", "0")
    for name in ("HUANXUN_DATABASE_URL", "HUANXUN_KEYS_DIR", "HUANXUN_HOST", "HUANXUN_SAMPLE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "data"


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], folder: Path) -> Command:
    """Run ``huanxun …`` in this process: exit code, standard output, standard error."""

    def running(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(arguments)
        written = capsys.readouterr()
        return code, written.out, written.err

    return running


@pytest.fixture
def real(command: Command, folder: Path) -> Path:
    """A real instance."""
    code, _, said = command("init", "--unit", "样例分局", "--prefix", "样环", "--county", "430511")
    assert (code, said) == (0, "")
    return folder
