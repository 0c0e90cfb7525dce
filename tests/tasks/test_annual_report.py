"""年度报告: drafted of what was approved, written by people, released after a review."""

import datetime as dt
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation
from docx import Document

from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from plans.editing import make_plan
from plans.models import Plan
from tasks.acknowledging import acknowledge
from tasks.annual_document import Signature, annual_document
from tasks.annual_draft import Place
from tasks.annual_report import Chapter, ReportToRead, key_of, place_of, report_to_read
from tasks.annual_writing import (
    assign_chapter,
    comment_on_chapter,
    release_report,
    write_chapter,
)
from tasks.defining import Definition, define_indicator
from tasks.extensions import approve_extension, ask_extension
from tasks.models import AnnualReport, ChapterText, Task
from tasks.progress import Said, approve_report, submit_report
from tasks.urging import issue_notice
from tests.county import ISSUED_ON, County, at, draft_of, due, issued_plan, item, owner
from tests.refusals import refused

ON = dt.date(2026, 11, 2)
DUTY, SHORTCOMINGS = Place("duty"), Place("shortcomings")
SECTIONS = ("一、推进依法行政", "（二）化解矛盾")


class Year:
    """A plan of two sections and a key task on the heads' duty."""

    def __init__(self, county: County) -> None:
        self.county = county
        town = [owner("甲镇", "responsible")]
        self.plan = issued_plan(
            county,
            item(
                "1.", "清理文件", [owner("司法局", "responsible")], due("2026-09-30"), SECTIONS[0]
            ),
            item("2.", "落实第一责任人职责", town, due("2026-12-31"), SECTIONS[0]),
            item("3.", "化解纠纷", town, due("2026-12-31"), SECTIONS[1]),
        )
        self.accepted = self.define("受理")
        self.solved = self.define("办结")
        self.define(
            "办结率", measure="%", kind="ratio", numerator=self.solved, denominator=self.accepted
        )
        for task in self.plan.tasks.select_related("unit"):
            acknowledge(task.pk, actor=county.officer(task.unit.name), at=at(3, 3))

    def define(self, name: str, **words: Any) -> int:
        key_task = self.plan.key_tasks.get(number="3.")
        definition = Definition(name, **{"measure": "件", **words})
        return define_indicator(key_task.pk, definition, actor=self.office, at=at(3, 3)).pk

    @property
    def office(self) -> Any:
        return self.county.coordinator

    def share(self, number: str) -> Task:
        return Task.objects.get(plan=self.plan, key_task__number=number)

    def tell(self, number: str, words: str, month: int = 6, **said: Any) -> None:
        task = self.share(number)
        report = submit_report(
            task.pk,
            Said(**{"percent": Decimal(50), "narrative": words, **said}),
            actor=self.county.officer(task.unit.name),
            at=at(month, 10),
        )
        approve_report(report.pk, actor=self.office, at=at(month, 11))

    def count(self, accepted: int, solved: int, month: int = 6) -> None:
        figures = {self.accepted: Decimal(accepted), self.solved: Decimal(solved)}
        self.tell("3.", "排查了纠纷", month, figures=figures)

    def read(self, user: Any = None, then: dt.date | None = None) -> ReportToRead:
        return report_to_read(self.plan, user=user or self.office, on=ON, then=then)

    def chapter(self, place: Place, user: Any = None) -> Chapter:
        found = self.read(user).chapter(key_of(place))
        assert found
        return found

    def section(self, number: int) -> Place:
        return Place("measures", self.plan.sections.get(position=number).pk)

    def write(self, place: Place, text: str, user: Any = None, seen: int | None = None) -> Any:
        if seen is None:
            seen = self.chapter(place).seen
        actor = user or self.office
        return write_chapter(self.plan.pk, place, text, seen=seen, actor=actor, at=at(11, 2))

    def release(self, user: Any = None) -> AnnualReport:
        return release_report(
            self.plan.pk,
            reviewed_as="保密审查责任人",
            reviewed_on=dt.date(2026, 11, 1),
            actor=user or self.office,
            at=at(11, 2),
        )


@pytest.fixture
def year(county: County) -> Year:
    return Year(county)


