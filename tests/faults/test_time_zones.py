"""Forty time zones, the 366 days of a leap year and its make-up workdays (FAILURES A11). Pure.

In each zone somebody looks three times a day, and each time the clock jumps back an hour and
forward an hour before it is right again. What was said, and on which local day, is compared with
a list that was made by walking through the days.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

import holidays
import pytest
from django.utils import timezone

from accounts.calendar import WorkCalendar
from tasks.reminders.digest import _at_hour
from tasks.reminders.keys import ReminderKey, ShareFacts, keys_of
from tasks.rules import Rules
from tests.faults.brute_reminders import SPOKEN_OF, everything_said
from tests.faults.chance import chance
from tests.faults.counts import count

fault = pytest.mark.fault(suite="reminders", name="A11 time zones, leap year, make-up workdays")

YEAR = 2024  # the make-up workdays of this leap year are known
#: The odd ones first: offsets of 45 and 30 minutes, summer time of 30 minutes, at midnight,
#: backwards in winter and suspended for Ramadan, both ends of the day, the southern summer.
# fmt: off
ALL_ZONES = (
    "Asia/Kathmandu", "America/Santiago", "Australia/Lord_Howe", "Asia/Shanghai",
    "Africa/Casablanca", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago",
    "Asia/Beirut", "Africa/Cairo", "Asia/Tehran", "Asia/Kabul", "Asia/Kolkata", "Asia/Yangon",
    "Australia/Eucla", "Australia/Adelaide", "Australia/Darwin", "Australia/Sydney",
    "America/St_Johns", "America/New_York", "America/Chicago", "America/Denver",
    "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "America/Caracas",
    "America/Asuncion", "America/Havana", "America/Nuuk", "Atlantic/Azores", "Europe/London",
    "Europe/Dublin", "Europe/Berlin", "Europe/Chisinau", "Asia/Jerusalem", "Asia/Gaza",
    "Asia/Urumqi", "Asia/Almaty", "Pacific/Apia", "UTC",
)
# fmt: on
ZONES = ALL_ZONES[: count(3, 40)]
SHARES = count(2, 5)
SEND_HOURS = (0, 8, 23)

ONE_DAY = dt.timedelta(days=1)
ONE_HOUR = dt.timedelta(hours=1)
A_THIRD_OF_A_DAY = dt.timedelta(hours=8)
A_QUARTER = dt.timedelta(minutes=15)
JUMPS = (dt.timedelta(), -ONE_HOUR, ONE_HOUR)

LocalDate = Callable[[dt.datetime], dt.date]


def special_days(dice: random.Random) -> dict[dt.date, bool]:
    """China's of that year, and some that an office might have entered besides."""
    known = holidays.country_holidays("CN", years=YEAR)
    days = dict.fromkeys(known, False) | dict.fromkeys(known.weekend_workdays, True)
    for _n in range(20):
        day = dt.date(YEAR, 1, 1) + dt.timedelta(days=dice.randrange(366))
        days[day] = day.weekday() >= 5
    return days


def worked_by(special: dict[dt.date, bool]) -> Callable[[dt.date], bool]:
    """The office's table as anybody would read it, without the calendar that is being tested."""
    return lambda day: special[day] if day in special else day.weekday() not in (5, 6)


def some_rules(dice: random.Random) -> Rules:
    graces = sorted(dice.sample(range(1, 30), 3))
    return Rules(
        days_before=tuple(sorted(dice.sample(range(31), 3), reverse=True)),
        report_days_before=dice.randrange(10),
        every=dice.randint(1, 12),
        graces=(0, graces[0], graces[1], graces[2]),
        patience=dice.randrange(6),
        silent=frozenset(dice.sample(sorted(SPOKEN_OF), dice.randrange(2))),
    )


def some_share(number: int, dice: random.Random, zone: ZoneInfo) -> ShareFacts:
    """A share that was issued in the year, with everything that rules look at left to chance."""
    issued = dt.datetime(YEAR, 1, 1, 12, tzinfo=zone) + dt.timedelta(hours=dice.randrange(3000))

    def later() -> dt.date | None:
        at = issued + dt.timedelta(hours=dice.randrange(24, 5000))
        return at.astimezone(zone).date() if dice.random() < 0.6 else None

    unit = dice.randint(1, 3)
    return ShareFacts(
        task_id=number,
        state=dice.choice(["issued", "objected", "acknowledged", "acknowledged", "submitted"]),
        due_on=later(),
        deadline_version=dice.randint(1, 3),
        issued_on=issued.astimezone(zone).date(),
        acknowledgement_days=dice.randrange(6),
        unit_id=unit,
        above_id=dice.randint(1, 3),
        office_id=4,
        decider_id=dice.randint(3, 4),
        report_due_on=later(),
        returned_since=later(),
        inside_since=later(),
        submitted_since=later(),
        extension_since=later(),
        rules=some_rules(dice),
    )


