"""From blocks to a draft, and the questions that it asks."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.utils import translation

from plans.reading.blocks import Block, Line, Row, Table
from plans.reading.draft import ItemDraft, PlanDraft
from plans.reading.grammar import read_blocks


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def read(text: str, *more: Block, year: int | None = None) -> PlanDraft:
    lines: list[Block] = [Line(n, line) for n, line in enumerate(text.split("\n"), 1)]
    return read_blocks([*lines, *more], year=year)


def one(text: str) -> ItemDraft:
    (item,) = read(f"甲县2026年工作要点\n一、重点\n{text}").items
    return item


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("1.甲。6月底前完成。", "No unit is named. Who leads"),
        ("1.甲。（县司法局、县教委共同牵头）", "Several units lead together."),
        ("1.甲。（县司法局、县教委）", "Several units are responsible and none is said to lead."),
        ("1.甲。（责任单位：有关部门）", "“有关部门” does not say which units."),
        ("1.甲。（责任单位：县司法局等）", "The list goes on after “县司法局”"),
        ("1.甲。（责任单位：守法普法协调小组）", "“守法普法协调小组” is not a unit of its own."),
        ("1.甲。（责任单位：县发改委、财政局）", "“财政局” was written out as “县财政局”"),
        ("1.甲。（责任领导：某某；责任单位：县司法局）", "Persons are named"),
        ("1.甲。（县司法局）", "No deadline is printed."),
        ("1.甲。（县司法局，2月30日前）", "There is no such day as “2月30日前”."),
        ("1.甲。（县司法局，11月前）", "“11月前” can be read in more than one way."),
        ("1.甲。（县司法局；时限：印发后10日内）", "“印发后10日内” is counted from an event."),
        ("1.甲。（县司法局；时限：3月、9月底前）", "Several dates are printed (“3月、9月底前”)."),
        ("1.甲，6月底前公布。（县司法局）", "“6月底前” stands in the text."),
        ("1.甲。（县司法局，2027年6月底前）", "“2027年6月底前” is after the year of the plan."),
    ],
)
def test_what_is_asked_about_an_item(text: str, question: str) -> None:
    assert any(asked.startswith(question) for asked in one(text).questions)


def test_what_is_clear_is_not_asked() -> None:
    assert one("1.甲。（牵头单位：县司法局；完成时限：6月底前）").questions == []
    assert one("1.甲。（牵头单位：县司法局；完成时限：全年）").questions == []


def test_a_day_without_a_year_is_asked_for() -> None:
    (item,) = read("1.甲。（县司法局，6月底前）").items
    assert "“6月底前” names no year. Which one?" in item.questions


def test_a_shared_mark_is_asked_about() -> None:
    first, _last = read("一、章\n⑴甲。⑵乙。（县司法局）").items
    assert first.questions[0].startswith(
        "The units are printed behind ⑵; are they meant for ⑴ too?"
    )


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("1.甲。（县司法局）", "No title was found."),
        ("甲县工作要点\n1.甲。（县司法局）", "The date of the document was not found."),
        ("甲县工作要点\n1.甲。（县司法局）", "The year of the plan is not named."),
        ("甲发〔2026〕1号\n甲县工作要点\n1.甲。", "The year was taken from the document's number."),
        ("甲发〔20261号\n甲县工作要点\n1.甲。", "The document's number is printed with a bracket"),
        ("甲县工作要点\n1.甲。6月底前完成。", "No unit is named anywhere."),
        ("甲县工作要点\n1.甲。（县司法局）", "No deadline is printed anywhere."),
        (
            "甲县工作要点\n1.甲。（县司法局、县教委）",
            "The text does not say whether the first unit named",
        ),
        ("甲县工作要点\n（一）总。分：\n1.甲。（县司法局）", "“（一）总”: read as their sub-items"),
        ("甲县工作要点\n一、总则\n1.甲。（县司法局）\n二、保障\n1.乙。", "“二、保障”: passed over"),
    ],
)
def test_what_is_asked_about_a_document(text: str, question: str) -> None:
    assert any(asked.startswith(question) for asked in read(text).questions)


def test_the_rule_of_reporting_in_a_notice_is_asked_about() -> None:
    draft = read(
        "关于印发《甲县2026年工作要点》的通知\n各乡镇：\n各牵头单位每季度末月25日前报送进展。\n"
        "2026年3月2日\n甲县2026年工作要点\n1.甲。（县司法局，全年）"
    )
    assert draft.questions[-1].startswith("The notice says when progress is reported.")


def test_gaps_in_the_numbers_are_asked_about() -> None:
    header = ("序号", "工作任务", "牵头单位")
    table = Table(
        tuple(
            Row(n, row)
            for n, row in enumerate([header, ("71", "甲", "县司法局"), ("76", "乙", "县教委")], 2)
        )
    )
    assert any(q.startswith("The numbers have gaps") for q in read("清单", table).questions)


HEADER = ("序号", "工作任务", "牵头单位", "完成时限")


def table(*rows: tuple[str, ...], first: int = 10) -> Table:
    return Table(tuple(Row(n, row) for n, row in enumerate(rows, first)))


def test_a_table_without_header_goes_on_with_the_one_before() -> None:
    draft = read(
        "甲县2026年任务清单",
        table(("甲县2026年任务清单",) * 4, HEADER, ("1", "甲", "县司法局", "6月")),
        table(("2", "乙", "县教委", "7月"), first=20),
        table(("签字", "盖章"), first=30),
        Table(()),
    )
    assert [(item.number, item.line) for item in draft.items] == [("1", 12), ("2", 20)]


def test_a_table_that_is_none_of_tasks_is_left_out() -> None:
    contacts = table(("单位", "联系人"), ("县司法局", "某某"))
    indicators = table(("序号", "一级指标"), ("1", "甲"))
    draft = read("甲县2026年工作要点\n1.甲。（县司法局）", contacts, indicators)
    assert [item.number for item in draft.items] == ["1."]


def test_tables_of_scores_hold_no_tasks() -> None:
    scores = table(("序号", "考核内容", "分值", "责任单位"), ("1", "甲", "10", "县司法局"))
    draft = read("甲县2026年工作安排", scores)
    assert draft.items == []
    assert draft.questions[0].startswith("This is a table of indicators or scores")


def test_tasks_of_the_text_and_of_its_tables_come_in_printed_order() -> None:
    lines: list[Block] = [Line(1, "甲县2026年工作要点"), Line(2, "1.甲。（县司法局）")]
    between = table(HEADER, ("1", "乙", "县教委", "6月"), first=3)
    draft = read_blocks([*lines, between, Line(9, "2.丙。（县司法局）")])
    assert [item.title for item in draft.items] == ["甲", "乙", "丙"]


def test_a_table_beside_text_without_marks_is_the_plan() -> None:
    draft = read("甲县2026年工作要点\n一、说明\n甲。", table(HEADER, ("1", "乙", "县教委", "6月")))
    assert [item.title for item in draft.items] == ["乙"]


def test_the_first_unit_leads_where_the_document_says_so() -> None:
    draft = read(
        "甲县2026年工作要点\n列第一位的为牵头单位。\n1.甲。（县司法局、县教委）\n"
        "2.乙。（县司法局牵头，县教委负责）\n3.丙。（配合单位：县教委）\n4.丁。"
    )
    roles = [[owner.role for owner in item.owners] for item in draft.items]
    assert roles == [["lead", "responsible"], ["lead", "responsible"], ["supporting"], []]
    assert draft.first_unit_leads is True


def test_a_chapter_alone_lends_its_title_and_year() -> None:
    draft = read("三、2026年法治建设重点任务\n（一）甲。乙。\n（二）丙。丁，6月底前完成。")
    assert (draft.title, draft.year) == ("2026年法治建设重点任务", 2026)
    assert draft.items[1].deadline.due_on == dt.date(2026, 6, 30)
    assert read("三、重点任务\n（一）甲。乙。", year=2025).year == 2025
    assert read("三、\n（一）甲。乙。").title is None
    assert read("一、甲\n1.乙。\n二、丙\n1.丁。").title is None


def test_a_chapter_of_a_later_year_has_its_own() -> None:
    draft = read("甲县2025年工作报告\n一、2025年情况\n二、2026年打算\n（一）甲，6月底前完成。")
    assert draft.year == 2025
    assert draft.items[0].deadline.due_on == dt.date(2026, 6, 30)
    later = read("甲县2026年工作要点\n一、2025年遗留任务\n1.甲。（县司法局，6月底前）")
    assert later.items[0].deadline.due_on == dt.date(2026, 6, 30)