def test_what_was_said_on_the_way_stays_with_the_writers(year: Year) -> None:
    town = year.county.officer("甲镇")
    assign_chapter(year.plan.pk, DUTY, year.county.unit("甲镇"), actor=year.office, at=at(11, 2))
    for place in (DUTY, SHORTCOMINGS):
        year.write(place, "不宜公开的内容。")
        comment_on_chapter(year.plan.pk, place, "请删去。", actor=year.office, at=at(11, 2))
        year.write(place, "可以公开的内容。")
    year.release()
    for reader, written in ((year.office, 3), (town, 0), (year.county.officer("乙乡"), 0)):
        chapter = year.chapter(SHORTCOMINGS, reader)
        assert chapter.shown == "可以公开的内容。"
        assert (len(chapter.texts), len(chapter.comments)) == (written, min(written, 1))
    chapter = year.chapter(DUTY, town)
    assert (len(chapter.texts), len(chapter.comments)) == (3, 1)


def texts(found: ReportToRead) -> list[str]:
    with translation.override("zh-hans"):
        content = annual_document(found, Signature("县人民政府", dt.date(2027, 3, 1)))
    return [row.text for row in Document(BytesIO(content.getvalue())).paragraphs if row.text]


def test_chapters_are_the_sections_and_four_more(year: Year) -> None:
    assert [chapter.title for chapter in year.read().chapters][:2] == list(SECTIONS)
    assert [chapter.place.kind for chapter in year.read().chapters] == [
        "measures",
        "measures",
        "shortcomings",
        "duty",
        "next_year",
        "other",
    ]
    for chapter in year.read().chapters:
        assert place_of(chapter.key) == chapter.place


def test_the_draft_follows_what_was_approved(year: Year) -> None:
    year.tell("1.", "清理了文件", month=5)
    year.tell("1.", "文件清理完毕。", month=6)
    year.tell("2.", "听取汇报3次")
    year.count(40, 30)
    assert year.chapter(year.section(1)).draft == "1. 清理文件。文件清理完毕。"
    assert year.chapter(DUTY).draft == "1. 落实第一责任人职责。听取汇报3次。"
    society = year.chapter(year.section(2))
    assert society.draft == (
        "1. 化解纠纷。排查了纠纷。受理{3.受理}、办结{3.办结}、办结率{3.办结率}。"
    )
    assert society.shown == ("1. 化解纠纷。排查了纠纷。受理40件、办结30件、办结率75%（30/40）。")
    before = year.read(then=dt.date(2026, 5, 20)).chapter(key_of(year.section(1)))
    assert before
    assert before.draft == "1. 清理文件。清理了文件。"


def test_what_units_told_alike_stands_there_once(county: County) -> None:
    told = {"司法局": "已印发。", "财政局": "已拨款。", "甲镇": "已完成。", "乙乡": "已完成。"}
    told |= {"甲一村": "已完成", "甲二村": "已完成。"}
    owners = [owner(unit, "responsible") for unit in told]
    plan = issued_plan(county, item("1.", "清理文件", owners, due("2026-09-30"), SECTIONS[0]))
    for unit, words in told.items():
        task = plan.tasks.filter(unit__name=unit).latest("depth")
        acknowledge(task.pk, actor=county.officer(unit), at=at(3, 3))
        said = Said(percent=Decimal(50), narrative=words)
        report = submit_report(task.pk, said, actor=county.officer(unit), at=at(6, 10))
        approve_report(report.pk, actor=county.coordinator, at=at(6, 11))
    draft = report_to_read(plan, user=county.coordinator, on=ON).draft
    [line] = draft.lines[Place("measures", plan.sections.get().pk)]
    assert line == (
        "1. 清理文件。司法局：已印发。甲一村、甲二村、甲镇等4个单位：已完成。财政局：已拨款。"
    )


def test_nothing_is_drafted_of_nothing(year: Year) -> None:
    assert {chapter.draft for chapter in year.read().chapters[:2]} == {""}
    codes = [finding.code for finding in report_to_read(year.plan, user=year.office,
             on=dt.date(2026, 4, 1)).findings]  # fmt: skip
    assert codes == ["no_shortcomings"]


