"""
A citizen on a bad link: ``uv run --frozen python -m tests.citizen sqlite|postgresql``.

Real HTTP against a child that serves the public face, another that serves the staff. Every request of the citizen
is sent until a reply gets through: replies are thrown away at random (seeded), the same bytes go out again with the
same key, and all answers must be equal. Text first, photos after; queries; messages; "又发生了"; the answer;
"未解决" and its review; a second answer; a form by curl without JavaScript; withdrawal; every refusal in plain words.
Ends by itself, prints what was said.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
from altcha import Challenge, Payload, solve_challenge

from models.db.engines import open_engine
from models.vault import Vault
from tests import factories, postgres
from tests.factories import PASSWORD, TOWN, World
from tests.test_planted import photo
from tests.test_redaction import served

LOST: Final = 0.4
QUERY: Final = "/v1/public/complaints/query"
MESSAGES: Final = "/v1/public/complaints/messages"
WITHDRAW: Final = "/v1/public/complaints/withdraw"


class BadLink:
    """Sends each request until a reply arrives; what was lost was done all the same."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client, self.luck = client, random.Random(20261123)
        self.lost = self.sent = 0

    def post(self, path: str, *, key: str | None = None, **how: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": key or uuid4().hex} | how.pop("headers", {})
        answers = []
        while True:
            answers.append(self.client.post(path, headers=headers, **how))
            self.sent += 1
            if self.luck.random() >= LOST:
                break
            self.lost += 1
        first = answers[0]
        for one in answers[1:]:
            assert (one.status_code, plain(one)) == (first.status_code, plain(first)), (first.text, one.text)
        return first

    def ticket(self) -> str:
        challenge = Challenge.from_dict(self.client.get("/v1/public/challenge").json())
        solution = solve_challenge(challenge)
        assert solution is not None
        return Payload(challenge, solution).to_base64()


def plain(answer: httpx2.Response) -> Any:
    """The body, but for the request's own number."""
    if "json" not in answer.headers.get("content-type", ""):
        return None
    return {name: value for name, value in answer.json().items() if name != "request_id"}


def say(what: str) -> None:
    print(what, flush=True)


def refused(answer: httpx2.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    body = answer.json()
    flaws = "；".join(one["message"] for one in body.get("errors", []))
    say(f"   拒绝 {status} {body['code']}：{body['detail']}{'（' + flaws + '）' if flaws else ''}")


def body(**changed: Any) -> dict[str, Any]:
    return {
        "words": "样例涂装厂夜里喷漆，气味很重，窗都不能开",
        "place": {"division": TOWN, "text": "样例小区南门"},
        "categories": ["大气/恶臭异味"],
        "occurrences": [{"kind": "油漆味", "strength": 4, "hour_from": "22:00", "hour_to": "01:00"}],
        "confidentiality": "匿名",
        "consent": {"privacy_version": "1"},
    } | changed


class Desk:
    """The bureau: steps on the one case, over the staff face."""

    def __init__(self, client: httpx2.Client, world: World) -> None:
        self.client, self.world = client, world
        self._who: dict[str, dict[str, str]] = {}
        self.path = f"/v1/cases/{client.get('/v1/cases', headers=self.as_('clerk')).json()['items'][0]['id']}"

    def as_(self, name: str) -> dict[str, str]:
        if name not in self._who:
            made = self.client.post(
                "/v1/auth/login", json={"login": name, "password": PASSWORD, "device": "桌面"}
            )
            assert made.status_code == 200, made.text
            self._who[name] = {"Authorization": f"Bearer {made.json()['access_token']}"}
        return self._who[name]

    def case(self) -> httpx2.Response:
        return self.client.get(self.path, headers=self.as_("supervisor"))

    def step(self, who: str, action: str, **inputs: Any) -> None:
        answer = self.client.post(
            f"{self.path}/steps",
            json={"action": action} | inputs,
            headers=self.as_(who) | {"If-Match": self.case().headers["etag"]},
        )
        assert answer.status_code == 200, (action, answer.text)

    def answer_it(self, text: str) -> None:
        head = self.as_("clerk") | {"If-Match": self.case().headers["etag"]}
        written = {"title": "涂装厂夜间异味", "working_text": "群众反映夜间有油漆味。"}
        assert self.client.patch(self.path, json=written, headers=head).status_code == 200
        handler = str(self.world.account("inspector"))
        self.step("clerk", "accept")
        self.step("clerk", "tell", way="查询码留言")
        self.step("supervisor", "assign", handlers=[handler], lead=handler)
        self.step("inspector", "investigate")
        point = self.case().json()["points"][0]["id"]
        found = {
            "point_id": point,
            "verdict": "不属实",
            "finding": "上午核查未闻到异味",
            "measure": "无需处理",
        }
        found["visited_at"] = self.case().json()["received_at"]
        self.step("inspector", "propose", findings=[found], conclusion="未发现问题")
        self.step("supervisor", "approve", note="同意")
        self.step("clerk", "reply", way="查询码留言", text=text, proof="网页答复")


def submission(link: BadLink) -> tuple[dict[str, Any], str]:
    """Text, then photos, over a link that loses replies."""
    ticket, key = link.ticket(), uuid4().hex
    made = link.post("/v1/public/complaints", key=key, json=body(altcha=ticket))
    assert made.status_code == 201, made.text
    kept = {name: made.json()[name] for name in ("number", "query_code")}
    say(f"1. 提交：编号 {kept['number']}，查询码 {kept['query_code']}")
    refused(
        link.post("/v1/public/complaints", key=key, json=body(altcha=ticket, words="换了内容的另一件")), 409
    )
    refused(link.post("/v1/public/complaints", json=body(altcha="junk")), 422)
    refused(link.post("/v1/public/complaints", json=body(altcha=link.ticket(), words="短")), 422)
    for data in (photo(), photo() + b"\x00"):
        sent = upload(link, data, ticket)
        assert sent.status_code == 201, sent.text
    say("2. 照片：两张，重复上传仍是两张")
    refused(upload(link, b"<html>not a picture</html>" * 50, ticket), 415)
    refused(upload(link, photo(), "junk"), 422)
    return kept, ticket


def upload(link: BadLink, data: bytes, ticket: str) -> httpx2.Response:
    return link.post(
        "/v1/public/uploads",
        content=data,
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(data)),
            "Content-Type": "application/offset+octet-stream",
            "Huanxun-Ticket": ticket,
        },
    )


