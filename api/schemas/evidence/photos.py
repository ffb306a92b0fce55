"""Photos of a complaint on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Out


class PhotoOut(Out):
    """A photo: what is listed of it."""

    id: UUID
    complaint_id: UUID
    received_at: datetime
    size: int = Field(description="原图的字节数")
    width: int = Field(description="副本的宽（像素）")
    height: int = Field(description="副本的高（像素）")
    erased: bool = Field(description="照片已随举报人身份一并删除，原图和副本都打不开")


class PhotosOut(Out):
    """The photos of a case."""

    items: list[PhotoOut]
