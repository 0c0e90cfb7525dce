"""The sample year: what a real report tells, rebuilt of key tasks, reports and figures."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from docx import Document

from accounts.directory import add_person
from accounts.models import User
from config.demo.directory import COORDINATORS
from config.demo.loading import loaded_plan
from config.seed_year.loading import ITEMS
from plans.models import Plan
from tasks.indicator_figures import PlanFigures, indicators_of
from tasks.models import Indicator, IndicatorValue, ProgressReport, Task
from tests.page_requests import browser, text_of


def load() -> tuple[str, str]:
    out, errors = StringIO(), StringIO()
    call_command("load_seed_year", stdout=out, stderr=errors)
    return out.getvalue(), errors.getvalue()


@pytest.fixture
def plan(db: None) -> Plan:
    """Loading takes seconds, so that a test looks at much of it."""
    said, _errors = load()
    return Plan.objects.get(pk=int(said))


@pytest.fixture
def coordinator(plan: Plan) -> User:
    return User.objects.get(username=COORDINATORS[0])


def test_the_year_is_rebuilt(plan: Plan, coordinator: User) -> None:
    """The report's part one has 26 items in six sections."""
    assert plan.year == 2020
    assert loaded_plan() is None  # it is not the demo's
    assert [row.title for row in plan.key_tasks.all()] == [item.title for item in ITEMS]
    assert (plan.key_tasks.count(), plan.sections.count()) == (26, 6)
    shares = Task.objects.filter(plan=plan)
    assert set(shares.values_list("state", flat=True)) == {"closed"}
    reports = ProgressReport.objects.filter(task__plan=plan)
    assert set(reports.values_list("state", flat=True)) == {"approved"}
    assert {report.submitted_at.year for report in reports} == {2020}
    found = indicators_of(plan, user=coordinator, on=plan.issued_on.replace(year=2021))
    see_that_percents_are_recomputed(found)
    see_that_figures_are_of_the_units_concerned(found)
    see_that_what_is_odd_is_found_and_nothing_else(found)


def see_that_percents_are_recomputed(found: PlanFigures) -> None:
    told = {row.indicator.name: (row.text, row.parts) for row in found.figures}
    assert told["化解成功率"] == ("99.7%", "4034/4048")
    assert told["行政复议纠错率"] == ("51.28%", "20/39")
    assert told["负责人出庭应诉率"] == ("65%", "39/60")
    for name in ("报备率", "报备及时率", "报备规范率"):
        assert told[name] == ("100%", "4/4")
    computed = Indicator.objects.exclude(numerator=None)
    assert not IndicatorValue.objects.filter(indicator__in=computed).exists()
    definition = Indicator.objects.get(name="行政复议纠错率").definition
    assert "39" in definition
    assert "46" in definition


def see_that_figures_are_of_the_units_concerned(found: PlanFigures) -> None:
    units = {row.indicator.name: [one.unit for one in row.units] for row in found.figures}
    assert units["限制消费"] == ["县法院"]
    assert units["银行信用贷款"] == ["县税务局"]
    assert units["调处的矛盾纠纷"] == ["县委政法委"]
    told = {row.indicator.name: row.text for row in found.figures}
    assert told["接待的法律咨询"] == "21000余人次"
    assert told["协议金额"] == "13676.36万元"
    assert all(row.value is not None for row in found.figures)


def see_that_what_is_odd_is_found_and_nothing_else(found: PlanFigures) -> None:
    named = {row.indicator.pk: row.indicator.name for row in found.figures}
    said = sorted((one.code.value, named.get(one.indicator or 0, "")) for one in found.findings)
    assert said == [
        ("mixed_decimals", ""),
        ("no_denominator", "全程网办事项占比"),
        ("no_denominator", "即办件比例"),
        ("no_denominator", "平均跑动次数"),
        ("no_denominator", "承诺时限平均缩减"),
        ("no_denominator", "网上可办率"),
    ]


def test_the_pages_and_the_document_show_it(plan: Plan, coordinator: User, tmp_path: Path) -> None:
    reader = browser(coordinator)
    page = text_of(reader.get(reverse("indicators", args=[plan.pk])))
    for words in ("99.7%", "4034/4048", "51.28%", "20/39", "65%", "39/60", "2.18亿元"):
        assert words in page
    assert page.count("4/4 ") == 3
    report = text_of(reader.get(reverse("annual-report", args=[plan.pk])))
    out, errors = tmp_path / "report.docx", StringIO()
    call_command("annual_report", str(plan.pk), out=out, stderr=errors)
    document = Document(str(out))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for told in (report, text):
        for words in ("99.7%（4034/4048）", "51.28%（20/39）", "65%（39/60）"):
            assert words in told
        assert told.count("100%（4/4）") == 3
        assert all(item.title in told for item in ITEMS)
    assert "{" not in text
    codes = sorted(line.split(":")[0] for line in errors.getvalue().splitlines())
    assert codes == ["mixed_decimals", *["no_denominator"] * 5, "no_shortcomings"]
    [table] = document.tables
    assert len(table.rows) == 1 + Indicator.objects.filter(plan=plan).count()
    assert table.rows[1].cells[3].text == "县司法局"
    with pytest.raises(CommandError):
        call_command("annual_report", str(plan.pk), out=tmp_path / "nowhere" / "a.docx")


def test_it_says_who_may_log_in_and_a_second_time_is_refused(db: None) -> None:
    said, errors = load()
    assert re.fullmatch(r"\d+\n", said)
    [(name, password)] = re.findall("登录名(.+)，密码(.+)。", errors)
    assert User.objects.get(username=name).check_password(password)
    before = (Task.objects.count(), User.objects.count(), IndicatorValue.objects.count())
    with pytest.raises(CommandError, match=said.strip()):
        load()
    assert (Task.objects.count(), User.objects.count(), IndicatorValue.objects.count()) == before


def test_a_directory_in_use_is_refused(db: None) -> None:
    add_person("somebody", name="某", email="")
    with pytest.raises(CommandError, match="空的系统"):
        load()
    assert not Plan.objects.exists()


def test_a_plan_that_is_not_there_has_no_report(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no plan"):
        call_command("annual_report", "999999", out=tmp_path / "a.docx")
