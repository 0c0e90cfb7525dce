"""The main job from end to end: a Word file in, completion and mails out.

Everything goes over HTTP against a real web process, a real worker and beat, and a real mail
server. Every completion figure is worked out by hand in the comment above its assertion.
"""

import datetime as dt
import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from docx import Document

from tests.county import County, make_county
from tests.story.api_client import Answer, ApiClient
from tests.story.processes import Installation, installation, wait_for

PASSWORD = "county-pass-2026"

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def county(transactional_db: None) -> County:
    county = make_county()
    for person in county.people.values():
        person.set_password(PASSWORD)
        person.save()
    return county


@pytest.fixture
def running(county: County, tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path, LUOSHI_MAIL_HOUR="0") as started:
        yield started


def word_file(today: dt.date) -> bytes:
    """A plan of three key tasks as an office would print it; the first is due today."""
    document = Document()
    for line in (
        "依法治县办〔2026〕1号",
        f"{today.year}年工作要点",
        "一、规范管理",
        f"(一)清理文件。全面清理规范性文件。(牵头单位:司法局;责任单位:各乡镇(街道);"
        f"完成时限:{today.year}年{today.month}月{today.day}日前)",
        f"(二)编制预算。足额编列经费。(财政局负责;完成时限:{today.year + 1}年6月底前)",
        "二、学习宣传",
        "(三)领导学法。健全学法制度。(司法局负责;完成时限:长期坚持)",
    ):
        document.add_paragraph(line)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


class Story:
    """The people of the county at their desks."""

    def __init__(self, county: County, running: Installation) -> None:
        self.county = county
        self.running = running
        self.today = dt.datetime.now(ZoneInfo(running.zone)).date()
        self._clients: dict[str, ApiClient] = {}
        self.plan_path = ""

    def person(self, key: str) -> ApiClient:
        if key not in self._clients:
            self._clients[key] = ApiClient.logged_in(self.running.base_url, key, PASSWORD)
        return self._clients[key]

    @property
    def coordinator(self) -> ApiClient:
        return self.person("依法治县办-coordinator")

    def issue(self) -> None:
        read = self.coordinator.upload("/plans/read/", "要点.docx", word_file(self.today))
        assert read.status == 200, read
        draft = read.body["draft"]
        assert [row["title"] for row in draft["items"]] == ["清理文件", "编制预算", "领导学法"]
        body = {
            "draft": draft,
            "issuing_unit": self.county.unit("依法治县办").pk,
            "issued_on": self.today.isoformat(),
        }
        made = self.coordinator.post("/plans/", body)
        assert made.status == 201, made
        self.plan_path = f"/plans/{made.body['id']}/"
        issued = self.coordinator.act(self.plan_path, "issue")
        assert (issued.status, issued.body["state"]) == (200, "issued")

    def task(self, title: str, unit: str, *, own_part: bool = False) -> dict[str, Any]:
        plan = self.plan_path.split("/")[2]
        rows = self.coordinator.get(f"/tasks/?plan={plan}&page_size=200").body["results"]
        (row,) = (
            row
            for row in rows
            if row["title"] == title
            and row["unit"]["name"] == unit
            and row["is_own_part"] == own_part
        )
        return dict(row)

    def path(self, title: str, unit: str, *, own_part: bool = False) -> str:
        return f"/tasks/{self.task(title, unit, own_part=own_part)['id']}/"

    def sign_for(self, title: str, unit: str, **which: bool) -> None:
        answer = self.person(f"{unit}-officer").act(self.path(title, unit, **which), "acknowledge")
        assert (answer.status, answer.body["state"]) == (200, "acknowledged")

    def report(self, title: str, unit: str, body: dict[str, Any], **which: bool) -> Answer:
        answer = self.person(f"{unit}-officer").act(
            self.path(title, unit, **which), "reports", body
        )
        assert answer.status == 201, answer
        return answer

    def approve(self, report: Answer, by: str) -> None:
        answer = self.person(by).act(f"/reports/{report.body['id']}/", "approve")
        assert (answer.status, answer.body["state"]) == (200, "approved")

    def close(self, title: str, unit: str, by: str, **which: bool) -> None:
        self.approve(self.report(title, unit, {"completes": True}, **which), by)

    def completion(self, by: str = "section") -> tuple[str, dict[str, str | None]]:
        answer = self.coordinator.get(f"{self.plan_path}completion/?by={by}")
        assert answer.status == 200
        rows = {row["label"]: row["completion"] for row in answer.body["rows"]}
        return answer.body["plan"]["completion"], rows

    def mail_to(self, key: str) -> EmailMessage:
        address = self.county.people[key].email
        found = wait_for(f"a mail to {key}", lambda: self.running.mails.to(address), seconds=150)
        return found[0]


