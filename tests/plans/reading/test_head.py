"""The head of a document: title, number, date, year, and where the plan begins."""

import datetime as dt

import pytest

from plans.reading.blocks import Block, Line, Row, Table
from plans.reading.head import Head, read_head, year_of_title

TABLE = Table((Row(90, ("序号", "工作任务")),))


def head_of(*lines: str | Table, year: int | None = None, box: tuple[str, ...] = ()) -> Head:
    blocks: list[Block] = [
        Line(n, line) if isinstance(line, str) else line for n, line in enumerate(lines, 1)
    ]
    return read_head(blocks, year, box)


def body(head: Head) -> list[str]:
    return [block.text if isinstance(block, Line) else "table" for block in head.body]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["甲县2026年工作要点", "一、重点"], "甲县2026年工作要点"),
        (["甲县2026年法治建设", "工作要点", "一、重点"], "甲县2026年法治建设工作要点"),
        (
            ["甲发〔2026〕1号", "甲县行动方案（2026—2028年）", "一、重点"],
            "甲县行动方案（2026—2028年）",
        ),
        (["甲县实施意见（甲政〔2026〕1号）", "一、重点"], "甲县实施意见"),
        (["2026年3月2日", "甲县工作安排", "1.甲"], "甲县工作安排"),
        (["甲县乡村建设大会战", "一、重点"], "甲县乡村建设大会战"),
        (["为推进工作，制定本方案。", "一、重点"], None),
        (["一、重点"], None),
        (["甲发〔2026〕1号", "2026年3月2日", "一、重点"], None),
        (["甲县法治", "2026年3月2日", "一、重点"], None),
        (["法治简报", "第7期", "一、动态"], "法治简报"),
        ([], None),
    ],
)
def test_the_title(lines: list[str], title: str | None) -> None:
    assert head_of(*lines).title == title


@pytest.mark.parametrize(
    ("line", "number", "broken"),
    [
        ("甲政办〔2026〕20号", "甲政办〔2026〕20号", False),
        ("甲政办[2026]20号", "甲政办〔2026〕20号", False),
        ("甲政办（2026）第 20 号", "甲政办〔2026〕20号", False),
        ("发文字号：甲政办〔2026〕05号", "甲政办〔2026〕5号", False),
        ("甲政办〔202620号", "甲政办〔2026〕20号", True),
        ("根据甲政办〔2026〕20号，制定方案", None, False),
        ("《要点》（甲政办〔2026〕20号）", None, False),
        ("无", None, False),
    ],
)
def test_the_document_number(line: str, number: str | None, broken: bool) -> None:
    head = head_of(line, "甲县工作要点", "一、重点")
    assert (head.document_number, head.number_was_broken) == (number, broken)


@pytest.mark.parametrize(
    ("box", "number", "day"),
    [
        (("发文字号 | 甲发〔2026〕1号 | 成文日期 | 2026-03-02",), "甲发〔2026〕1号", "2026-03-02"),
        (("索引号：1", "文号：甲发〔2026〕1号"), "甲发〔2026〕1号", None),
        (("成文日期：2026年3月2日",), None, "2026-03-02"),
        (("发布日期：2026-03-02", "成文日期：不详"), None, None),
    ],
)
def test_what_the_box_says_above(box: tuple[str, ...], number: str | None, day: str | None) -> None:
    head = head_of("甲县工作要点", "一、重点", box=box)
    assert head.document_number == number
    assert head.issued_on == (day and dt.date.fromisoformat(day))


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["甲县要点", "2026年3月2日", "一、重点"], dt.date(2026, 3, 2)),
        (["甲县要点", "一、重点", "二〇二六年三月二日"], dt.date(2026, 3, 2)),
        (["甲县要点", "成文日期：2026年3月2日", "一、重点"], dt.date(2026, 3, 2)),
        (["甲县要点", "一、重点", "2026年3月2日", *"甲乙丙丁戊己庚"], dt.date(2026, 3, 2)),
        (["甲县要点", "一、2026年3月2日前完成"], None),
    ],
)
def test_the_date(lines: list[str], day: dt.date | None) -> None:
    assert head_of(*lines).issued_on == day


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("甲县2026年工作要点", 2026),
        ("甲县行动方案（2026—2028年）", 2026),
        ("甲县二〇二六年工作要点", 2026),
        ("2025年工作总结和2026年工作计划", 2026),
        ("2025年中央一号文件2026年落实要点", 2025),
        ("甲县工作要点", None),
        ("", None),
        (None, None),
    ],
)
def test_the_year_of_a_title(title: str | None, year: int | None) -> None:
    assert year_of_title(title) == year


