"""The working day's post to the operator's group: figures only, once, and never silently lost."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.leases import LEASE, MAX_ATTEMPTS, Outcome, mark_sent
from accounts.models import OutgoingMail
from tasks.models import ExtensionRequest, ProgressReport
from tasks.reminders.daily import plan_the_day, send_the_mails
from tasks.reminders.group_post import compose_post, make_group_posts
from tests.group_robot import GroupRobot, running_robot
from tests.reminder_rows import DUE, House, at, make_house
from tests.sending import claim_next, compose_any, send_one

NINE = at(9, 30)


@pytest.fixture
def house(db: None) -> House:
    return make_house()


@pytest.fixture
def robot(settings: Settings) -> Iterator[GroupRobot]:
    with running_robot() as running:
        settings.BASE_URL = "https://luoshi.county.example"
        settings.LUOSHI_ROBOTS = {"wecom": (running.address, "")}
        yield running


def posts() -> list[tuple[str, dt.date, str, int]]:
    rows = OutgoingMail.objects.filter(kind="group_post").order_by("on", "channel")
    return list(rows.values_list("channel", "on", "state", "attempts"))


def late_share(house: House) -> None:
    house.add_share("镇", due_on=dt.date(2026, 9, 28))


def test_the_group_is_told_figures_and_nothing_else(house: House, robot: GroupRobot) -> None:
    late_share(house)
    own = house.add_share("局", title="不得外传", due_on=dt.date(2026, 9, 24))
    house.add_share("局", parent=own, is_own_part=True, due_on=dt.date(2026, 9, 24))
    house.add_share("局", due_on=dt.date(2026, 9, 24), state="suspended")
    house.add_share("镇", due_on=dt.date(2026, 10, 13))  # the fifth working day, after the holidays
    soon = house.add_share("村", due_on=dt.date(2026, 10, 14))
    officer = house.person("村-officer")
    facts = {"task": soon, "author": officer, "submitted_at": NINE, "state": "submitted"}
    ProgressReport.objects.create(percent=Decimal(5), **facts)
    ExtensionRequest.objects.create(
        old_due_on=dt.date(2026, 9, 1), new_due_on=DUE, reason="汛期。", **facts
    )
    plan_the_day(at=NINE)
    send_the_mails(clock=lambda: NINE)
    assert robot.texts() == [
        "落实：截至2026年9月30日\n"
        "逾期：2项（涉及2个单位）\n"
        "5个工作日内到期：1项\n"
        "待审批：2件\n"
        "https://luoshi.county.example/"
    ]
    [(channel, on, state, attempts)] = posts()
    assert (channel, on, state, attempts) == ("wecom", DUE, "sent", 1)
    assert OutgoingMail.objects.get(kind="group_post").channel == "wecom"


def test_one_post_a_day_for_each_robot(house: House, robot: GroupRobot, settings: Settings) -> None:
    settings.LUOSHI_ROBOTS = dict.fromkeys(("wecom", "feishu"), (robot.address, ""))
    late_share(house)
    for hour in (9, 10, 11):
        plan_the_day(at=at(9, 30, hour))
        send_the_mails(clock=lambda hour=hour: at(9, 30, hour))  # type: ignore[misc]
    assert len(robot.posts) == 2
    assert [(c, s) for c, _on, s, _n in posts()] == [("feishu", "sent"), ("wecom", "sent")]


def test_a_quiet_day_says_nothing(house: House, robot: GroupRobot) -> None:
    plan_the_day(at=NINE)
    send_the_mails(clock=lambda: NINE)
    assert robot.posts == []
    assert posts() == [("wecom", DUE, "superseded", 1)]


@pytest.mark.parametrize("moment", [at(9, 30, 7), at(10, 1)], ids=["early", "a holiday"])
def test_no_post_before_the_hour_or_on_a_day_off(
    house: House, robot: GroupRobot, moment: dt.datetime
) -> None:
    late_share(house)
    plan_the_day(at=moment)
    assert posts() == []


def test_without_a_robot_nothing_is_asked(
    house: House, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.LUOSHI_ROBOTS = {}
    with django_assert_num_queries(0):
        make_group_posts(on=DUE, at=NINE)


def test_a_refusal_is_tried_again_and_shown(house: House, robot: GroupRobot) -> None:
    late_share(house)
    robot.answer = {"errcode": 45009, "errmsg": "api freq out of limit"}
    make_group_posts(on=DUE, at=NINE)
    assert send_one(compose_any, at=NINE) is Outcome.POSTPONED
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.last_error) == (
        "waiting",
        "RobotRefused: 45009 api freq out of limit",
    )
    assert mail.next_try_at == at(9, 30, 9, 1)
    robot.answer = {"errcode": 0}
    assert send_one(compose_any, at=at(9, 30, 9, 1)) is Outcome.SENT


def test_tomorrow_s_post_takes_the_place_and_the_attempts(house: House, robot: GroupRobot) -> None:
    late_share(house)
    robot.status = 500
    eve = dt.date(2026, 9, 29)
    make_group_posts(on=eve, at=at(9, 29))
    send_one(compose_any, at=at(9, 29))
    make_group_posts(on=DUE, at=NINE)
    assert posts() == [("wecom", eve, "superseded", 1), ("wecom", DUE, "waiting", 1)]
    OutgoingMail.objects.filter(on=DUE).update(attempts=MAX_ATTEMPTS - 1)
    assert send_one(compose_any, at=NINE) is Outcome.FAILED
    assert posts()[1] == ("wecom", DUE, "failed", MAX_ATTEMPTS)


def test_a_sender_that_dies_after_the_post_makes_one_copy_at_most(
    house: House, robot: GroupRobot
) -> None:
    """The same lease as a mail's: nothing is marked before it is posted."""
    late_share(house)
    make_group_posts(on=DUE, at=NINE)
    dead = claim_next(NINE)
    assert dead is not None
    assert send_one(compose_any, at=NINE) is None
    assert send_one(compose_any, at=NINE + 2 * LEASE) is Outcome.SENT
    mark_sent(dead, at=NINE)
    assert len(robot.posts) == 1
    assert posts() == [("wecom", DUE, "sent", 2)]


def test_a_post_has_no_reader_and_a_mail_has_one(house: House, robot: GroupRobot) -> None:
    make_group_posts(on=DUE, at=NINE)
    mail = OutgoingMail.objects.get()
    assert str(mail) == "企业微信群 2026-09-30"
    for name in ("reader", "reader_id"):
        with pytest.raises(ValueError, match="no one reader"):
            getattr(mail, name)
    assert compose_post(mail, at=NINE) is None
    mail.kind = "digest"
    with pytest.raises(IntegrityError), transaction.atomic():
        mail.save()
