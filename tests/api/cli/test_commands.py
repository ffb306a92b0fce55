"""The commands of an administrator at the shell, on a real instance."""

from __future__ import annotations

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from api.contract import documents
from models.keyring import load_keys
from tests.api.cli.conftest import Command

NEXT_YEAR = (
    "# 国务院办公厅关于2027年部分节假日安排的通知\n# 样例文号\nday,is_workday,name\n2027-01-01,0,元旦\n"
)


def journalled(folder: Path) -> list[dict[str, object]]:
    with sqlite3.connect(folder / "huanxun.db") as db:
        return [
            json.loads(payload) for (payload,) in db.execute("select payload from journal order by rowid")
        ]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_makes_a_real_instance(real: Path) -> None:
    """Folder and keys are the owner's alone; three administrators stand in a 0600 file, once."""
    assert (mode(real), mode(real / "keys"), mode(real / "keys" / "masters.json")) == (0o700, 0o700, 0o600)
    sheet = real / "initial-accounts.txt"
    logins = [line.split("\t")[0] for line in sheet.read_text("utf-8").splitlines()[1:]]
    assert (mode(sheet), logins) == (0o600, ["admin", "security", "auditor"])
    with sqlite3.connect(real / "huanxun.db") as db:
        assert db.execute("select kind from instance").fetchall() == [("real",)]
        assert db.execute("select number_prefix, division_code from unit").fetchall() == [("样环", "430511")]
        assert db.execute("select count(*) from case_file").fetchall() == [(0,)]


def test_init_touches_nothing_that_is_there(command: Command, real: Path) -> None:
    """A second ``init`` in the same folder is refused and changes no file."""
    before = (real / "keys" / "keys.json").read_bytes()
    code, _, err = command("init", "--unit", "样", "--prefix", "样", "--county", "430511")
    assert (code, "不是空的文件夹" in err) == (1, True)
    assert (real / "keys" / "keys.json").read_bytes() == before


def test_verify_is_green_and_then_red(command: Command, real: Path) -> None:
    """``verify`` gives 0 with the heads on the last lines, and 1 once a row was edited behind its back."""
    code, out, _ = command("verify")
    assert (code, out.splitlines()[-1].endswith("审计链完好。")) == (0, True)
    assert "核验" in out.splitlines()[0]
    with sqlite3.connect(real / "huanxun.db") as db:
        for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            db.execute(f"drop trigger {name}")
        db.execute("update journal set payload = replace(payload, 'unit.add', 'unit.end')")
    code, out, _ = command("verify")
    assert (code, "篡改" in out) == (1, True)


def test_verify_compares_with_what_was_published(command: Command, real: Path, tmp_path: Path) -> None:
    """A head that was published and is gone from the log is found; the same log whole is green."""
    log, published = real / "heads.log", tmp_path / "published.txt"
    published.write_bytes(log.read_bytes())
    assert command("verify", "--published", str(published))[0] == 0
    log.write_bytes(b"")
    code, out, _ = command("verify", "--published", str(published))
    assert (code, "公布过的链头不在签名记录中" in out) == (1, True)


