"""The year's special days: filled where they are known, imported, and never guessed."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.calendar import load_calendar
from accounts.calendar_years import fill_year, import_days
from accounts.errors import Invalid
from accounts.models import CalendarDay, PreliminaryYear

pytestmark = pytest.mark.django_db


def test_a_year_whose_make_up_days_are_known() -> None:
    filled = fill_year(2026)
    assert (filled.complete, filled.added) == (True, CalendarDay.objects.count())
    calendar = load_calendar()
    assert calendar.covers(2026)
    assert not calendar.is_working_day(dt.date(2026, 2, 17))
    assert calendar.is_working_day(dt.date(2026, 2, 14))
    assert fill_year(2026).added == 0


def test_a_year_of_which_only_the_statutory_days_are_known_is_said_to_be_uncertain() -> None:
    assert not fill_year(2027).complete
    calendar = load_calendar()
    assert not calendar.covers(2027)
    assert not calendar.is_working_day(dt.date(2027, 2, 6))
    assert import_days("2027-02-13,班,调休上班\n") == 1
    assert load_calendar().covers(2027)
    assert not PreliminaryYear.objects.exists()


def test_what_the_office_entered_stays() -> None:
    CalendarDay.objects.create(day=dt.date(2026, 2, 17), is_working=True, name="值班")
    fill_year(2026)
    assert CalendarDay.objects.get(day=dt.date(2026, 2, 17)).name == "值班"


def test_an_imported_table_is_taken_whole_or_not_at_all() -> None:
    table = "2026-05-01,休,劳动节\n\n2026-05-09,班\n"
    assert import_days(table) == 2
    assert import_days("2026-05-01,班,加班\n") == 1
    assert CalendarDay.objects.get(day=dt.date(2026, 5, 1)).is_working
    with pytest.raises(Invalid) as refused:
        import_days("2026-06-01,休,儿童节\n2026-02-30,休,\n2026-06-02,也许,\n")
    assert refused.value.details == {"rows": [2, 3]}
    assert not CalendarDay.objects.filter(day=dt.date(2026, 6, 1)).exists()


def test_the_command(tmp_path: Path, capsys: Any) -> None:
    call_command("work_calendar", "fill", "2027")
    said = capsys.readouterr().out
    assert "2027" in said
    assert len(said.splitlines()) == 2
    call_command("work_calendar", "fill", "2026")
    assert len(capsys.readouterr().out.splitlines()) == 1
    table = tmp_path / "days.csv"
    table.write_text("2026-05-09,班,调休\n", encoding="utf-8-sig")
    call_command("work_calendar", "import", str(table))
    assert "1" in capsys.readouterr().out
    table.write_text("tomorrow,班\n", encoding="utf-8")
    with pytest.raises(CommandError, match="wrong_rows"):
        call_command("work_calendar", "import", str(table))
    with pytest.raises(CommandError):
        call_command("work_calendar", "import", str(tmp_path / "none.csv"))
