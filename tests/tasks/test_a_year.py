"""A year of a county: read, issued, broken down to villages, reported, approved, closed.

39 townships and ten key tasks, worded as such plans are worded. Every figure at the end of each
quarter is worked out by hand in the comment beside it; two decimals, half up.
"""

from decimal import Decimal

import pytest

from config.demo import county
from config.demo.directory import make_directory
from plans.copying import copy_plan
from plans.editing import make_plan
from plans.reading import read_text
from tasks.audit import wrong_rollups, wrong_trees
from tasks.extensions import approve_extension, ask_extension
from tasks.figures import Row, plan_completion
from tasks.groupings import By
from tasks.issuing import issue_plan
from tasks.models import Task
from tasks.progress import Said, return_report
from tasks.year_end import carry_over, close_plan, review_ongoing
from tests.county import ISSUED_ON, at
from tests.tasks.year_office import Office

OFFICE, LAW, CABINET = county.ISSUING_OFFICE, "县司法局", "县政府办公室"
HALL, MARKET, FARMING, CITY = "县政务服务办", "县市场监管局", "县农业农村委", "县城市管理局"
FLOWERS, TEMPLE = "花田乡", "庙溪乡"
#: Six villages below the one, five below the other.
OF_FLOWERS, OF_TEMPLE = county.VILLAGES[FLOWERS], county.VILLAGES[TEMPLE]
#: The other 37 of 39.
OTHERS = [name for name in county.ALL_TOWNSHIPS if name not in county.VILLAGES]

REVIEW, DUTY, LESSONS, CLEARING, FILING = "(一)", "(二)", "(三)", "(四)", "(五)"
APPEALS, ONLINE, LENIENCE, LISTS, STANDARDS = "(六)", "(七)", "(八)", "(九)", "(十)"

TEXT = """酉阳依法治县办〔2026〕2号

关于印发《2026年全县法治政府建设工作要点》的通知

各乡镇(街道),县府各部门:
现将《2026年全县法治政府建设工作要点》印发给你们,请结合实际抓好落实。列第一位的单位为牵头单位,其余为责任单位。

2026年3月2日

2026年全县法治政府建设工作要点

一、统筹推进
(一)村规民约审查。逐村审查村规民约。(县司法局牵头,各乡镇(街道)负责;完成时限:2026年11月底前)
(二)压实第一责任人职责。年终述法全覆盖。(牵头单位:县委依法治县办;责任单位:各乡镇(街道);完成时限:长期坚持)
(三)会前学法。县政府常务会议会前集体学法。(责任单位:县政府办公室、县司法局;完成时限:每两个月1次,12月底前完成)
二、依法履职
(四)清理规范性文件。公布继续有效的目录。(责任单位:县司法局、县政府办公室,6月30日前)
(五)规范性文件报备。应备尽备。(责任单位:县司法局;完成时限:全年)
(六)行政复议受理窗口。建成规范化窗口。(县司法局负责,第三季度)
三、优化环境
(七)网上可办。政务服务事项网上可办率达95%以上。(牵头单位:县政务服务办;配合单位:县大数据局;完成时限:年底前)
(八)轻微不罚。公布轻微违法不予处罚清单。(县市场监管局、县农业农村委、县城市管理局,9月底前)
四、强化保障
(九)普法清单。细化年度普法责任清单。(县司法局,4月底前)
(十)完善考核标准。逐年完善考核标准。(县委依法治县办、县委组织部,长期坚持)
"""


@pytest.fixture
def office(db: None) -> Office:
    """The plan as read from its text and issued; 县司法局 acts for the office that it hosts."""
    directory = make_directory({})
    coordinator = directory.coordinator(0)
    plan = make_plan(
        read_text(TEXT),
        issuing_unit=directory.units[OFFICE],
        issued_on=ISSUED_ON,
        actor=coordinator,
        at=at(3, 2, 8),
    )
    issue_plan(plan.pk, actor=coordinator, at=at(3, 2, 9))
    return Office(directory, plan)


def figures(office: Office, by: By, month: int, day: int) -> dict[str, str]:
    rows = rows_of(office, by, month, day)
    return {label: str(row.completion) for label, row in rows.items()}


def rows_of(office: Office, by: By, month: int, day: int) -> dict[str, Row]:
    on = at(month, day).date()
    found = plan_completion(office.plan, user=office.coordinator, on=on, by=by)
    rows = {"plan": found.plan} if by == "section" else {}
    return rows | {row.label: row for row in found.rows}


def of_units(office: Office, month: int, day: int, *units: str) -> dict[str, str]:
    found = figures(office, "unit", month, day)
    return {unit: found[unit] for unit in units}


