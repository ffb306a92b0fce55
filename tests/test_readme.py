"""The README is true where a machine can tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from typer import Typer

from api.cli.main import assembled
from api.contract import documents
from models.settings import Settings
from tests.measure import ROOT

README: Final = (ROOT / "README.md").read_text("utf-8")
PREFIX: Final = Settings.model_config["env_prefix"]
TWO_COMMANDS: Final = (
    "pip install uv && uv run --frozen --no-dev huanxun up",
    "pip install uv && uv run --frozen pytest",
)
TOP_LINES: Final = 20
FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
FOLDERS: Final = r"(?:api|models|workers|tests|openapi|\.ci)"


def commands(group: Typer, path: str = "huanxun") -> Iterator[str]:
    """Every command line that does something, by its full name."""
    for command in group.registered_commands:
        assert command.callback is not None
        yield f"{path} {command.name or command.callback.__name__}"
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from commands(inner.typer_instance, f"{path} {inner.name}")


def test_two_commands_stand_at_the_top() -> None:
    """The first thing to copy is two commands: the product running, the tests."""
    first = FENCE.search(README)
    assert first is not None
    assert tuple(first[2].splitlines()) == TWO_COMMANDS
    assert README[: first.start()].count("\n") < TOP_LINES
    assert README[: first.start()].count("## ") == 1, "no other section comes before"


def test_every_setting_is_explained() -> None:
    """Every setting has its row, with its default; no row explains a setting that is not there."""
    rows = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| ([^|]+) \|", README, re.M))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, str | int | float):
            assert str(field.default) in rows[name.upper()], name
    other = set(re.findall(rf"{PREFIX}([A-Z_]+)", README)) - set(rows)
    assert other == {"TEST_POSTGRES_URL"}


def test_every_command_is_named() -> None:
    """Every subcommand has its place in the README; every command named there exists."""
    known = set(commands(assembled()))
    assert {"huanxun up", "huanxun keys export"} <= known
    assert {command for command in known if command not in README} == set()
    named = set(re.findall(r"\bhuanxun (?!=)([a-z]+)", README))
    assert named - {command.split()[1] for command in known} == set()


def test_every_path_exists() -> None:
    """Every file and folder that is cited is there."""
    cited = set(re.findall(rf"(?<![\w/.])({FOLDERS}(?:/[\w.]+)+)", README))
    assert "tests/test_readme.py" in cited
    assert {path for path in cited if not (ROOT / path.rstrip(".")).exists()} == set()


def test_every_route_exists() -> None:
    """Every address that is cited is in the contract, whatever stands for the id."""
    faces = ("openapi/openapi.json", "openapi/public.json")
    known = {path for face in faces for path in json.loads(documents()[face])["paths"]}
    patterns = [re.compile(re.sub(r"{\w+}", r"[^/\\s]+", path) + "$") for path in known]
    cited = {one.rstrip("/.") for one in re.findall(r"(?<![\w.])/v1/[\w/$-]+", README)} - {"/v1/public"}
    assert cited
    assert {path for path in cited if not any(one.match(path) for one in patterns)} == set()


def test_the_same_commands_stand_in_three_places() -> None:
    """What ``.ci/run`` runs is what the README lists under "Test", and the other way round."""
    section = README.split("\n## Test\n")[1].split("\n## ")[0]
    block = FENCE.search(section)
    assert block is not None
    listed = {line.split("  ")[0] for line in block[2].splitlines() if line.startswith("uv run")}
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    run = set(re.findall(r"^step (uv run .+)$", script, re.M))
    assert run <= listed
    assert {line for line in listed - run if "--cov" not in line and "-n 0" not in line} == set()


def test_the_tree_is_drawn_whole() -> None:
    """The map names every part of the strata."""
    drawn = next(body for _, body in FENCE.findall(README) if "work.py" in body)
    folders = [path for top in ("api", "models") for path in (ROOT / top).iterdir() if path.is_dir()]
    parts = {path.name for path in folders if not path.name.startswith("__")}
    assert {part for part in parts if f"{part}/" not in drawn} == set()
