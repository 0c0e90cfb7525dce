"""Tables that were flattened into text."""

import pytest

from plans.reading.blocks import Block, Line, Table
from plans.reading.recovery import recovered


def read(text: str) -> list[Block]:
    return recovered([Line(n, line) for n, line in enumerate(text.split("\n"), 1)])


def cells(text: str) -> list[tuple[str, ...]]:
    (table,) = [block for block in read(text) if isinstance(block, Table)]
    return [row.cells for row in table.rows]


def is_text(text: str) -> bool:
    return not any(isinstance(block, Table) for block in read(text))


HEADER = "序号 | 类别 | 工作任务 | 责任单位 | 时限"
FIRST = "1 | 甲类 | 甲 | 县司法局 | 全年"
ONE = ("1", "甲类", "甲", "县司法局", "全年")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (FIRST, [ONE]),
        (f"---|---|---|---|---\n\n| {FIRST} |", [ONE]),
        (f"{FIRST}\n2 | | 乙 | 县教委 |", [ONE, ("2", "甲类", "乙", "县教委", "")]),
        (f"一、统筹\n{FIRST}", [("一、统筹", "", "", "", ""), ONE]),
        (f"{FIRST}\n2 | 乙 | 县教委 | 全年 |", [ONE, ("2", "甲类", "乙", "县教委", "全年")]),
        (f"{FIRST}\n2 | 乙类 | 乙 | | ", [ONE, ("2", "乙类", "乙", "", "")]),
        (f"{FIRST} | 多\n2 | | | |", [ONE, ("2", "", "", "", "")]),
        (
            f"{FIRST}\n2 | | 乙 | 县教委\n3 | | 丙 | 县教委",
            [ONE, ("2", "甲类", "乙", "县教委", ""), ("3", "甲类", "丙", "县教委", "")],
        ),
    ],
)
def test_rows_with_a_sign_between_the_cells(text: str, rows: list[tuple[str, ...]]) -> None:
    assert cells(f"{HEADER}\n{text}")[1:] == rows


def test_lines_before_and_after_a_table_stay_lines() -> None:
    title, table, note = read(f"| 清单 |\n{HEADER}\n1 | 类 | 甲 | 乙局 | 全年\n注：列第一位的牵头")
    assert isinstance(table, Table)
    assert (title, note) == (Line(1, "清单"), Line(4, "注：列第一位的牵头"))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("甲\t县司法局\t全年", [("甲", "县司法局", "全年")]),
        ('甲\t"县司法局\n县教委"\t全年', [("甲", "县司法局\n县教委", "全年")]),
        (
            "甲\t乙局\n一、章\n乙\t丙局\t",
            [("甲", "乙局", ""), ("一、章", "", ""), ("乙", "丙局", "")],
        ),
        ("\t县司法局\t全年", [("", "县司法局", "全年")]),
    ],
)
def test_rows_with_tabs(text: str, rows: list[tuple[str, ...]]) -> None:
    assert cells(f"任务\t责任单位\t时限\n{text}")[1:] == rows


TWO = [("1", "甲", "县司法局"), ("2", "乙", "县教委")]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("序号| 工作 任务| 责任单位| 1| 甲| 县司法局| 2| 乙| 县教委| 尾", TWO),
        (
            "工作任务 | 内容 | 责任科室 | 统筹 | 1 | 甲 | 办公室 | 2 | 乙 | 执法科 |",
            [("统筹", "1", "甲", "办公室"), ("统筹", "2", "乙", "执法科")],
        ),
        ("序号 任务 单位 1 甲 县司法局 2 乙 县教委", TWO),
        (
            "标题 序号 类别 任务 单位 1 统筹 甲 县司法局 2 乙 县教委",
            [("1", "统筹", "甲", "县司法局"), ("2", "统筹", "乙", "县教委")],
        ),
        (
            "类别 任务 单位 统筹 甲 县司法局 执法 乙 县教委",
            [("统筹", "甲", "县司法局"), ("执法", "乙", "县教委")],
        ),
    ],
)
def test_cells_one_under_the_other(text: str, rows: list[tuple[str, ...]]) -> None:
    assert cells("\n".join(text.split()))[1:] == rows


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一、甲\n二、乙",
        "甲 | 乙 | 丙\n丁 | 戊 | 己",
        "序号 | 单位 | 电话\n1 | 县司法局 | 0000",
        f"{HEADER}",
        "甲|\n乙|\n丙|\n丁|",
        "任务|\n责任单位|\n甲|\n乙|",
        "序号\n任务\n单位\n甲\n1\n乙\n县司法局",
        "序号\n任务\n单位\n1\n甲\n县司法局\n多\n2\n乙\n县教委",
        "序号\n类别\n任务\n单位\n1\n甲",
        "任务\n措施\n单位\n甲\n乙\n县司法局\n丙",
        "序号\n项目\n进度\n1\n甲\n开工",
        "任务\n内容\n单位\n甲\n1\n乙",
    ],
)
def test_what_cannot_be_told_apart_stays_text(text: str) -> None:
    assert is_text(text)
