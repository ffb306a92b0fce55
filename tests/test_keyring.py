"""Keys on disk and on paper."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from models import keyring
from models.domain.errors import Conflict, Invalid, Unreadable
from models.domain.words.shares import printed, split
from models.keyring import Keys, add_master_key, create_keys, export_keys, import_keys, load_keys, new_keys

KEYS = new_keys()


def test_key_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """The folder is 0700, both files 0600, and nothing else is left in it."""
    folder = tmp_path / "a" / "keys"
    keys = create_keys(folder)
    assert load_keys(folder) == keys
    assert sorted(one.name for one in folder.iterdir()) == [keyring.REST, keyring.MASTERS]
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert KEYS.masters[KEYS.current].hex() not in (folder / keyring.REST).read_text()


@pytest.mark.parametrize("there", [keyring.REST, keyring.MASTERS])
def test_keys_are_never_overwritten(tmp_path: Path, there: str) -> None:
    """Where either file stands, making and importing keys change nothing."""
    texts = export_keys_of(tmp_path / "other")
    (tmp_path / there).write_text("mine")
    with pytest.raises(Conflict, match="不会覆盖"):
        create_keys(tmp_path)
    with pytest.raises(Conflict, match="不会覆盖"):
        import_keys(texts, tmp_path)
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_a_key_file_made_since_we_looked_stays(tmp_path: Path) -> None:
    """Of two that make keys at once the second fails, even after both saw an empty folder."""
    draft, path = tmp_path / "draft", tmp_path / keyring.REST
    draft.write_text("theirs")
    path.write_text("mine")
    with pytest.raises(Conflict, match="不会覆盖"):
        keyring._place_new(draft, path)
    assert path.read_text() == "mine"


def test_a_folder_without_links_takes_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without hard links (a USB stick) keys are made all the same."""

    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    keys = create_keys(tmp_path / "keys")
    assert load_keys(tmp_path / "keys") == keys


def export_keys_of(folder: Path) -> list[str]:
    """Make keys in the folder and return two of their shares."""
    create_keys(folder)
    return export_keys(folder)[1:]


def _forget(name: str) -> Callable[[dict[str, object]], object]:
    return lambda form: form.pop(name)


def _put(name: str, value: object) -> Callable[[dict[str, object]], object]:
    return lambda form: form.update({name: value})


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        (keyring.REST, _forget("index_key")),
        (keyring.REST, _put("digest_key", "no hex")),
        (keyring.REST, _put("rate_key", "")),
        (keyring.REST, _put("publics", [])),
        (keyring.REST, _put("publics", {})),
        (keyring.REST, _put("publics", {"00000000": "00" * 32})),
        (keyring.REST, _put("current", "00000000")),
        (keyring.REST, _put("format", 2)),
        (keyring.MASTERS, _put("masters", {})),
        (keyring.MASTERS, _put("masters", {KEYS.current: "00"})),
        (keyring.MASTERS, _put("masters", None)),
        (keyring.MASTERS, _forget("masters")),
    ],
)
def test_damaged_key_files_are_refused(
    tmp_path: Path, file: str, damage: Callable[[dict[str, object]], object]
) -> None:
    """A file that is not what we wrote is refused at start, with the way out."""
    create_keys(tmp_path)
    form = json.loads((tmp_path / file).read_text())
    damage(form)
    (tmp_path / file).write_text(json.dumps(form))
    with pytest.raises(Unreadable, match="密钥文件"):
        load_keys(tmp_path)


def test_a_master_of_another_instance_is_refused(tmp_path: Path) -> None:
    """A master file from elsewhere, even under our key's id, does not pass for ours."""
    keys = create_keys(tmp_path)
    (tmp_path / keyring.MASTERS).write_text(
        json.dumps({"format": 1, "masters": {keys.current: KEYS.masters[KEYS.current].hex()}})
    )
    with pytest.raises(Unreadable, match="不匹配"):
        load_keys(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: str) -> None:
    """An empty, cut or foreign file is refused; so is an empty folder."""
    with pytest.raises(Unreadable, match="没有找到"):
        load_keys(tmp_path)
    (tmp_path / keyring.REST).write_text(content)
    with pytest.raises(Unreadable):
        load_keys(tmp_path)


@pytest.mark.parametrize("pair", [(0, 1), (2, 0), (1, 2)])
def test_two_printed_shares_restore_all_keys(tmp_path: Path, pair: tuple[int, int]) -> None:
    """Any two of the three shares bring back every key, older masters included, byte for byte."""
    create_keys(tmp_path / "one")
    add_master_key(tmp_path / "one")
    keys = add_master_key(tmp_path / "one")
    texts = export_keys(tmp_path / "one")
    assert all(keys.current in text for text in texts)
    assert import_keys([texts[at] for at in pair], tmp_path / "two") == keys
    assert load_keys(tmp_path / "two") == keys


def test_a_mistyped_share_is_located(tmp_path: Path) -> None:
    """A wrong line is named by share and line, and no key is written."""
    one, other = export_keys_of(tmp_path / "one")
    lines = other.splitlines()
    lines[-1] = lines[-1][:-1] + ("0" if lines[-1][-1] != "0" else "1")
    with pytest.raises(Invalid) as refused:
        import_keys([one, "\n".join(lines)], tmp_path / "two")
    assert [flaw.pointer for flaw in refused.value.flaws] == ["/shares/1/17"]
    with pytest.raises(Invalid, match="份额不足"):
        import_keys([one], tmp_path / "two")
    assert not (tmp_path / "two").exists()


def test_shares_of_something_else_are_refused(tmp_path: Path) -> None:
    """Shares that hold no key bundle are refused."""
    texts = [printed(one) for one in split(b"\x01" + b"x" * 40)]
    with pytest.raises(Invalid, match="无法识别"):
        import_keys(texts[:2], tmp_path / "two")


def test_the_sealed_instance_cannot_print_shares(tmp_path: Path) -> None:
    """Without the master file there is nothing to export."""
    create_keys(tmp_path)
    (tmp_path / keyring.MASTERS).unlink()
    with pytest.raises(Unreadable):
        export_keys(tmp_path)


def test_keys_are_all_different() -> None:
    """No two keys of an instance, and no keys of two instances, are the same."""
    fields = [name for name in Keys.__slots__ if name.endswith("_key")]
    values = [getattr(keys, name) for keys in (KEYS, new_keys()) for name in fields]
    assert len(set(values)) == len(values) == 10
    assert {len(value) for value in values} == {32}
