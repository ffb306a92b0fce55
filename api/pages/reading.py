"""
What a browser posts, as it was typed: kept whole, so that a form can be shown again with everything in it.

Field names are those of the JSON body, dotted (``place.text``); ``categories`` may come several times.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from api.pages.multipart import Form
from api.pages.rendering import fresh_key
from api.posted import nested
from api.problems import invalid
from models.domain.errors import Flaw, Invalid
from models.operations.once import Key

M = TypeVar("M", bound=BaseModel)

SEVERAL: Final = "categories"
PHOTOS: Final = "photos"

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{22,64}", re.ASCII)
_HEADER: Final = re.compile(r"[!-~]{8,128}", re.ASCII)
_MINUTES: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(\.[0-9]+)?)?")


@dataclass(frozen=True, slots=True)
class Typed:
    """Everything somebody sent, by the name of its field."""

    values: Mapping[str, str] = field(default_factory=dict)
    several: tuple[str, ...] = ()
    photos: tuple[UploadFile, ...] = ()
    crowded: frozenset[int] = frozenset()
    cut: bool = False

    @property
    def key(self) -> Key:
        """The key of this posting."""
        return Key(self.values["key"])

    def said(self, fields: frozenset[str]) -> dict[str, Any]:
        """
        The words for a model: dotted names as objects, what was left empty left out.

        What is none of the fields was added by something else than the person, and is not looked at.
        """
        made = nested([(name, value) for name, value in self.values.items() if name in fields])
        if self.several and SEVERAL in fields:
            made[SEVERAL] = list(self.several)
        return made


def typed_of(form: Form, header: str | None = None) -> Typed:
    """
    What a form holds; of a name that comes several times, the last counts.

    Args:
        header: ``Idempotency-Key``, for a form that brings no key; without both it is a posting of its own.
    """
    items = form.fields.multi_items()
    values = {name: value for name, value in items if isinstance(value, str) and name != SEVERAL}
    values["key"] = _key_of(values.get("key"), header)
    return Typed(
        values=values,
        several=tuple(dict.fromkeys(v for n, v in items if n == SEVERAL and isinstance(v, str) and v)),
        photos=tuple(v for n, v in items if n == PHOTOS and isinstance(v, UploadFile) and v.filename),
        crowded=form.crowded,
        cut=form.cut,
    )


def _key_of(sent: str | None, header: str | None) -> str:
    if sent is not None and _KEY.fullmatch(sent):
        return sent
    return header if header is not None and _HEADER.fullmatch(header) else fresh_key()


def checked(model: type[M], said: dict[str, Any]) -> M:
    """The model. Raises Invalid with a flaw for each field."""
    try:
        return model.model_validate(said)
    except ValidationError as error:
        flaws = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise invalid(RequestValidationError(flaws)) from None


def zoned(value: str) -> str:
    """A time as ``<input type=datetime-local>`` writes it, which is meant in Shanghai."""
    found = _MINUTES.fullmatch(value.strip())
    return f"{found[1]}T{found[2]}:00+08:00" if found else value


def beside(error: Invalid, fields: frozenset[str]) -> dict[str, str]:
    """The messages of a refusal by field of the page; what belongs to none stands under ``""``."""
    found: dict[str, list[str]] = {}
    for flaw in error.flaws or (Flaw("", error.code, error.message),):
        found.setdefault(_field_of(flaw.pointer, fields), []).append(flaw.message)
    return {name: "；".join(dict.fromkeys(told)) for name, told in found.items()}


def _field_of(pointer: str, fields: frozenset[str]) -> str:
    """``/occurrences/0/kind`` is shown beside ``occurrence.kind``, ``/categories/2`` beside ``categories``."""
    path = pointer.strip("/").replace("occurrences/0", "occurrence").split("/")
    for size in range(len(path), 0, -1):
        name = ".".join(path[:size])
        if name in fields:
            return name
    return next((name for name in sorted(fields) if path[0] and name.startswith(f"{path[0]}.")), "")