OFFICE = "依法治县办-coordinator"


def test_the_main_job(county: County, running: Installation) -> None:
    story = Story(county, running)
    story.issue()
    # 清理文件 has a root, an own part and two towns; the other two a root each; all at 0.
    assert story.completion() == ("0.00", {"一、规范管理": "0.00", "二、学习宣传": None})

    for unit in ("司法局", "甲镇", "乙乡"):
        story.sign_for("清理文件", unit)
    story.sign_for("清理文件", "司法局", own_part=True)
    story.sign_for("编制预算", "财政局")
    break_down(story)
    read_the_mails(story)

    report = story.report("编制预算", "财政局", {"percent": "60", "narrative": "已编列"})
    # Submitted counts for nothing.
    assert story.completion()[0] == "0.00"
    story.approve(report, OFFICE)
    # (清理文件 0 + 编制预算 60) / 2; 领导学法 is ongoing and left out.
    assert story.completion() == ("30.00", {"一、规范管理": "30.00", "二、学习宣传": None})

    villages_report(story)
    towns_close(story)
    # By unit: 司法局 100 as root (领导学法 left out), 财政局 60, the towns and villages 100.
    assert story.completion("unit") == (
        "80.00",
        {
            "司法局": "100.00",
            "财政局": "60.00",
            "甲镇": "100.00",
            "乙乡": "100.00",
            "甲一村": "100.00",
            "甲二村": "100.00",
        },
    )
    one_mail_each(story)


def break_down(story: Story) -> None:
    parts = [{"unit": story.county.unit(name).pk} for name in ("甲一村", "甲二村")]
    town = story.person("甲镇-officer")
    answer = town.act(story.path("清理文件", "甲镇"), "decompose", {"parts": parts})
    assert answer.status == 201, answer
    for village in ("甲一村", "甲二村"):
        story.sign_for("清理文件", village)
    # The sibling does not see the villages' shares.
    village_path = story.path("清理文件", "甲一村")
    assert story.person("乙乡-officer").get(village_path).status == 404


def read_the_mails(story: Story) -> None:
    """Those whose share is due today hear of it, in Chinese, with a link to the share."""
    for key, unit in (("甲镇-officer", "甲镇"), ("甲一村-officer", "甲一村")):
        mail = story.mail_to(key)
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        today = story.today
        assert "清理文件" in text
        assert f"{today.year}年{today.month}月{today.day}日" in text
        assert f"{story.running.base_url}{story.path('清理文件', unit)}" in text
    story.mail_to("司法局-officer")
    story.mail_to("乙乡-officer")


def villages_report(story: Story) -> None:
    story.approve(story.report("清理文件", "甲一村", {"percent": "50"}), "甲镇-head")
    # 甲镇 (50 + 0) / 2 = 25; root (0 + 25 + 0) / 3 = 8.333333; plan (8.333333 + 60) / 2.
    assert story.completion()[0] == "34.17"

    hasty = story.report("清理文件", "甲二村", {"percent": "80"})
    returned = story.person("甲镇-head").act(
        f"/reports/{hasty.body['id']}/", "return", {"reason": "请附清理目录"}
    )
    assert (returned.status, returned.body["state"]) == (200, "returned")
    assert story.completion()[0] == "34.17"
    story.approve(story.report("清理文件", "甲二村", {"percent": "70"}), "甲镇-head")
    # 甲镇 (50 + 70) / 2 = 60; root 60 / 3 = 20; plan (20 + 60) / 2.
    assert story.completion()[0] == "40.00"


def towns_close(story: Story) -> None:
    story.close("清理文件", "乙乡", OFFICE)
    # root (0 + 60 + 100) / 3 = 53.333333; plan (53.333333 + 60) / 2.
    assert story.completion()[0] == "56.67"
    story.close("清理文件", "司法局", OFFICE, own_part=True)
    # root (100 + 60 + 100) / 3 = 86.666667; plan (86.666667 + 60) / 2.
    assert story.completion()[0] == "73.33"
    for village in ("甲一村", "甲二村"):
        story.close("清理文件", village, "甲镇-head")
    # 甲镇 is open: 99, not 100; root (100 + 99 + 100) / 3, at most 99; plan (99 + 60) / 2.
    assert story.task("清理文件", "甲镇")["completion"] == "99.00"
    assert story.completion()[0] == "79.50"
    story.close("清理文件", "甲镇", OFFICE)
    assert story.completion()[0] == "79.50"
    story.close("清理文件", "司法局", OFFICE)
    # The mean of 100 and 60.
    assert story.completion()[0] == "80.00"


def one_mail_each(story: Story) -> None:
    """Whatever happened on this day, nobody got a second mail."""
    for person in story.county.people.values():
        assert len(story.running.mails.to(person.email)) <= 1
