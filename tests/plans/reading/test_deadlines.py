"""Words of a deadline: their kind and the last day allowed."""

import pytest

from plans.reading.deadlines import deadline_in_sentence, read_deadline
from plans.reading.draft import NO_DEADLINE


@pytest.mark.parametrize(
    ("text", "kind", "due_on"),
    [
        ("2026年6月底前", "date", "2026-06-30"),
        ("6月30日前完成", "date", "2026-06-30"),
        ("九月底", "date", "2026-09-30"),
        ("年底前", "date", "2026-12-31"),
        ("第三季度", "date", "2026-09-30"),
        ("上半年", "date", "2026-06-30"),
        ("3月至6月", "date", "2026-06-30"),
        ("即日起至2026年12月", "date", "2026-12-31"),
        ("2025年", "date", "2025-12-31"),
        ("“十四五”期间", "date", "2025-12-31"),
        ("全年", "whole_year", "2026-12-31"),
        ("贯穿全年", "whole_year", "2026-12-31"),
        ("1月至12月", "whole_year", "2026-12-31"),
        ("全年，按季度通报", "whole_year", "2026-12-31"),
        ("每季度", "recurring", None),
        ("每月28日前", "recurring", None),
        ("每两个月1次，12月底前完成", "recurring", None),
        ("上半年、下半年各1次", "recurring", None),
        ("半年一次", "recurring", None),
        ("逐月", "recurring", None),
        ("长期坚持", "ongoing", None),
        ("持续推进，按季度通报", "ongoing", None),
        ("常态化", "ongoing", None),
        ("自印发之日起30个工作日内", "relative", None),
        ("三个月内", "relative", None),
        ("6月底前出台，年底前实施", "milestones", "2026-12-31"),
        ("4月、10月", "milestones", "2026-10-31"),
        ("11月前", "ambiguous", None),
        ("春节前", "ambiguous", None),
        ("按上级要求时限", "ambiguous", None),
        ("适时", "ambiguous", None),
        ("2月30日前", "invalid", None),
        ("6月底前初稿，2月30日前定稿", "invalid", None),
    ],
)
def test_printed_as_a_deadline(text: str, kind: str, due_on: str | None) -> None:
    found = read_deadline(text, 2026)
    assert (found.kind, found.due_on and found.due_on.isoformat()) == (kind, due_on)
    assert found.text == text


@pytest.mark.parametrize("text", [None, "", "  ", "/", "-", "——", "无", "暂无。"])
def test_an_empty_cell_is_no_deadline(text: str | None) -> None:
    assert read_deadline(text, 2026) == NO_DEADLINE


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("6月底前", "date"),
        ("全年", "whole_year"),
        ("3月、6月", "milestones"),
        ("明年", "ambiguous"),
    ],
)
def test_without_a_year_there_is_no_day(text: str, kind: str) -> None:
    found = read_deadline(text, None)
    assert (found.kind, found.due_on) == (kind, None)


def test_a_deadline_keeps_its_blanks_inside_but_not_around() -> None:
    assert read_deadline(" 2026 年6月底前 ", None).text == "2026 年6月底前"


@pytest.mark.parametrize(
    ("text", "kind", "due_on", "words"),
    [
        ("编制清单，6月底前公布。", "date", "2026-06-30", "6月底前"),
        ("2026年底前，完成目录。", "date", "2026-12-31", "2026年底前"),
        ("6月完成初稿，9月底前印发。", "milestones", "2026-09-30", "6月完成初稿，9月底前"),
        ("11月前完成。", "ambiguous", None, "11月前"),
        ("2月30日前完成。", "invalid", None, "2月30日前"),
        ("自印发之日起5个工作日内公布。", "relative", None, "自印发之日起5个工作日内公布"),
        ("上半年、下半年各开展1次。", "recurring", None, "上半年、下半年各开展1次"),
        ("落实制度，每季度开展一次检查，强化结果运用。", "recurring", None, "每季度开展一次检查"),
        ("台账按月更新", "recurring", None, "台账按月更新"),
        ("春节前走访。", "ambiguous", None, "春节前走访"),
        ("3月至6月集中整治。", "date", "2026-06-30", "6月"),
    ],
)
def test_said_in_a_sentence(text: str, kind: str, due_on: str | None, words: str) -> None:
    found = deadline_in_sentence(text, 2026)
    assert (found.kind, found.due_on and found.due_on.isoformat()) == (kind, due_on)
    assert found.text is not None
    assert found.text.strip("。") == words


@pytest.mark.parametrize(
    "text",
    [
        "落实《条例》（2021年6月修订）。",
        "贯彻“2025年底前完成”的要求。",
        "截至2026年6月底，完成三项。",
        "按照2025年12月会议部署推进。",
        "编制规划（2021-2025年）。",
        "自2026年3月起实行清单管理。",
        "6月开展活动。",
        "提高认识。",
    ],
)
def test_what_is_no_end_of_anything(text: str) -> None:
    assert deadline_in_sentence(text, 2026) == NO_DEADLINE


def test_a_day_of_a_year_that_is_not_known() -> None:
    found = deadline_in_sentence("6月底前公布。", None)
    assert (found.kind, found.due_on) == ("date", None)
