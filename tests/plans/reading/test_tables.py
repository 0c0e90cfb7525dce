"""Tables: headers by their words, rows as tasks."""

import pytest

from plans.reading.blocks import Line, Row, Table
from plans.reading.tables import Column, Layout, column_of, layout_of, lines_and_table, tasks_in

C = Column


def layout(*header: str) -> Layout:
    found = layout_of(Row(1, header))
    assert found is not None
    return found


def rows(*cells: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(Row(n, row) for n, row in enumerate(cells, 1))


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("序号", C.NUMBER),
        ("一级指标", C.SECTION),
        ("工作类别", C.SECTION),
        ("目标任务", C.TASK),
        ("项目名称", C.TASK),
        ("具体措施", C.MEASURE),
        ("工作要求", C.MEASURE),
        ("牵头责任 单位", C.LEAD),
        ("主办单位", C.LEAD),
        ("责任单位", C.RESPONSIBLE),
        ("责任科室", C.RESPONSIBLE),
        ("部门", C.RESPONSIBLE),
        ("配合单位", C.SUPPORTING),
        ("责任领导", C.PERSON),
        ("责任人", C.PERSON),
        ("完成时限", C.DEADLINE),
        ("时间节点", C.DEADLINE),
        ("一季度形象进度", C.PROGRESS),
        ("完成情况", C.PROGRESS),
        ("备注", C.PROGRESS),
        ("分值", C.SCORE),
        ("甲", C.OTHER),
        ("", C.OTHER),
    ],
)
def test_what_a_column_holds(words: str, column: Column) -> None:
    assert column_of(words) == column


@pytest.mark.parametrize(
    ("header", "is_header", "of_tasks"),
    [
        (("序号", "工作任务", "责任单位"), True, True),
        (("工作要求", "完成时限"), True, True),
        (("一级指标", "二级指标", "三级指标"), False, False),
        (("序号", "一级指标"), True, False),
        (("序号", "工作任务"), True, False),
        (("单位", "联系人", "电话"), False, False),
        (("1", "编制清单", "县司法局"), False, False),
        (("序号", "工作任务" * 10, "责任单位"), False, False),
    ],
)
def test_a_header_is_known_by_its_words(
    header: tuple[str, ...], is_header: bool, of_tasks: bool
) -> None:
    found = layout_of(Row(1, header))
    assert (found is not None) == is_header
    assert (found is not None and found.of_tasks) == of_tasks


def test_a_header_over_two_rows() -> None:
    above = layout("序号", "任务", "责任分工", "责任分工")
    below = above.with_second_row(rows(("序号", "", "牵头单位", "配合单位")))
    assert below is not None
    assert below.columns == (C.NUMBER, C.TASK, C.LEAD, C.SUPPORTING)
    assert above.with_second_row(rows(("1", "甲", "县司法局", "县教委"))) is None
    assert above.with_second_row(rows(("序号", "任务", "责任分工", "责任分工"))) is None
    assert above.with_second_row(rows(("", "", "牵头单位及其责任人员名单", ""))) is None
    assert above.with_second_row(()) is None


@pytest.mark.parametrize(
    ("cells", "repeats"),
    [
        (("序号", "工作任务", "责任单位"), True),
        (("序号", "任务", ""), True),
        (("1", "任务", "责任单位"), False),
        (("", "整治市场秩序专项工作", ""), False),
    ],
)
def test_a_header_printed_again(cells: tuple[str, ...], repeats: bool) -> None:
    assert layout("序号", "工作任务", "责任单位").repeats(Row(9, cells)) == repeats


def tasks(header: tuple[str, ...], *cells: tuple[str, ...]) -> list[tuple[str | None, ...]]:
    found = tasks_in(Table(rows(header, *cells)), layout(*header), 1)
    return [
        (
            task.number,
            task.section,
            task.text,
            " ".join(f"{o.role[0].upper()}:{o.name}" for o in task.mark.owners),
            task.mark.deadline,
        )
        for task in found
    ]


HEADER = ("序号", "类别", "工作任务", "牵头单位", "配合单位", "时限", "责任人")


def test_rows_are_tasks_with_their_columns() -> None:
    assert tasks(
        HEADER,
        ("1", "甲类", "编制清单", "县司法局", "各乡镇\n县教委", "6月\n底前", "某某"),
        ("2", "甲类", "", "县司法局", "", "", ""),
        ("3", "", "检查", "县司法局牵头，县教委配合", "/", "", ""),
        ("", "", "", "", "", "", ""),
        HEADER,
    ) == [
        ("1", "甲类", "编制清单", "L:县司法局 S:各乡镇 S:县教委", "6月 底前"),
        ("3", None, "检查", "L:县司法局 S:县教委", None),
    ]


def test_sections_stand_in_rows_of_their_own() -> None:
    header = ("序号", "工作任务", "责任单位", "时限")
    assert tasks(
        header,
        ("一、统筹",) * 4,
        ("1", "甲", "县司法局", ""),
        ("二", "执法", "", ""),
        ("2", "乙", "县司法局", ""),
        ("三、", "普法", "", ""),
        ("3", "丙", "县司法局", ""),
        ("7", "", "", ""),
    ) == [
        ("1", "一、统筹", "甲", "R:县司法局", None),
        ("2", "二、执法", "乙", "R:县司法局", None),
        ("3", "三、普法", "丙", "R:县司法局", None),
    ]


def test_a_task_merged_over_several_measures_is_the_section_of_each() -> None:
    header = ("工作任务", "具体措施", "责任单位")
    assert tasks(
        header,
        ("甲", "1.第一项", "县司法局"),
        ("甲", "2.第二项", "县教委"),
        ("乙", "", "县教委"),
    ) == [
        ("1.", "甲", "第一项", "R:县司法局", None),
        ("2.", "甲", "第二项", "R:县教委", None),
        (None, None, "乙", "R:县教委", None),
    ]


def test_a_task_and_its_measures_of_one_row_are_one_text() -> None:
    header = ("工作任务", "具体措施", "责任单位")
    assert tasks(header, ("甲", "1.一\n2.二", "县司法局"), ("乙", "", "县教委")) == [
        (None, None, "甲\n1.一\n2.二", "R:县司法局", None),
        (None, None, "乙", "R:县教委", None),
    ]
    assert tasks(("具体措施", "责任单位"), ("1.一\n2.二", "县司法局"), ("（3）三", "县教委")) == [
        (None, None, "1.一\n2.二", "R:县司法局", None),
        ("（3）", None, "三", "R:县教委", None),
    ]


def test_a_mark_inside_the_task_counts_where_no_column_names_units() -> None:
    header = ("序号", "工作任务", "完成时限")
    assert tasks(header, ("1", "编制清单（县司法局）", "全年")) == [
        ("1", None, "编制清单", "R:县司法局", "全年")
    ]


def test_a_sheet_has_lines_before_its_header() -> None:
    header = ("序号", "工作任务", "责任单位")
    title, table = lines_and_table(list(rows(("清单", "清单", ""), header, ("1", "甲", "乙"))))
    assert title == Line(1, "清单")
    assert isinstance(table, Table)
    assert len(table.rows) == 2
    assert lines_and_table(list(rows(("甲", "乙")))) == [Line(1, "甲 乙")]
    assert lines_and_table([]) == []