def test_shortcomings_are_what_the_year_wrote_down(year: Year) -> None:
    town, office = year.share("3."), year.office
    request = ask_extension(
        town.pk,
        new_due_on=dt.date(2027, 1, 31),
        reason="汛期影响",
        actor=year.county.officer("甲镇"),
        at=at(10, 1),
    )
    approve_extension(request.pk, answer="", actor=office, at=at(10, 2))
    issue_notice(
        town.pk, text="请抓紧办理", answer_by=dt.date(2026, 10, 30), actor=office, at=at(10, 9)
    )
    assert year.chapter(SHORTCOMINGS).draft.splitlines() == [
        "“清理文件”（司法局）时限为2026年9月30日，尚未办结。",
        "“化解纠纷”（甲镇）延期至2027年1月31日，原因是：汛期影响。",
        "“化解纠纷”（甲镇）受到督办（第1号）：请抓紧办理。",
    ]
    assert year.read().findings == []
    year.tell("1.", "", month=10, completes=True)
    assert year.chapter(SHORTCOMINGS).draft.splitlines()[0] == (
        "“清理文件”（司法局）办结晚于时限11天。"
    )


def test_next_year_is_what_is_planned_and_what_goes_on(year: Year) -> None:
    draft = draft_of(item("1.", "复议规范化", [owner("司法局", "lead")], due("2027-09-30")))
    make_plan(
        dt_replaced(draft),
        issuing_unit=year.county.unit("依法治县办"),
        issued_on=ISSUED_ON,
        actor=year.office,
        at=at(11, 1),
    )
    year.tell("1.", "", month=9, completes=True)
    assert year.chapter(Place("next_year")).draft.splitlines() == [
        "复议规范化。",
        "继续推进“落实第一责任人职责”。",
        "继续推进“化解纠纷”。",
    ]


def dt_replaced(draft: Any) -> Any:
    """The same of the next year."""
    return type(draft)(**{**vars(draft), "year": 2027})


def test_what_somebody_wrote_stays_when_the_draft_changes(year: Year) -> None:
    place = year.section(2)
    year.count(40, 30)
    year.write(place, "全年办结{3.办结}，办结率{3.办结率}。")
    assert year.chapter(place).shown == "全年办结30件，办结率75%（30/40）。"
    year.count(50, 50, month=7)
    found = year.chapter(place)
    assert found.shown == "全年办结50件，办结率100%（50/50）。"
    assert found.is_written
    assert found.draft.startswith("1. 化解纠纷")
    year.write(place, "")
    found = year.chapter(place)
    assert (found.is_written, found.text) == (False, found.draft)
    assert [row.text for row in found.texts] == ["全年办结{3.办结}，办结率{3.办结率}。", ""]
    assert found.texts[0].author == year.office


def test_two_writers_do_not_overwrite_each_other(year: Year) -> None:
    year.write(DUTY, "一")
    assert refused(Stale, year.write, DUTY, "二", seen=0).code == "stale"
    assert year.chapter(DUTY).text == "一"


def test_a_mark_of_no_figure_is_noticed(year: Year) -> None:
    year.write(SHORTCOMINGS, "不足{3.受理}项，{9.没有}项。")
    found = year.read()
    assert [(row.code, "9.没有" in row.text) for row in found.findings] == [
        ("no_such_figure", True)
    ]
    chapter = found.chapter("shortcomings")
    assert chapter
    assert "{9.没有}" in chapter.shown


def test_the_unit_that_it_is_assigned_to_writes_it_and_sees_no_more(year: Year) -> None:
    officer, viewer = year.county.officer("财政局"), year.county.people["县-viewer"]
    assert year.read(officer).chapters == []
    assert refused(NotAllowed, year.write, DUTY, "一", officer).code == "not_your_chapter"
    assign: dict[str, Any] = {"at": at(11, 2)}
    unit = year.county.unit("财政局")
    assert refused(NotAllowed, assign_chapter, year.plan.pk, DUTY, unit, actor=officer, **assign)
    assign_chapter(year.plan.pk, DUTY, unit, actor=year.office, **assign)
    [chapter] = year.read(officer).chapters
    assert (chapter.place, chapter.unit, chapter.may_write) == (DUTY, unit, True)
    year.write(DUTY, "听取汇报。", officer)
    comment_on_chapter(year.plan.pk, DUTY, "请补充。", actor=officer, **assign)
    assert [row.text for row in year.chapter(DUTY).comments] == ["请补充。"]
    assert year.read(officer).findings == []
    assert refused(NotAllowed, comment_on_chapter, year.plan.pk, DUTY, "一", actor=viewer, **assign)
    assign_chapter(year.plan.pk, DUTY, None, actor=year.office, **assign)
    assert year.read(officer).chapters == []


