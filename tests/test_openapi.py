"""The contract as reviewed is the contract as served, and it is consistent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

import pytest

from api.contract import documents
from tests.measure import ROOT

DOCUMENTS: Final = documents()
STAFF: Final[dict[str, Any]] = json.loads(DOCUMENTS["openapi/openapi.json"])
PUBLIC: Final[dict[str, Any]] = json.loads(DOCUMENTS["openapi/public.json"])
OPEN: Final = frozenset({"login", "refresh", "live", "ready"})
FOR_EVERYONE: Final = frozenset({"logout", "me"})
"""Every grant carries their verb, so there is nobody to forbid them to."""

METHODS: Final = {"get", "put", "post", "patch", "delete", "options"}
SECRET: Final = re.compile(r"pass(word|wd)|token|secret|cipher|sealed", re.I)
SECRET_ANSWERS: Final = {
    "TokensOut": {"login", "refresh"},
    "AccountCreated": {"create_account"},
    "PasswordIssued": {"reset_password"},
}
"""The only answers that carry a secret, shown this once, and the operations that give them."""


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation as (method, path, operation)."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert method in METHODS, (path, method)
            yield method, path, operation


ALL: Final = [(method, path, one) for method, path, one in operations(STAFF)]
IDS: Final = [one["operationId"] for _, _, one in ALL]
each = pytest.mark.parametrize(("method", "path", "operation"), ALL, ids=IDS)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_reviewed_file_is_what_the_code_says(name: str) -> None:
    """Each file in ``openapi/`` is what the code generates now; ``huanxun openapi`` rewrites it."""
    assert (ROOT / name).read_text("utf-8") == DOCUMENTS[name]


def test_nothing_else_stands_there() -> None:
    """``openapi/`` holds generated files only."""
    assert {f"openapi/{file.name}" for file in (ROOT / "openapi").iterdir()} == set(DOCUMENTS)


@pytest.mark.parametrize("document", [STAFF, PUBLIC], ids=["staff", "public"])
def test_the_document_hangs_together(document: dict[str, Any]) -> None:
    """Every reference leads somewhere, every schema is used, every path parameter is declared."""
    assert document["openapi"].startswith("3.1.")
    schemas = document["components"]["schemas"]
    referred = {ref.removeprefix("#/components/schemas/") for ref in references(document)}
    assert referred - set(schemas) == set()
    assert set(schemas) - referred - {"Problem", "FlawOut", "UnmetOut"} == set()
    for _, path, operation in operations(document):
        named = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        yield from chain.from_iterable(map(references, node.values()))
    elif isinstance(node, list):
        yield from chain.from_iterable(map(references, node))


def test_the_public_face_shows_nothing_of_the_staff() -> None:
    """The public document names public paths and ``live`` only, and asks for no session."""
    paths = set(PUBLIC["paths"])
    assert {path for path in paths if not path.startswith("/v1/public/")} == {"/v1/health/live"}
    assert "securitySchemes" not in PUBLIC["components"]


@each
def test_declared_refusals_are_consistent(method: str, path: str, operation: dict[str, Any]) -> None:
    """A session brings 401 and 403, an id in the path 404, an If-Match 412 and 428, input 422."""
    name, declared = operation["operationId"], set(operation["responses"])
    headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
    wanted = set()
    if operation.get("security"):
        wanted |= {"401"} if name in FOR_EVERYONE else {"401", "403"}
    else:
        assert name in OPEN
    if re.search(r"{\w+}", path):
        wanted |= {"404", "422"}
    if "If-Match" in headers:
        wanted |= {"412", "428"}
    if "Idempotency-Key" in headers:
        wanted |= {"409"}
    if operation.get("parameters") or operation.get("requestBody"):
        wanted |= {"422"}
    assert wanted - declared == set()
    assert ("412" in declared) == ("If-Match" in headers)


@each
def test_refusals_have_one_shape(method: str, path: str, operation: dict[str, Any]) -> None:
    """Every declared refusal is problem+json of the one shape; every success is described."""
    for status, response in operation["responses"].items():
        if status >= "4":
            assert set(response["content"]) == {"application/problem+json"}, status
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
    assert [status for status in operation["responses"] if status < "3"], "no success is declared"


def test_inputs_know_what_they_do_not_know() -> None:
    """Every object that can be sent refuses unknown members."""
    schemas = STAFF["components"]["schemas"]
    bodies = [operation["requestBody"] for _, _, operation in ALL if "requestBody" in operation]
    lax = [
        name
        for name in reachable(bodies, schemas)
        if schemas[name].get("type") == "object" and schemas[name].get("additionalProperties") is not False
    ]
    assert lax == []


def test_answers_carry_no_secret() -> None:
    """No property of any answer is named like a password or a token, but where one is handed out once."""
    schemas = STAFF["components"]["schemas"]
    answers = {
        operation["operationId"]: reachable([operation["responses"]], schemas) for _, _, operation in ALL
    }
    named = {
        f"{name}.{field}"
        for name in frozenset().union(*answers.values()) - set(SECRET_ANSWERS)
        for field in schemas[name].get("properties", {})
        if SECRET.search(field)
    }
    assert named == set()
    givers = {
        secret: {operation for operation, names in answers.items() if secret in names}
        for secret in SECRET_ANSWERS
    }
    assert givers == SECRET_ANSWERS


def reachable(start: list[Any], schemas: dict[str, Any]) -> set[str]:
    """The names of all schemas that can be met from here."""
    found: set[str] = set()
    waiting = [ref.rsplit("/", 1)[1] for ref in references(start)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [ref.rsplit("/", 1)[1] for ref in references(schemas[name])]
    return found
