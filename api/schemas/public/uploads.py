"""Photos from the public on the wire."""

from uuid import UUID

from pydantic import Field

from api.schemas.base import Out


class Uploaded(Out):
    """A photo that is stored."""

    id: UUID
    sha256: str = Field(description="收到的原图的 SHA-256，64 位十六进制；可与手机上的照片核对")