def first_quarter(office: Office) -> None:
    office.sign_for_all((3, 4))
    office.break_down(REVIEW, FLOWERS, OF_FLOWERS, (3, 10))
    office.break_down(REVIEW, TEMPLE, OF_TEMPLE, (3, 10))
    office.sign_for_all((3, 11))
    office.reach(REVIEW, OTHERS, 20, (3, 23))
    office.reach(REVIEW, OF_FLOWERS[:2], 30, (3, 23))
    office.reach(REVIEW, OF_TEMPLE[:1], 50, (3, 23))
    office.reach(REVIEW, [LAW], 10, (3, 23), own=True)
    # What an ongoing share reports stays out of every figure, and so does a supporting one's.
    office.reach(DUTY, OTHERS[:5], 90, (3, 24))
    office.reach(ONLINE, ["县大数据局"], 80, (3, 24))
    office.reach(ONLINE, [HALL], 50, (3, 24), own=True)
    office.reach(CLEARING, [LAW], 40, (3, 24), own=True)
    office.reach(CLEARING, [CABINET], 20, (3, 24))
    office.reach(FILING, [LAW], 25, (3, 24))
    office.approve(
        office.submit(office.share(APPEALS, LAW), Said(no_change=True), (3, 24)), (3, 24)
    )
    office.reach(LENIENCE, [FARMING], 30, (3, 25))
    office.reach(LISTS, [LAW], 60, (3, 25))


def second_quarter(office: Office) -> None:
    office.take_steps(LESSONS, CABINET, (4, 28))
    office.take_steps(LESSONS, CABINET, (4, 28), own=True)
    office.finish(LISTS, [LAW], (4, 28))
    office.reach(REVIEW, OTHERS, 40, (6, 20))
    office.reach(REVIEW, OF_FLOWERS, 60, (6, 20))
    office.finish(REVIEW, OF_TEMPLE[:2], (6, 20))
    office.reach(REVIEW, OF_TEMPLE[2:], 50, (6, 20))
    office.reach(REVIEW, [LAW], 30, (6, 21), own=True)
    office.take_steps(LESSONS, CABINET, (6, 22))
    office.take_steps(LESSONS, CABINET, (6, 22), own=True)
    office.take_steps(LESSONS, LAW, (6, 22), behind=1)
    office.finish(CLEARING, [CABINET], (6, 25))
    office.finish(CLEARING, [LAW], (6, 25), own=True)
    # Until the lead itself reports it done, and that is approved, it is 99.
    assert office.share(CLEARING, LAW).completion == 99
    office.finish(CLEARING, [LAW], (6, 28))
    office.reach(FILING, [LAW], 50, (6, 24))
    office.reach(APPEALS, [LAW], 30, (6, 24))
    office.reach(ONLINE, [HALL], 75, (6, 24), own=True)
    office.reach(LENIENCE, [MARKET], 60, (6, 25), own=True)
    office.reach(LENIENCE, [FARMING], 45, (6, 25))
    office.reach(LENIENCE, [CITY], 30, (6, 25))


def third_quarter(office: Office) -> None:
    office.take_steps(LESSONS, CABINET, (8, 28))
    office.take_steps(LESSONS, CABINET, (8, 28), own=True)
    office.take_steps(LESSONS, LAW, (8, 28))
    office.reach(REVIEW, OTHERS[:20], 80, (9, 20))
    office.finish(REVIEW, OTHERS[20:], (9, 20))
    office.finish(REVIEW, OF_FLOWERS, (9, 20))
    office.finish(REVIEW, OF_TEMPLE[2:4], (9, 20))
    office.reach(REVIEW, OF_TEMPLE[4:], 75, (9, 20))
    office.reach(REVIEW, [LAW], 60, (9, 21), own=True)
    # One township's report goes back and another's waits: both count for nothing.
    back = office.submit(office.share(REVIEW, OTHERS[0]), Said(percent=Decimal(97)), (9, 22))
    return_report(back.pk, reason="未附审查意见", actor=office.coordinator, at=at(9, 23))
    office.submit(office.share(REVIEW, OTHERS[1]), Said(percent=Decimal(98)), (9, 24))
    office.reach(FILING, [LAW], 75, (9, 24))
    office.reach(APPEALS, [LAW], 60, (9, 20))
    request = ask_extension(
        office.share(APPEALS, LAW).pk,
        new_due_on=at(10, 31).date(),
        reason="窗口改造延后",
        actor=office.directory.officer(LAW),
        at=at(9, 20),
    )
    approve_extension(request.pk, actor=office.coordinator, at=at(9, 22))
    office.reach(ONLINE, [HALL], 90, (9, 24), own=True)
    office.finish(LENIENCE, [MARKET], (9, 25), own=True)
    office.finish(LENIENCE, [FARMING], (9, 25))
    office.reach(LENIENCE, [CITY], 70, (9, 25))