def test_what_is_no_chapter_or_says_nothing_is_refused(year: Year) -> None:
    other = issued_plan(
        year.county, item("1.", "别的", [owner("甲镇", "lead")], due("2026-12-31"), "一、别的")
    )
    for place in (Place("else"), Place("duty", year.section(1).section),
                  Place("measures", other.sections.get().pk)):  # fmt: skip
        assert refused(Invalid, year.write, place, "一", seen=0).code == "no_such_chapter"
    call: dict[str, Any] = {"actor": year.office, "at": at(11, 2)}
    assert refused(Invalid, comment_on_chapter, year.plan.pk, DUTY, " ", **call)
    assert refused(Invalid, year.write, DUTY, "一" * 100_001).code == "too_long"


def test_released_it_stays_as_it_read(year: Year) -> None:
    place = year.section(2)
    year.count(40, 30)
    year.write(place, "办结{3.办结}。")
    assert refused(NotAllowed, year.release, year.county.head("司法局")).code == "not_coordinator"
    early: dict[str, Any] = {"actor": year.office, "at": at(11, 2)}
    for role, day in ((" ", 1), ("审查人", 3)):
        words = {"reviewed_as": role, "reviewed_on": dt.date(2026, 11, day), **early}
        assert refused(Invalid, release_report, year.plan.pk, **words).code == "review_incomplete"
    report = year.release()
    assert (report.reviewed_by, report.reviewed_on) == (year.office, dt.date(2026, 11, 1))
    assert year.release().released_at == report.released_at
    year.count(50, 50, month=7)
    assert year.chapter(place).shown == "办结30件。"
    assert refused(Conflict, year.write, place, "一").code == "report_released"
    officer = year.county.officer("财政局")
    assert [row.shown for row in year.read(officer).chapters][1] == "办结30件。"
    assert not any(row.may_write for row in year.read().chapters)


def test_what_was_written_stays_in_the_database_too(year: Year) -> None:
    year.write(DUTY, "一")
    year.release()
    for change in (
        lambda: ChapterText.objects.update(text="二"),
        lambda: ChapterText.objects.all().delete(),
        lambda: AnnualReport.objects.update(reviewed_as="别人"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_review_is_recorded_whole_or_not_at_all(year: Year) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        AnnualReport.objects.create(plan=year.plan, released_at=at(11, 2))


def test_the_document_has_the_five_contents_and_every_source(year: Year) -> None:
    year.tell("1.", "文件清理完毕。")
    year.tell("2.", "听取汇报3次。")
    year.count(40, 30)
    year.write(Place("other"), "无其他情况。")
    document = texts(year.read())
    assert "（送审稿，未经保密审查）" in document
    headings = [
        "一、主要举措和成效",
        "（一）推进依法行政",
        "（二）化解矛盾",
        "二、存在的不足和原因",
        "三、党政主要负责人履行推进法治建设第一责任人职责情况",
        "四、下一年度工作安排",
        "五、其他需要报告的情况",
    ]
    assert [text for text in document if text in headings] == headings
    assert "1. 化解纠纷。排查了纠纷。受理40件、办结30件、办结率75%（30/40）。" in document
    with translation.override("zh-hans"):
        content = annual_document(year.read(), Signature("县人民政府", dt.date(2027, 3, 1)))
    [table] = Document(BytesIO(content.getvalue())).tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[3] == ["办结率", "75%", "30/40", "甲镇", "无异常"]
    year.release()
    assert "（送审稿，未经保密审查）" not in texts(year.read())


def test_what_is_odd_stands_in_the_table(year: Year) -> None:
    year.count(30, 40)
    with translation.override("zh-hans"):
        content = annual_document(year.read(), Signature("县人民政府", dt.date(2027, 3, 1)))
    [table] = Document(BytesIO(content.getvalue())).tables
    assert "大于" in table.rows[2].cells[4].text


def test_others_get_no_table_of_a_part(year: Year) -> None:
    year.count(40, 30)
    year.release()
    found = year.read(year.county.officer("甲镇"))
    with translation.override("zh-hans"):
        content = annual_document(found, Signature("县人民政府", dt.date(2027, 3, 1)))
    assert Document(BytesIO(content.getvalue())).tables == []


def test_a_plan_without_sections_has_one_chapter_of_measures(county: County) -> None:
    plan: Plan = issued_plan(
        county, item("1.", "清理", [owner("甲镇", "lead")], due("2026-12-31"), section="")
    )
    found = report_to_read(plan, user=county.coordinator, on=ON)
    assert found.chapters[0].key == "measures-0"
    assert place_of("measures-0") == Place("measures")
    assert place_of("measures-x") == Place("measures", -1)
