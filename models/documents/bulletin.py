"""
The monthly bulletin 简报 as DOCX: plain values into the template, in a sandbox, every value as literal text.

Words of people are values and never templates: the template alone is compiled, once rendered it is not read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from models.documents.bulletin_template import template


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What a bulletin says; all text is final, rows by the names of the template's cells."""

    month: str
    sample: str
    title: str
    month_words: str
    issuer: str
    issued_on: str
    whole: str
    origins: Sequence[Mapping[str, Any]]
    late_words: str
    late: Sequence[Mapping[str, Any]]
    back_words: str
    back: Sequence[Mapping[str, Any]]
    next_steps: Sequence[str]
    source: str


def render(told: Bulletin) -> bytes:
    """The bulletin as DOCX bytes; takes some hundredths of a second of a core, so not on the event loop."""
    paper = DocxTemplate(BytesIO(template()))
    paper.render(asdict(told), jinja_env=SandboxedEnvironment(autoescape=True))
    made = BytesIO()
    paper.save(made)
    return made.getvalue()
