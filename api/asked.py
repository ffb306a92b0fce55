"""
The query string as one strict model: read once, validated once.

FastAPI looks at every parameter by itself, which costs a list with ten filters more than its database
(measured: 0.15 ms of 0.57). The contract still names each of them: ``asked(Model)`` goes into ``openapi_extra``.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

M = TypeVar("M", bound=BaseModel)


class Asked(Generic[M]):
    """Dependency: the query parameters of a route; an unknown or malformed one is refused by name."""

    def __init__(self, model: type[M]) -> None:
        self.model = model

    async def __call__(self, request: Request) -> M:
        """Raises RequestValidationError."""
        try:
            return self.model.model_validate_strings(dict(request.query_params))
        except ValidationError as error:
            flaws = [{**one, "loc": ("query", *one["loc"])} for one in error.errors(include_url=False)]
            raise RequestValidationError(flaws) from None


def asked(model: type[BaseModel]) -> dict[str, Any]:
    """The parameters of a model for ``openapi_extra``."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    required = set(schema.get("required", ()))
    definitions = schema.get("$defs", {})
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "schema": _inline(part, definitions),
                **({"description": part["description"]} if "description" in part else {}),
            }
            for name, part in schema["properties"].items()
        ]
    }


def _inline(part: Any, definitions: dict[str, Any]) -> Any:
    """Put small referenced schemas (enums) in place."""
    if isinstance(part, dict):
        if "$ref" in part:
            return _inline(definitions[part["$ref"].rsplit("/", 1)[1]], definitions)
        return {key: _inline(value, definitions) for key, value in part.items()}
    return [_inline(one, definitions) for one in part] if isinstance(part, list) else part