def looks(zone: ZoneInfo) -> Iterator[dt.datetime]:
    """Every eight hours by a clock that never jumps, and twice by one that does."""
    at = dt.datetime(YEAR, 1, 1, tzinfo=zone).astimezone(dt.UTC)
    end = dt.datetime(YEAR + 1, 1, 1, tzinfo=zone).astimezone(dt.UTC)
    while at < end:
        yield from (at + jump for jump in JUMPS)
        at += A_THIRD_OF_A_DAY


def said_by_looking(
    shares: list[ShareFacts], calendar: WorkCalendar, zone: ZoneInfo, local_date: LocalDate
) -> Counter[tuple[dt.date, ReminderKey]]:
    """What each look found to be new, with the local day on which that was."""
    known: set[ReminderKey] = set()
    said: Counter[tuple[dt.date, ReminderKey]] = Counter()
    with timezone.override(zone):
        for at in looks(zone):
            today = local_date(at)
            new = {key for share in shares for key in keys_of(share, calendar, today)} - known
            said.update((at.astimezone(zone).date(), key) for key in new)
            known |= new
    return said


def differences(
    local_date: LocalDate,
    calendar_of: Callable[[dict[dt.date, bool]], WorkCalendar],
    zones: Sequence[str],
) -> tuple[int, int]:
    """Reminders that one list has and the other has not, over the zones; and all those listed."""
    wrong = listed = 0
    for name in zones:
        dice, zone = chance(f"A11 {name}"), ZoneInfo(name)
        special = special_days(dice)
        shares = [some_share(n, dice, zone) for n in range(SHARES)]
        last = max(at.astimezone(zone).date() for at in looks(zone))
        wanted = Counter(
            (key.on, key)
            for share in shares
            for key in everything_said(share, worked_by(special), last)
        )
        said = said_by_looking(shares, calendar_of(special), zone, local_date)
        listed += wanted.total()
        wrong += (wanted - said).total() + (said - wanted).total()
    return wrong, listed


@fault
def test_every_zone_says_what_the_brute_force_list_says(
    record_property: Callable[[str, object], None],
) -> None:
    wrong, listed = differences(timezone.localdate, WorkCalendar, ZONES)
    record_property("time_zones", len(ZONES))
    record_property("reminders_compared", listed)
    record_property("differences", wrong)
    assert wrong == 0


@fault.with_args(control=True)
def test_control_the_date_of_greenwich_is_wrong_elsewhere() -> None:
    wrong, _listed = differences(
        lambda at: at.astimezone(dt.UTC).date(), WorkCalendar, ["America/Santiago"]
    )
    assert wrong > 0


@fault.with_args(control=True)
def test_control_without_the_make_up_workdays_the_days_are_wrong() -> None:
    def only_holidays(special: dict[dt.date, bool]) -> WorkCalendar:
        return WorkCalendar({day: False for day, is_worked in special.items() if not is_worked})

    wrong, _listed = differences(timezone.localdate, only_holidays, ["Asia/Shanghai"])
    assert wrong > 0


def first_quarters(zone: ZoneInfo) -> dict[tuple[dt.date, int], dt.datetime]:
    """For each local day and hour of sending, the first quarter of an hour that is not before.

    A day may end before the hour: in Nuuk clocks go from 23:00 to the next day. Then it is that
    day's first quarter.
    """
    found: dict[tuple[dt.date, int], dt.datetime] = {}
    at = dt.datetime(YEAR, 1, 1, tzinfo=zone).astimezone(dt.UTC)
    while at.astimezone(zone).year == YEAR:
        local = at.astimezone(zone)
        for hour in SEND_HOURS:
            if local.hour >= hour:
                found.setdefault((local.date(), hour), at)
        at += A_QUARTER
    for day, _hour in list(found):
        found.setdefault((day, 23), found.get((day + ONE_DAY, 0), at))
    return found


def wrong_hours(time_of: Callable[[dt.date, int], dt.datetime]) -> int:
    wrong = 0
    for name in ZONES:
        zone = ZoneInfo(name)
        wanted = first_quarters(zone)
        assert len(wanted) == 366 * len(SEND_HOURS)
        with timezone.override(zone):
            # In one zone: Python calls an hour that comes twice unlike every instant elsewhere.
            wrong += sum(
                time_of(day, hour).astimezone(dt.UTC) != at for (day, hour), at in wanted.items()
            )
    return wrong


@fault
def test_the_hour_of_the_mail_comes_once_on_every_day(
    record_property: Callable[[str, object], None],
) -> None:
    """Also where that hour is left out or comes twice, as clocks are put forward and back."""
    wrong = wrong_hours(_at_hour)
    record_property("hours_of_mail_compared", len(ZONES) * 366 * len(SEND_HOURS))
    record_property("wrong_hours_of_mail", wrong)
    assert wrong == 0


@fault.with_args(control=True)
def test_control_a_day_is_not_always_24_hours() -> None:
    def a_day_later(day: dt.date, hour: int) -> dt.datetime:
        first = _at_hour(dt.date(YEAR, 1, 1), hour).astimezone(dt.UTC)
        return first + dt.timedelta(days=(day - dt.date(YEAR, 1, 1)).days)

    assert wrong_hours(a_day_later) > 0
