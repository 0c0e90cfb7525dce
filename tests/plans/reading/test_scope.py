"""Documents without tasks, and why."""

import pytest

from plans.reading.blocks import Block, Line, Row, Table
from plans.reading.grammar import read_blocks
from plans.reading.head import read_head
from plans.reading.questions import why_no_tasks
from plans.reading.scope import Reason, is_report, is_scoring, looks_flattened, reason_for_none


def blocks(text: str) -> list[Block]:
    return [Line(n, line) for n, line in enumerate(text.split("\n"), 1)]


def reason(text: str, *, marked: bool = False, attached: bool = False) -> Reason | None:
    return reason_for_none(read_head(blocks(text), None), marked=marked, attached=attached)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("关于印发《甲县工作要点》的通知\n各乡镇：\n一、要求", Reason.COVER),
        ("关于第三季度工作情况的通报\n一、情况", Reason.BULLETIN),
        ("甲县会议纪要\n1.甲", Reason.BULLETIN),
        ("《要点》政策解读\n一、背景", Reason.BULLETIN),
        ("为推进工作，现将有关情况通报如下：\n一、情况", Reason.BULLETIN),
        ("甲县决策程序规定\n第一条 甲", Reason.RULES),
        ("甲县若干措施\n第一条 甲\n第二条 乙\n第三条 丙", Reason.RULES),
        ("甲县法治建设指标体系\n一、甲", Reason.INDICATORS),
        ("甲县考核细则（试行）\n一、甲", Reason.INDICATORS),
        ("甲县工作要点\n一、甲", None),
        ("甲县工作要点\n第一条 甲\n第二条 乙", None),
        ("甲县指标体系任务分解表\n一、甲", None),
    ],
)
def test_why_a_document_holds_no_tasks(text: str, why: Reason | None) -> None:
    assert reason(text) == why


def test_marks_make_a_plan_of_measures_and_notices_but_not_of_bulletins() -> None:
    assert reason("甲县若干规定\n第一条 甲", marked=True) is None
    assert reason("关于印发《甲》的通知\n一、要求", marked=True) is None
    assert reason("关于工作情况的通报\n一、情况", marked=True) is Reason.BULLETIN


def test_a_notice_that_points_to_its_attachments() -> None:
    notice = "关于做好目标任务的通知\n各乡镇：\n一、要求"
    assert reason(notice, attached=True) is Reason.COVER
    assert reason(notice) is None
    assert reason("一、要求", attached=True) is Reason.COVER
    assert reason("甲县工作要点\n一、重点", attached=True) is None


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ("甲县2025年法治政府建设情况报告\n一、情况", True),
        ("甲局2025年工作总结和2026年工作计划\n一、情况", True),
        ("甲局述职报告（2025年）\n一、情况", True),
        ("《政府工作报告》重点任务分解\n一、任务", False),
        ("甲县工作要点\n现将有关情况报告如下：\n一、情况", True),
        ("甲县工作要点\n一、情况\n现将有关情况报告如下：", False),
        ("一、甲", False),
    ],
)
def test_reports(text: str, report: bool) -> None:
    assert is_report(read_head(blocks(text), None)) == report


def test_scores_and_flattened_cells() -> None:
    assert is_scoring(("序号", "考核内容", "分 值"))
    assert not is_scoring(("序号", "工作任务", "责任单位"))
    flat = blocks("序号\n项目\n进度\n1\n甲\n开工\n2\n乙\n完工\n3\n丙\n设计")
    assert looks_flattened(flat)
    assert not looks_flattened(flat[:8])
    assert not looks_flattened([*flat, Table((Row(1, ("甲",)),))])
    assert not looks_flattened(
        blocks("\n".join(["这一行说的话比表格里的一格要长得多，足足有二十四个字以上。"] * 12))
    )


def test_every_reason_has_its_sentence() -> None:
    assert len({why_no_tasks(found) for found in Reason}) == len(Reason)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("甲县2025年工作报告\n一、2025年情况\n（一）甲。", Reason.REPORT),
        (
            "甲县项目情况\n序号\n项目\n进度\n1\n甲\n开工\n2\n乙\n完工\n3\n丙\n设计\n4\n丁\n开工",
            Reason.FLAT_TABLE,
        ),
        ("一句话。", Reason.NOTHING),
    ],
)
def test_the_draft_says_why(text: str, found: Reason) -> None:
    draft = read_blocks(blocks(text))
    assert draft.items == []
    assert draft.questions[0] == why_no_tasks(found)