def test_the_year_comes_from_the_title_the_date_the_caller_or_the_number() -> None:
    assert head_of("甲县2025年要点", "2026年3月2日", year=2030).year == 2025
    assert head_of("甲县工作要点", "2026年3月2日", year=2030).year == 2026
    assert head_of("甲发〔2026〕1号", "甲县工作要点", year=2030).year == 2030
    of_number = head_of("甲发〔2026〕1号", "甲县工作要点")
    assert (of_number.year, of_number.year_from_number) == (2026, True)
    assert head_of("甲县工作要点").year is None


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("列第一位的单位为牵头单位，其余为责任单位。", True),
        ("责任单位中排在首位的为牵头单位。", True),
        ("（第一责任单位为牵头单位，下同）", True),
        ("排名第一的责任单位为主办单位", True),
        ("责任单位排名不分先后。", False),
        ("党政主要负责人是第一责任人，要牵头推进。", None),
        ("各单位分工负责。", None),
    ],
)
def test_whether_the_first_unit_leads(text: str, leads: bool | None) -> None:
    assert head_of("甲县工作要点", text).first_unit_leads is leads
    assert head_of("甲县工作要点", Table((Row(1, ("甲", text)),))).first_unit_leads is leads


NOTICE = ("甲县政府办公室关于印发《甲县2026年工作要点》的通知", "甲发〔2026〕1号", "各乡镇：")
INSIDE = ("现印发给你们。", "一、要求", "2026年3月2日")


def test_a_notice_and_the_plan_that_it_brings() -> None:
    head = head_of(*NOTICE, *INSIDE, "甲县2026年工作要点", "一、重点", "1.甲")
    assert head.title == "甲县2026年工作要点"
    assert body(head) == ["一、重点", "1.甲"]
    assert [line.text for line in head.cover] == [*NOTICE[1:], *INSIDE, head.title]
    assert not head.covers_only


def test_a_title_over_several_lines_and_with_its_place_before_it() -> None:
    head = head_of(
        "甲县政府办公室关于印发",
        "2026年工作要点的通知",
        "各乡镇：",
        "甲县",
        "2026年工作",
        "要点",
        "1.甲",
    )
    assert (head.title, body(head)) == ("2026年工作要点", ["1.甲"])


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ((TABLE,), ["table"]),
        (("2026年3月2日", "一、重点"), ["一、重点"]),
        (("2026年3月2日", TABLE), ["table"]),
        (("2026年3月2日", "甲"), []),
        (("说明。",), []),
        (("说明。", TABLE, "甲县2026年工作要点", "1.甲"), ["table", "甲县2026年工作要点", "1.甲"]),
        (("甲县2026年", TABLE), ["table"]),
        ((), []),
    ],
)
def test_a_plan_without_its_title_again(
    after: tuple[str | Table, ...], expected: list[str]
) -> None:
    head = head_of(*NOTICE, *after)
    assert (body(head), head.covers_only) == (expected, not expected)


def test_a_notice_whose_own_title_was_lost() -> None:
    text = "现将《2026年任务分解表》印发给你们，请落实。"
    head = head_of("各乡镇，县直各单位：", "为推进工作。", text, "一、要求")
    assert (head.title, head.covers_only) == ("2026年任务分解表", True)
    assert head_of("各乡镇：", "为推进工作。").title is None
    assert head_of("甲县工作要点", text).title == "甲县工作要点"


def test_a_long_head_is_not_searched_to_its_end() -> None:
    many = ["甲" * 30] * 50
    assert head_of(*many, "关于印发乙的通知").title != "乙"
    assert head_of("乙" * 90, "丙" * 90, "关于印发乙的通知").title == "乙"