def later(link: BadLink, kept: dict[str, Any], desk: Desk) -> None:
    """Queries, messages, the answer, "not fixed", the second answer, withdrawal."""
    say(f"3. 查询：{link.post(QUERY, json=kept).json()['state_words']}")
    refused(link.post(QUERY, json=kept | {"query_code": kept["query_code"][:-1] + "*"}), 422)
    refused(link.post(QUERY, json=kept | {"number": "00000-00000-0"}), 404)
    assert link.post(MESSAGES, json=kept | {"text": "昨晚十一点又很重"}).status_code == 201
    assert (
        link.post(MESSAGES, json=kept | {"kind": "again", "occurrence": {"kind": "油漆味"}}).status_code
        == 201
    )
    refused(link.post(MESSAGES, json=kept | {"kind": "not_fixed", "text": "还是臭"}), 409)
    assert len(link.post(QUERY, json=kept).json()["messages"]) == 2
    desk.answer_it("经上午现场核查，喷漆房密闭、活性炭箱运行正常，未闻到明显异味。")
    told = link.post(QUERY, json=kept).json()
    say(f"4. 答复：{told['answers'][0]['text']}（现场核查时间 {told['visited_at'][0]}）")
    say("   还可以：" + "".join(told["next_doors"]))
    assert (
        link.post(MESSAGES, json=kept | {"kind": "not_fixed", "text": "夜里才喷，白天当然没有"}).status_code
        == 201
    )
    say(f"5. 未解决：{link.post(QUERY, json=kept).json()['state_words']}")
    desk.step("deputy_head", "uphold", note="夜间再次核查")
    again = "11月24日23时在厂界下风向复核，闻到油漆味，已责令关闭侧窗并在十日内完成收集管道改造。"
    desk.step("clerk", "reply", way="查询码留言", text=again, proof="网页答复")
    assert [one["text"] for one in link.post(QUERY, json=kept).json()["answers"]][1] == again
    said = kept | {"kind": "satisfaction", "satisfaction": "满意"}
    assert link.post(MESSAGES, json=said).status_code == 201
    assert link.post(WITHDRAW, json=kept).status_code == 200
    say("6. 撤回之后：")
    refused(link.post(QUERY, json=kept), 404)


def by_curl(base: str) -> None:
    """The form as a browser without JavaScript sends it, twice (a double tap), by curl."""
    form = subprocess.run(
        ["curl", "-sS", f"{base}/v1/public/complaints/form"], capture_output=True, text=True, check=True
    ).stdout
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    read = re.search(r'<input[^>]*name="consent.privacy_version" value="([^"]*)"', form)
    assert hidden, form[:500]
    assert read, "the privacy notice is agreed to by a tick"
    typed = {"words": "样例路口烧烤油烟很大，天天如此", "place.division": TOWN, "place.text": "样例路口"}
    fields = hidden | typed | {"confidentiality": "匿名", "consent.privacy_version": read[1]}
    arguments = [part for name, value in fields.items() for part in ("--data-urlencode", f"{name}={value}")]
    pages = [
        subprocess.run(
            ["curl", "-sS", f"{base}/v1/public/complaints", *arguments],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    numbers = [re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]\b", page) for page in pages]
    assert numbers[0], pages[0][:3000]
    assert set(numbers[0]) == set(numbers[1]), "a double tap makes one complaint"
    say(f"7. 无 JavaScript 的表单（curl，连点两次）：编号 {numbers[0][0]}")


@contextmanager
def database(kind: str, folder: Path) -> Any:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'huanxun.db'}"
        return
    with postgres.server_url() as url:
        postgres.create(url, "citizen")
        yield postgres.with_database(url, "citizen")


def main() -> None:
    kind = sys.argv[1] if sys.argv[1:] in (["sqlite"], ["postgresql"]) else sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="huanxun-citizen-") as name, database(kind, Path(name)) as url:
        folder = Path(name)
        engine = open_engine(url)
        factories.people_it(engine)
        world = World(url, engine, Vault(factories.KEYS))
        with served(world, folder / "data", folder / "log.txt", face="all") as client:
            link = BadLink(client)
            kept, _ = submission(link)
            later(link, kept, Desk(client, world))
            by_curl(str(client.base_url).rstrip("/"))
        engine.dispose()
        say(f"{link.sent} 次请求，其中 {link.lost} 次没有收到回复、原样重发，结果都一样")


if __name__ == "__main__":
    main()
