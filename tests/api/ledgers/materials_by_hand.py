"""Materials and their files as a client sends them, and small real files of each kind."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from httpx2 import Response
from starlette.testclient import TestClient

from models.domain.ids import uuid7
from tests.factories import NOW

As = Callable[[str], dict[str, str]]
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def zipped(*names: str) -> bytes:
    """A ZIP with files of these names."""
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return held.getvalue()


def material(data: bytes = PDF, kind: str = "plan", **changed: Any) -> dict[str, Any]:
    """What is declared of a file."""
    values: dict[str, Any] = {
        "kind": kind,
        "title": "样例村水渠整改方案",
        "file_name": "整改方案 定稿.pdf",
        "sha256": sha256(data).hexdigest(),
        "size": len(data),
    }
    return values | changed


class Files:
    """One person's way to the file of one item."""

    def __init__(self, client: TestClient, headers: Mapping[str, str], case_id: UUID) -> None:
        self.client = client
        self.headers = dict(headers)
        self.base = f"/v1/cases/{case_id}"

    def as_of_now(self) -> dict[str, str]:
        """The headers of a change, at the version the item has."""
        got = self.client.get(f"{self.base}/dossier", headers=self.headers)
        assert got.status_code == 200, got.text
        return self.headers | {"If-Match": got.headers["etag"]}

    def put(
        self, body: Any, material_id: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        named = material_id or str(uuid7(NOW))
        sent = self.as_of_now() if headers is None else dict(headers)
        return self.client.put(f"{self.base}/materials/{named}", json=body, headers=sent)

    def send(self, material_id: str, data: bytes = PDF, digest: str | None = None) -> Response:
        """As a careless client sends it: under whatever type."""
        path = f"{self.base}/materials/{material_id}/file"
        more = {"Content-Digest": digest} if digest else {}
        headers = self.headers | {"Content-Type": "text/plain"} | more
        return self.client.put(path, content=data, headers=headers)

    def read(self, material_id: str) -> Response:
        return self.client.get(f"{self.base}/materials/{material_id}/file", headers=self.headers)

    def void(
        self, material_id: str, headers: Mapping[str, str] | None = None, reason: str = "传错了"
    ) -> Response:
        sent = self.as_of_now() if headers is None else dict(headers)
        path = f"{self.base}/materials/{material_id}/void"
        return self.client.post(path, json={"reason": reason}, headers=sent)

    def dossier(self) -> dict[str, Any]:
        got = self.client.get(f"{self.base}/dossier", headers=self.headers)
        assert got.status_code == 200, got.text
        found: dict[str, Any] = got.json()
        return found


def digest_header(data: bytes) -> str:
    """RFC 9530."""
    return f"sha-256=:{b64encode(sha256(data).digest()).decode()}:"