def test_shares_restore_the_keys(
    command: Command, real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of three exported shares make the same keys in another folder; the export is journalled."""
    code, out, _ = command("keys", "export", "--folder", str(tmp_path / "shares"))
    files = [Path(line.split("：", 1)[1]) for line in out.splitlines()]
    assert (code, [mode(file) for file in files]) == (0, [0o600] * 3)
    assert [row["verb"] for row in journalled(real)][-1] == "keys.export"
    monkeypatch.setenv("HUANXUN_KEYS_DIR", str(tmp_path / "restored"))
    assert command("keys", "import", str(files[0]), str(files[2]))[0] == 0
    assert load_keys(tmp_path / "restored") == load_keys(real / "keys")
    code, _, err = command("keys", "import", str(files[0]), str(files[2]))
    assert (code, "不会覆盖" in err) == (1, True)


def test_one_share_is_not_enough(command: Command, real: Path, tmp_path: Path) -> None:
    """One share restores nothing and says that another is needed."""
    command("keys", "export", "--folder", str(tmp_path / "shares"))
    code, _, err = command("keys", "import", str(tmp_path / "shares" / "share-局长.txt"))
    assert (code, "份额不足" in err) == (1, True)


def test_rotation_keeps_the_old_key(command: Command, real: Path) -> None:
    """After ``keys rotate`` a new key seals, the old one is still there, and the journal knows."""
    before = load_keys(real / "keys")
    assert command("keys", "rotate")[0] == 0
    after = load_keys(real / "keys")
    assert after.current != before.current
    assert before.current in after.masters
    assert journalled(real)[-1]["on"] == ["keys", after.current]


def test_a_password_is_reset_at_the_shell(command: Command, real: Path) -> None:
    """The new password goes into a 0600 file and nowhere else; the reset is journalled, without a person."""
    code, out, _ = command("accounts", "password", "admin")
    sheet = Path(out.strip().split("：", 1)[1])
    secret = sheet.read_text("utf-8").split("\t")[-1].strip()
    assert (code, mode(sheet), secret in out) == (0, 0o600, False)
    last = [row for row in journalled(real) if row["verb"] == "account.password_reset"]
    assert [row["by"] for row in last] == [None]
    code, _, err = command("accounts", "password", "nobody")
    assert (code, "没有这个账号" in err) == (1, True)


def test_a_year_is_loaded_and_shown(command: Command, real: Path, tmp_path: Path) -> None:
    """A year's notice is loaded with the number of clocks it would move, and shown; an unknown year says so."""
    code, out, _ = command("calendar", "show", "2027")
    assert (code, "尚未导入" in out) == (0, True)
    file = tmp_path / "2027.csv"
    file.write_text(NEXT_YEAR, "utf-8")
    code, out, _ = command("calendar", "load", str(file))
    assert (code, "会变动的期限：0 个" in out) == (0, True)
    code, out, _ = command("calendar", "show", "2027")
    assert (code, "2027-01-01\t放假\t元旦" in out) == (0, True)
    file.write_text("day,works\n", "utf-8")
    code, _, err = command("calendar", "load", str(file))
    assert (code, "第1行" in err) == (1, True)


def test_doctor_has_a_cure_for_each_line(command: Command, real: Path) -> None:
    """What is wrong stands with its cure; only what is vital makes the exit code 1."""
    code, out, _ = command("doctor")
    wrong = {line.split("\t")[1]: line.split("\t")[2] for line in out.splitlines() if line.startswith("处理")}
    assert code == 0
    assert "huanxun keys export" in wrong["密钥份额"]
    assert "huanxun up" in wrong["接口服务"]
    real.chmod(0o755)
    (real / "keys" / "masters.json").unlink()
    code, out, _ = command("doctor")
    assert (code, "chmod 700" in out, "密钥文件" in out or "主密钥" in out) == (1, True, True)
    real.chmod(0o700)


def test_doctor_sees_exported_shares(command: Command, real: Path, tmp_path: Path) -> None:
    """Once the shares of the key in force were exported, doctor no longer asks for it."""
    command("keys", "export", "--folder", str(tmp_path / "shares"))
    assert "密钥份额已导出" in command("doctor")[1]


def test_migrate_says_when_nothing_is_to_do(command: Command, real: Path) -> None:
    """A schema that is the newest is left as it is, and so is the journal."""
    before = len(journalled(real))
    code, out, _ = command("migrate")
    assert (code, out.strip(), len(journalled(real))) == (0, "数据库结构已是最新", before)


def test_the_contract_is_written_and_compared(command: Command, tmp_path: Path) -> None:
    """``openapi`` writes the same bytes twice; ``--check`` names a file that differs."""
    top = ("--top", str(tmp_path))
    assert command("openapi", *top)[0] == 0
    written = {name: (tmp_path / name).read_text("utf-8") for name in documents()}
    assert written == documents()
    assert command("openapi", "--check", *top)[0] == 0
    (tmp_path / "openapi" / "problems.md").write_text("else", "utf-8")
    code, _, err = command("openapi", "--check", *top)
    assert (code, "openapi/problems.md" in err, "openapi.json" in err) == (1, True, False)
