"""What stands around a document."""

import datetime as dt

import pytest

from plans.reading.blocks import Block, Line, Row, Table
from plans.reading.furniture import (
    box_of,
    day_alone,
    is_furniture,
    points_to_attachment,
    without_furniture,
)
from plans.reading.text import squeezed


def lines(*texts: str) -> list[Block]:
    return [Line(n, text) for n, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    "line",
    [
        "当前位置：首页 > 政务公开",
        "索引号：0001/2026-3",
        "索引号 | 0001 | 发文字号 | 甲发〔2026〕1号",
        "• 发布机构:",
        "来源：县政府网 浏览次数：12",
        "【字体：大 中 小】",
        "[大 中 小]",
        "（此件公开发布）",
        "（联系人：某某）",
        "扫一扫在手机打开当前页",
        "打印本页",
        "返回顶部",
        "- 3 -",
        "第3页 共9页",
        "联系电话：0000",
        "附件1",
        "---|---",
    ],
)
def test_furniture(line: str) -> None:
    assert is_furniture(squeezed(line))
    assert without_furniture(lines(line)) == []


@pytest.mark.parametrize(
    "line", ["一、重点任务", "来源地治理", "3", "联系群众", "（一）甲", "返乡创业"]
)
def test_no_furniture(line: str) -> None:
    assert is_furniture(squeezed(line)) == (line == "3")


def test_a_list_of_attachments_is_dropped_to_its_end() -> None:
    kept = without_furniture(
        lines("甲", "附件：1.任务分解表", "2.联系表", "3、汇总表", "县司法局", "4.乙。丙丁")
    )
    assert [block.text for block in kept if isinstance(block, Line)] == [
        "甲",
        "县司法局",
        "4.乙。丙丁",
    ]


def test_tables_are_kept_and_end_a_list_of_attachments() -> None:
    table = Table((Row(2, ("甲",)),))
    assert without_furniture([Line(1, "附件：1.表"), table, Line(3, "2.清单台账")]) == [
        table,
        Line(3, "2.清单台账"),
    ]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2026年3月2日", dt.date(2026, 3, 2)),
        ("（2026年3月2日）", dt.date(2026, 3, 2)),
        ("2026年3月2日印发", dt.date(2026, 3, 2)),
        ("二〇二六年三月二日", dt.date(2026, 3, 2)),
        ("二○二六年十二月三十一日", dt.date(2026, 12, 31)),
        ("2026-3-2", dt.date(2026, 3, 2)),
        ("2026.03.02", dt.date(2026, 3, 2)),
        ("2026年2月30日", None),
        ("2026年3月2日甲", None),
        ("甲", None),
    ],
)
def test_a_day_that_stands_alone(line: str, day: dt.date | None) -> None:
    assert day_alone(line) == day


def test_the_box_above_a_document_as_lines_or_table() -> None:
    table = Table((Row(2, ("发文字号", "甲发〔2026〕1号")), Row(3, ("甲", "乙"))))
    assert box_of([Line(1, "索引号：1"), table, Line(4, "正文")]) == [
        "索引号：1",
        "发文字号 甲发〔2026〕1号",
    ]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("任务分解（详见附件）。", True),
        ("附件：2026年任务分解表", True),
        ("附件：联系人名单", False),
        ("正文", False),
    ],
)
def test_pointing_to_an_attachment(text: str, points: bool) -> None:
    assert points_to_attachment([*lines(text), Table(())]) == points