def fourth_quarter(office: Office) -> None:
    office.finish(LENIENCE, [CITY], (10, 12))
    office.finish(LENIENCE, [MARKET], (10, 15))
    office.take_steps(LESSONS, CABINET, (10, 28))
    office.take_steps(LESSONS, CABINET, (10, 28), own=True)
    office.take_steps(LESSONS, LAW, (10, 28))
    office.finish(APPEALS, [LAW], (10, 30))
    waiting = office.share(REVIEW, OTHERS[1]).reports.get(state="submitted")
    office.approve(waiting, (10, 8))
    office.finish(REVIEW, OTHERS[:20], (11, 20))
    office.finish(REVIEW, OF_TEMPLE[4:], (11, 20))
    office.finish(REVIEW, [FLOWERS, TEMPLE], (11, 24))
    office.finish(REVIEW, [LAW], (11, 26), own=True)
    office.finish(REVIEW, [LAW], (11, 29))
    office.finish(ONLINE, [HALL], (12, 20), own=True)
    office.finish(ONLINE, [HALL], (12, 21))
    office.take_steps(LESSONS, LAW, (12, 25))
    office.finish(LESSONS, [CABINET], (12, 25), own=True)
    office.finish(FILING, [LAW], (12, 30))


def test_the_year_quarter_by_quarter(office: Office) -> None:
    first_quarter(office)
    # (一) 10 of the lead's own, 37 × 20, 花田 (2 × 30) / 6 = 10, 庙溪 50 / 5 = 10: 770 / 40 = 19.25
    # (三) 0   (四) (40 + 20) / 2 = 30   (五) 25   (六) 0   (七) 50   (八) (0 + 30 + 0) / 3 = 10
    # (九) 60;  (二) and (十) are ongoing and stay out.
    assert figures(office, "key_task", 3, 31) == {
        "村规民约审查": "19.25",
        "压实第一责任人职责": "None",
        "会前学法": "0.00",
        "清理规范性文件": "30.00",
        "规范性文件报备": "25.00",
        "行政复议受理窗口": "0.00",
        "网上可办": "50.00",
        "轻微不罚": "10.00",
        "普法清单": "60.00",
        "完善考核标准": "None",
    }
    assert figures(office, "section", 3, 31) == {
        # 19.25 + 0 + 30 + 25 + 0 + 50 + 10 + 60 = 194.25; / 8 = 24.28125
        "plan": "24.28",
        # (19.25 + 0) / 2 = 9.625
        "一、统筹推进": "9.63",
        # (30 + 25 + 0) / 3 = 18.333…
        "二、依法履职": "18.33",
        # (七) 50 and (八) 10
        "三、优化环境": "30.00",
        "四、强化保障": "60.00",
    }
    assert of_units(office, 3, 31, LAW, CABINET, HALL, FLOWERS, TEMPLE, *OF_FLOWERS[1:3]) == {
        # 19.25 + 0 + 30 + 25 + 0 + 60 = 134.25; / 6 = 22.375
        LAW: "22.38",
        # (三) 0 and (四) 20
        CABINET: "10.00",
        HALL: "50.00",
        FLOWERS: "10.00",
        TEMPLE: "10.00",
        OF_FLOWERS[1]: "30.00",
        OF_FLOWERS[2]: "0.00",
    }
    plan = rows_of(office, "section", 3, 31)["plan"]
    assert (plan.total, plan.counted, plan.closed, plan.overdue) == (10, 8, 0, 0)
    assert plan.left_out == {"cancelled": 0, "suspended": 0, "supporting": 0, "ongoing": 2}

    second_quarter(office)
    assert figures(office, "section", 6, 30) == {
        # (一) 30 + 37 × 40 + 60 + (2 × 100 + 3 × 50) / 5 = 30 + 1480 + 60 + 70 = 1640; / 40 = 41
        # (三) two of five occurrences 40, one of five 20: 30   (四) closed 100   (五) 50   (六) 30
        # (七) 75   (八) (60 + 45 + 30) / 3 = 45   (九) 100
        # 41 + 30 + 100 + 50 + 30 + 75 + 45 + 100 = 471; / 8 = 58.875
        "plan": "58.88",
        "一、统筹推进": "35.50",
        "二、依法履职": "60.00",
        "三、优化环境": "60.00",
        "四、强化保障": "100.00",
    }
    assert of_units(office, 6, 30, LAW, CABINET, FLOWERS, TEMPLE, FARMING) == {
        # 41 + 20 + 100 + 50 + 30 + 100 = 341; / 6 = 56.833…
        LAW: "56.83",
        # (三) 30 and (四) 100
        CABINET: "65.00",
        FLOWERS: "60.00",
        TEMPLE: "70.00",
        FARMING: "45.00",
    }
    plan = rows_of(office, "section", 6, 30)["plan"]
    assert (plan.closed, plan.overdue) == (2, 0)
    # 县司法局 left one lesson out: late from the first of July.
    assert rows_of(office, "unit", 6, 30)[LAW].overdue == 0
    assert rows_of(office, "unit", 7, 1)[LAW].overdue == 1

    third_quarter(office)
    assert figures(office, "section", 9, 30) == {
        # (一) 60 + 20 × 80 + 17 × 100 + 花田 99 until it is closed itself + 庙溪 475 / 5 = 95
        #     = 60 + 1600 + 1700 + 99 + 95 = 3554; / 40 = 88.85
        # (三) three of five both 60   (四) 100   (五) 75   (六) 60   (七) 90
        # (八) (100 + 100 + 70) / 3 = 90   (九) 100
        # 88.85 + 60 + 100 + 75 + 60 + 90 + 90 + 100 = 663.85; / 8 = 82.98125
        "plan": "82.98",
        # (88.85 + 60) / 2 = 74.425
        "一、统筹推进": "74.43",
        # (100 + 75 + 60) / 3 = 78.333…
        "二、依法履职": "78.33",
        "三、优化环境": "90.00",
        "四、强化保障": "100.00",
    }
    assert of_units(office, 9, 30, LAW, CABINET, FLOWERS, TEMPLE, OTHERS[0], OTHERS[1]) == {
        # 88.85 + 60 + 100 + 75 + 60 + 100 = 483.85; / 6 = 80.641666…
        LAW: "80.64",
        # (三) 60 and (四) 100
        CABINET: "80.00",
        FLOWERS: "99.00",
        TEMPLE: "95.00",
        OTHERS[0]: "80.00",
        OTHERS[1]: "80.00",
    }
    # (六) has until the end of October; (八) is late from the first, at its lead and 县城市管理局.
    assert rows_of(office, "section", 10, 1)["plan"].overdue == 1
    assert rows_of(office, "unit", 10, 1)[CITY].overdue == 1
    assert rows_of(office, "unit", 10, 1)[LAW].overdue == 0

    fourth_quarter(office)
    assert figures(office, "section", 12, 31) == {
        # (三) the lead's own part is closed 100, 县司法局 has five of five and is not closed 99:
        #     99.5, and 99 while it is open. All others are closed.
        # 7 × 100 + 99 = 799; / 8 = 99.875
        "plan": "99.88",
        # (一) 100 and (三) 99
        "一、统筹推进": "99.50",
        "二、依法履职": "100.00",
        "三、优化环境": "100.00",
        "四、强化保障": "100.00",
    }
    assert of_units(office, 12, 31, LAW, CABINET, FLOWERS, TEMPLE, CITY) == {
        # 5 × 100 + 99 = 599; / 6 = 99.8333…
        LAW: "99.83",
        # (三) 99 and (四) 100
        CABINET: "99.50",
        FLOWERS: "100.00",
        TEMPLE: "100.00",
        CITY: "100.00",
    }
    assert rows_of(office, "section", 12, 31)["plan"].closed == 7
    assert [*wrong_rollups(office.plan), *wrong_trees(office.plan)] == []

    end_the_year(office)
    assert figures(office, "section", 12, 31)["plan"] == "100.00"


def end_the_year(office: Office) -> None:
    """The last share is closed; what is ongoing, and who only supported, goes into next year."""
    actor, plan = office.coordinator, office.plan
    office.finish(LESSONS, [LAW], (12, 31))
    office.finish(LESSONS, [CABINET], (12, 31))
    root = office.share(DUTY, OFFICE)
    review_ongoing(root.pk, "述法全覆盖，继续坚持。", actor=actor, at=at(12, 31, 17))
    following = copy_plan(
        plan.pk,
        title="2027年全县法治政府建设工作要点",
        year=2027,
        issued_on=at(12, 31).date(),
        actor=actor,
        at=at(12, 31, 17),
    )
    for number in (DUTY, ONLINE, STANDARDS):
        carry_over(
            plan.key_tasks.get(number=number).pk,
            following.key_tasks.get(number=number),
            reason="结转下年",
            actor=actor,
            at=at(12, 31, 18),
        )
    assert not Task.objects.filter(plan=plan).open().exists()
    assert close_plan(plan.pk, actor=actor, at=at(12, 31, 19)).state == "closed"
