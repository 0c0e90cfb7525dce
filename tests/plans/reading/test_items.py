"""Which nodes are tasks: decided by where the marks sit."""

import pytest

from plans.reading.blocks import Line
from plans.reading.items import Harvest, harvest, harvest_of_report
from plans.reading.outline import outline


def harvested(text: str) -> Harvest:
    return harvest(outline([Line(n, line) for n, line in enumerate(text.split("\n"), 1)]))


def tasks(text: str) -> list[tuple[str | None, str, str | None, int]]:
    return [(task.number, task.title, task.section, task.line) for task in harvested(text).found]


MARK = "（县司法局）"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            f"一、章\n（一）甲。{MARK}\n（二）乙。{MARK}",
            [("（一）", "甲", "一、章", 2), ("（二）", "乙", "一、章", 3)],
        ),
        (f"一、章\n（一）节\n1.甲。{MARK}", [("1.", "甲", "一、章", 3)]),
        (
            f"（一）节\n1.甲。{MARK}\n2.乙。{MARK}",
            [("1.", "甲", "（一）节", 2), ("2.", "乙", "（一）节", 3)],
        ),
        (
            f"一、章\n（一）甲。细则。\n1.乙；\n2.丙。{MARK}\n（二）丁。{MARK}",
            [("（一）", "甲", "一、章", 2), ("（二）", "丁", "一、章", 5)],
        ),
        (f"一、甲。{MARK}\n二、乙。{MARK}", [("一、", "甲", None, 1), ("二、", "乙", None, 2)]),
        (f"一、甲\n1.乙。\n2.丙。{MARK}", [("1.", "乙", "一、甲", 2), ("2.", "丙", "一、甲", 3)]),
        (
            f"一、甲。{MARK}\n二、乙\n1.丙\n2.丁{MARK}",
            [("一、", "甲", None, 1), ("二、", "乙", None, 2)],
        ),
        (f"（一）总。{MARK}\n1.甲。{MARK}", [("（一）", "总", None, 1), ("1.", "甲", None, 2)]),
        (f"一、章\n甲。{MARK}\n乙。{MARK}", [(None, "甲", "一、章", 2), (None, "乙", "一、章", 3)]),
        (f"一、章\n甲。{MARK}", [(None, "甲", "一、章", 2)]),
        ("一、章\n甲。\n责任单位：县司法局", [("一、", "章", None, 1)]),
        (
            f"一、章\n（一）甲。{MARK}\n（二）乙。\n二、保障\n（一）丙。",
            [("（一）", "甲", "一、章", 2), ("（二）", "乙", "一、章", 3)],
        ),
        (f"⑴甲。⑵乙。{MARK}", [("⑴", "甲", None, 1), ("⑵", "乙", None, 1)]),
        (f"【甲】乙。{MARK}", [(None, "甲", None, 1)]),
        (f"第一条 甲。{MARK}\n第二条 本措施自印发之日起施行。", [("第一条", "甲", None, 1)]),
        (
            "一、章\n（一）甲\n乙。\n（二）丙",
            [("（一）", "甲", "一、章", 2), ("（二）", "丙", "一、章", 4)],
        ),
        ("一、甲。乙。\n二、丙。丁。", [("一、", "甲", None, 1), ("二、", "丙", None, 2)]),
        (
            "一、工作目标\n甲。\n二、任务\n1.乙。\n三、保障措施\n1.丙。",
            [("1.", "乙", "二、任务", 4)],
        ),
        (
            "（一）建立机制：\n1.甲。\n2.乙。",
            [("1.", "甲", "（一）建立机制", 2), ("2.", "乙", "（一）建立机制", 3)],
        ),
        ("一、保障措施\n1.甲。", [("1.", "甲", "一、保障措施", 2)]),
        (f"{MARK}", []),
        ("", []),
    ],
)
def test_the_tasks_of_an_outline(
    text: str, found: list[tuple[str | None, str, str | None, int]]
) -> None:
    assert tasks(text) == found


def test_an_unnumbered_task_before_any_number() -> None:
    assert tasks(f"甲。{MARK}\n1.乙。{MARK}") == [(None, "甲", None, 1), ("1.", "乙", None, 2)]


def test_the_text_of_a_task_holds_what_is_below_it() -> None:
    (task,) = harvested("（一）甲。\n1.乙；\n续。\n2.丙。\n责任单位：县司法局、县教委").found
    assert task.text == "甲。\n1.乙；\n续。\n2.丙。"
    assert [owner.name for owner in task.mark.owners] == ["县司法局", "县教委"]


def test_a_shared_mark_says_behind_which_number_it_was_printed() -> None:
    first, last = harvested(f"1.总：\n⑴甲。⑵乙。{MARK}").found
    assert (first.shared_after, last.shared_after) == ("⑵", None)
    assert [owner.name for owner in first.mark.owners] == ["县司法局"]


def test_what_was_passed_over_is_told() -> None:
    result = harvested(
        f"一、要求\n甲。\n二、任务\n（一）总述。细则：\n1.乙。{MARK}\n2.丙。{MARK}\n三、保障\n1.丁。"
    )
    assert [node.heading for node in result.passed_parents] == ["（一）总述"]
    assert [node.heading for node in result.passed_chapters] == ["一、要求", "三、保障"]


@pytest.mark.parametrize(
    ("heading", "year", "ahead"),
    [
        ("三、下一步工作打算", 2025, True),
        ("三、下步计划", 2025, True),
        ("三、2026年工作", 2025, True),
        ("三、2026年重点工作", 2026, True),
        ("一、2025年工作推进情况", 2025, False),
        ("一、主要工作完成情况", 2025, False),
        ("二、存在的问题", None, False),
        ("四、明年工作安排", None, True),
    ],
)
def test_of_a_report_only_what_is_to_come(heading: str, year: int | None, ahead: bool) -> None:
    root = outline([Line(1, heading), Line(2, "（一）甲。")])
    result = harvest_of_report(root, year)
    assert [task.number for task in result.found] == (["（一）"] if ahead else [])
    assert len(result.passed_chapters) == (0 if ahead else 1)


def test_a_report_with_marks_in_what_is_to_come() -> None:
    lines = [
        "一、2025年情况",
        f"（一）甲。{MARK}",
        "二、2026年打算",
        f"（一）乙。{MARK}",
        "（二）丙。",
    ]
    root = outline([Line(n, line) for n, line in enumerate(lines, 1)])
    assert [task.title for task in harvest_of_report(root, 2025).found] == ["乙", "丙"]
