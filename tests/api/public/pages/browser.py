"""A browser without JavaScript: reads a page, fills a form, sends what that form would send; and what a page may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

from httpx2 import Response
from starlette.testclient import TestClient

VOID: Final = {"meta", "input", "img", "br", "wbr", "link"}
FOREIGN: Final = re.compile(r"(?:https?:)?//|javascript:|url\(", re.I)
MOST_BYTES: Final = 60 * 1024


@dataclass
class Form:
    """A form with what its fields hold before anybody touches them."""

    action: str
    enctype: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


class Page(HTMLParser):
    """A page as a browser takes it apart; asserts that it is well formed and brings nothing of its own to run."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer, self.html = answer, answer.text
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.named: dict[str, str] = {}  # inputs that people see: id by name
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self._open: list[str] = []
        self._select = self._area = ""
        self.feed(self.html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        self.seen.append((tag, had))
        self.ids += [had["id"]] if "id" in had else []
        if tag == "label" and "for" in had:
            self.labels.append(had["for"])
        if tag == "form":
            self.forms.append(Form(had["action"], had.get("enctype", "application/x-www-form-urlencoded")))
        if self.forms and "form" in self._open and "name" in had:
            self._field(tag, had)
        if tag == "option" and "selected" in had and self._select:
            self.forms[-1].add(self._select, had["value"])

    def _field(self, tag: str, had: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], had["name"], had.get("type", "text")
        form.names.add(name)
        self._select = name if tag == "select" else ""
        self._area = name if tag == "textarea" else ""
        if tag == "input" and kind not in {"checkbox", "radio", "file", "submit"}:
            form.add(name, had.get("value", ""))
        if kind in {"checkbox", "radio"} and "checked" in had:
            form.add(name, had["value"])
        if tag == "textarea":
            form.add(name, "")
        if kind not in {"hidden", "checkbox", "radio"}:
            self.named[name] = had["id"]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "textarea":
            text = data.removeprefix("\n")  # as HTML says
            self.forms[-1].values[self._area] = [text]
        elif self._open and self._open[-1] != "style":
            self.words += data

    def form(self, action: str, **having: str) -> Form:
        """The form that goes to an address and holds these hidden values."""
        return next(
            one
            for one in self.forms
            if one.action.endswith(action) and all(one.values.get(k) == [v] for k, v in having.items())
        )

    def harmless(self) -> None:
        """No script, nothing from elsewhere, no cookie, no more than 60 KB; each input has its label."""
        assert self.answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "set-cookie" not in self.answer.headers
        assert len(self.answer.content) <= MOST_BYTES
        policy = self.answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        for tag, had in self.seen:
            assert tag not in {"script", "link", "iframe", "object", "embed", "base", "svg"}, tag
            assert not [name for name in had if name.startswith("on") or name in {"style", "srcset"}], had
            assert had.get("src", "data:image/png;base64,").startswith("data:image/png;base64,")
            for name in ("href", "action"):
                assert not FOREIGN.search(had.get(name, "")), had
        assert len(self.ids) == len(set(self.ids)), "an id twice"
        assert set(self.labels) <= set(self.ids)
        assert {one for one in self.named.values() if one != "website"} <= set(self.labels)


def opened(answer: Response) -> Page:
    """The page of an answer, which every page must be fit to be."""
    page = Page(answer)
    page.harmless()
    return page


def send(client: TestClient, form: Form, *, files: Any = None, **typed: Any) -> Response:
    """Fill in (``place__text`` for ``place.text``) and send; as multipart where the form says so."""
    values: dict[str, Any] = {name: list(held) for name, held in form.values.items()}
    for name, value in typed.items():
        values[name.replace("__", ".")] = value if isinstance(value, list) else [value]
    if form.enctype == "multipart/form-data":
        files = files or [("photos", ("", b"", "application/octet-stream"))]  # as a browser sends no file
    return client.post(form.action, data=values, files=files, headers={"Accept": "text/html,*/*;q=0.8"})
