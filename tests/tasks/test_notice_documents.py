"""催办单, 督办单 and 延期批复: what stands on the paper is what was said, to whom, and by whom."""

import datetime as dt
from io import BytesIO

import pytest
from docx import Document

from accounts.errors import Conflict
from accounts.models import Membership, Unit
from tasks.decomposition import Part, decompose
from tasks.extensions import approve_extension, ask_extension, refuse_extension
from tasks.models import ExtensionRequest, Task
from tasks.notice_documents import (
    NoticeDocument,
    document_of_extension,
    document_of_notice,
    document_of_urge,
)
from tasks.urging import lift_notice, urge
from tests.county import County, at, share
from tests.tasks.urging_case import make_plan, noticed

HOSTILE = "限期整改。\n\n=1+1 <w:b/>&amp;\x0b\u202e尾"


@pytest.fixture
def town(county: County) -> Task:
    return share(make_plan(county), "甲镇")


def lines(document: NoticeDocument) -> list[str]:
    read = Document(BytesIO(document.content.read()))
    return [paragraph.text for paragraph in read.paragraphs if paragraph.text]


def test_an_urge_is_told_to_the_unit_by_who_urged(county: County, town: Task) -> None:
    made = urge(town.pk, HOSTILE, actor=county.coordinator, at=at(5, 6))
    document = document_of_urge(made)
    assert document.name == "催办单-甲镇.docx"
    assert lines(document) == [
        "催办单",
        "甲镇：",
        "《2026年工作要点》第(一)项任务“清理”由你单位负责，时限为2026年9月30日。现催办如下：",
        "限期整改。",
        "=1+1 <w:b/>&amp;",
        "尾",
        "依法治县办",
        "2026年5月6日",
    ]


def test_a_notice_has_its_number_level_and_day(county: County, town: Task) -> None:
    notice = noticed(county, town, level="red")
    document = document_of_notice(notice)
    assert document.name == "督办单第1号-甲镇.docx"
    assert lines(document) == [
        "第1号",
        "督办单",
        "甲镇：",
        "《2026年工作要点》第(一)项任务“清理”由你单位负责，时限为2026年9月30日。"
        "现予红色督办，要求如下：",
        "限期整改",
        "请于2026年5月15日前（含当日）反馈办理情况。",
        "依法治县办",
        "2026年5月6日",
    ]


def test_a_lifted_notice_says_so(county: County, town: Task) -> None:
    notice = noticed(county, town)
    lifted = lift_notice(notice.pk, "已整改", actor=county.coordinator, at=at(5, 9))
    assert lines(document_of_notice(lifted))[-1] == "附注：本督办单已解除。解除原因：已整改"


@pytest.fixture
def root(county: County) -> Task:
    return share(make_plan(county), "司法局")


def asked(county: County, root: Task) -> ExtensionRequest:
    return ask_extension(
        root.pk,
        new_due_on=dt.date(2026, 10, 31),
        reason="汛期停工。",
        actor=county.officer("司法局"),
        at=at(5, 6),
    )


def test_an_extension_is_granted_on_paper(county: County, root: Task) -> None:
    request = asked(county, root)
    approved = approve_extension(
        request.pk, answer="按月反馈进度。", actor=county.coordinator, at=at(5, 8)
    )
    document = document_of_extension(approved)
    assert document.name == "延期批复-司法局.docx"
    assert lines(document)[2:] == [
        "《2026年工作要点》第(一)项任务“清理”由你单位牵头。"
        "你单位申请将时限由2026年9月30日延至2026年10月31日，理由是：",
        "汛期停工。",
        "经研究，同意延期，时限改为2026年10月31日。",
        "按月反馈进度。",
        "依法治县办",
        "2026年5月8日",
    ]


def test_an_extension_is_refused_on_paper(county: County, root: Task) -> None:
    request = asked(county, root)
    refused = refuse_extension(
        request.pk, answer="如期完成。", actor=county.coordinator, at=at(5, 8)
    )
    assert "经研究，不同意延期，时限仍为2026年9月30日。" in lines(document_of_extension(refused))


def test_there_is_no_answer_before_the_decision(county: County, root: Task) -> None:
    with pytest.raises(Conflict) as caught:
        document_of_extension(asked(county, root))
    assert caught.value.code == "not_decided"


def test_the_town_signs_what_it_says_to_its_village(county: County, town: Task) -> None:
    villages = [Part(county.unit("甲一村"))]
    decompose(town.pk, villages, actor=county.officer("甲镇"), at=at(4, 1))
    village = Task.objects.get(parent=town)
    by_town = urge(village.pk, "请抓紧。", actor=county.officer("甲镇"), at=at(5, 6))
    by_office = urge(village.pk, "请抓紧。", actor=county.coordinator, at=at(5, 6))
    assert lines(document_of_urge(by_town))[-2] == "甲镇"
    assert lines(document_of_urge(by_office))[-2] == "依法治县办"


def test_it_is_signed_for_the_unit_of_that_day(county: County, town: Task) -> None:
    """Who has another post by now spoke for the office then."""
    made = urge(town.pk, "请抓紧。", actor=county.coordinator, at=at(5, 6))
    Membership.objects.filter(user=county.coordinator).update(valid_to=dt.date(2026, 5, 31))
    assert lines(document_of_urge(made))[-2] == Unit.objects.get(name="依法治县办").name
