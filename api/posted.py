"""
A public body read into one strict model; where pages stand behind the forms, ``api/pages`` reads those instead.

The same as FastAPI's own body parameter, but for a route that a form may be posted to as well: there the framework
would refuse the content type before the form's route is asked.
"""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from api.reads import inlined
from models.domain.errors import Flaw, Invalid

M = TypeVar("M", bound=BaseModel)

_KIND: Final = "请用 Content-Type: application/json 提交"
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def is_form(request: Request) -> bool:
    """Whether the body is what a browser without JavaScript sends."""
    return kind_of(request) in FORMS


def kind_of(request: Request) -> str:
    """The media type of a body, without its parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


class Posted(Generic[M]):
    """Dependency: the body of a route as ``model``; ``forms``: a plain form is read too, its names dotted."""

    def __init__(self, model: type[M], *, forms: bool = False) -> None:
        self.model = model
        self.forms = forms

    async def __call__(self, request: Request) -> M:
        """Raises RequestValidationError, Invalid (another media type)."""
        try:
            if self.forms and is_form(request):
                async with request.form(max_files=0, max_fields=60) as form:
                    typed = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
                    return self.model.model_validate(nested(typed))
            if kind_of(request) != "application/json":
                raise Invalid(flaws=[Flaw("header:/Content-Type", "media_type", _KIND)])
            return self.model.model_validate_json(await request.body())
        except ValidationError as error:
            flaws = [
                {**one, "loc": ("body", *one["loc"])}
                for one in error.errors(include_url=False, include_context=True)
            ]
            raise RequestValidationError(flaws) from None


def body_of(model: type[BaseModel], *, forms: bool = False) -> dict[str, Any]:
    """The request body for ``openapi_extra``."""
    kinds = ("application/json", *FORMS) if forms else ("application/json",)
    schema = inlined(model)
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}}


def nested(items: list[tuple[str, str]]) -> dict[str, Any]:
    """Dotted names as objects; what was left empty in a form was not said."""
    found: dict[str, Any] = {}
    for name, value in items:
        if not value.strip():
            continue
        *path, last = name.split(".")[:4]
        here = found
        for part in path:
            inner = here.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            here = inner
        here[last] = value
    return found
