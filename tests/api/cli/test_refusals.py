"""What goes wrong is one clear Chinese line and an exit code, never a traceback, never a secret."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from api.cli import refusals
from api.cli.main import run
from tests.api.cli.conftest import Command

SECRET = "s3cret-and-long"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "没有这个命令"),
        (["--nothing"], "没有这个选项：--nothing"),
        (["serve", "--face", "back"], "参数不正确：--face"),
        (["calendar", "load"], "缺少参数：文件"),
        (["init"], "缺少参数：--unit"),
        (["init", "--unit", " ", "--prefix", "样", "--county", "430511"], "--unit 不能为空"),
        (["init", "--unit", "样", "--prefix", "样", "--county", "110101"], "目前随附的区划有 430511 北塔区"),
        (["keys", "export"], "份额只显示在终端上"),
    ],
)
def test_misuse_is_told(command: Command, arguments: list[str], said: str) -> None:
    """A wrong command line is told in one Chinese line, with exit code 2."""
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HUANXUN_PORT", "web", "HUANXUN_PORT 应为整数"),
        ("HUANXUN_PORT", "70000", "HUANXUN_PORT 数值过大"),
        ("HUANXUN_LOG_LEVEL", "LOUD", "HUANXUN_LOG_LEVEL 不是可用的值"),
        ("HUANXUN_DATABASE_URL", f"mysql://u:{SECRET}@h/d", "只支持 sqlite:///文件 或 postgresql://"),
        ("HUANXUN_DATABASE_URL", SECRET, "HUANXUN_DATABASE_URL 无法识别"),
        ("HUANXUN_HOST", "not.a.host.invalid", "HUANXUN_HOST 不是本机的地址"),
        ("HUANXUN_HOST", "8.8.8.8", "HUANXUN_HOST 不是本机的地址"),
    ],
)
def test_a_wrong_setting_is_named(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """A setting that cannot be is named, its value is not shown when it may be a secret."""
    monkeypatch.setenv(name, value)
    code, _, err = command("up")
    assert code == 2
    assert said in err
    assert SECRET not in err
    assert err.count("\n") == 1


def test_a_server_that_does_not_answer(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database nobody serves is told without the password in its address."""
    monkeypatch.setenv("HUANXUN_DATABASE_URL", f"postgresql://u:{SECRET}@127.0.0.1:1/d")
    code, _, err = command("verify")
    assert (code, "连接不上数据库" in err, SECRET in err) == (1, True, False)


def test_a_server_without_the_database(
    command: Command, monkeypatch: pytest.MonkeyPatch, postgres_server: str
) -> None:
    """A database that does not exist is told as such."""
    base, _, query = postgres_server.partition("?")
    named = f"{base.rsplit('/', 1)[0]}/nobody_made_this" + (f"?{query}" if query else "")
    monkeypatch.setenv("HUANXUN_DATABASE_URL", named)
    code, _, err = command("verify")
    assert (code, "没有这个数据库" in err) == (1, True)


@pytest.mark.parametrize(
    "arguments", [["verify"], ["doctor"], ["serve"], ["worker"], ["migrate"], ["keys", "rotate"]]
)
def test_no_instance_is_told(command: Command, folder: Path, arguments: list[str]) -> None:
    """Where no instance is, each command says how to make one, and makes no file."""
    code, _, err = command(*arguments)
    assert (code, "huanxun up" in err, folder.exists()) == (1, True, False)


def test_a_busy_port_is_told_first(command: Command, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """``up`` on a port that is taken says so before it makes anything."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("HUANXUN_PORT", str(other.getsockname()[1]))
        code, _, err = command("up")
    assert (code, "已被占用" in err, folder.exists()) == (1, True, False)


def test_a_sample_stays_on_this_machine(
    command: Command, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """A sample instance does not listen on the network unless ``--sample-anyway`` says so."""
    monkeypatch.setenv("HUANXUN_HOST", "0.0.0.0")
    code, _, err = command("up")
    assert (code, "--sample-anyway" in err, folder.exists()) == (1, True, False)


def test_an_unexpected_error_shows_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody foresaw is logged by function names; neither message nor value is shown."""
    assert refusals.tell(RuntimeError(f"phone 13800000201 {SECRET}")) == 1
    written = capsys.readouterr()
    assert "程序内部错误" in written.err
    assert SECRET not in written.out + written.err
    assert "Traceback" not in written.out + written.err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file", "那里"), "没有这个文件或文件夹：那里"),
        (PermissionError(13, "Permission denied", "那里"), "没有权限：那里"),
        (OSError(28, "No space left on device"), "系统错误（No space left on device）"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "不是 UTF-8 文本"),
    ],
)
def test_errors_of_the_system_are_told(
    capsys: pytest.CaptureFixture[str], error: Exception, said: str
) -> None:
    """Errors of files and disks name the file and the way out."""
    assert refusals.tell(error) == 1
    assert said in capsys.readouterr().err


def test_help_is_worth_reading(capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` names every command of the product in Chinese, and each command explains itself."""
    assert run(["--help"]) == 0
    overview = capsys.readouterr().out
    for name in (
        "up",
        "init",
        "serve",
        "worker",
        "doctor",
        "verify",
        "migrate",
        "accounts",
        "calendar",
        "keys",
    ):
        assert name in overview
        assert run([name, "--help"]) == 0
        assert any("一" <= letter <= "鿿" for letter in capsys.readouterr().out)
    assert "退出码" in overview
    assert run([]) == 2
