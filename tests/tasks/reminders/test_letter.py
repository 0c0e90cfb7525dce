"""What the mail says when it is sent: true that minute, in the reader's language."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.leases import Outcome, mark_sent
from accounts.models import Membership, User
from accounts.outbox import send_due
from tasks.models import Reminder, Task
from tasks.reminders.daily import plan_the_day
from tasks.reminders.digest import compose
from tests.mail_relay import MailRelay
from tests.reminder_rows import House, at, ends, make_house
from tests.sending import claim_next, send_one


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def send_all(now: dt.datetime) -> int:
    return send_due(compose, clock=lambda: now)


def test_what_became_untrue_leaves_the_mail(house: House, relay: MailRelay) -> None:
    closed, moved, kept = (house.add_share("镇") for _ in range(3))
    plan_the_day(at=at(9, 30))
    Task.objects.filter(pk=closed.pk).update(
        state="closed", closed_on=dt.date(2026, 9, 30), completion=100
    )
    Task.objects.filter(pk=moved.pk).update(next_due_on=dt.date(2026, 12, 31), deadline_version=2)
    assert send_one(compose, at=at(9, 30)) is Outcome.SENT
    reasons = dict(Reminder.objects.values_list("task_id", "superseded_because"))
    assert reasons == {closed.pk: "closed", moved.pk: "deadline_moved", kept.pk: ""}
    [(_addresses, message)] = relay.accepted
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert [t.title in text for t in (closed, moved, kept)] == [False, False, True]
    assert [end for *_r, end in ends()] == ["superseded", "superseded", "sent"]


def test_a_recipient_who_left_is_not_written_to_and_the_next_one_is(
    house: House, relay: MailRelay
) -> None:
    house.add_share("镇")
    plan_the_day(at=at(9, 30))
    Membership.objects.filter(user=house.person("镇-officer")).delete()
    assert send_one(compose, at=at(9, 30)) is Outcome.SUPERSEDED
    plan_the_day(at=at(9, 30, 10))
    send_all(at(9, 30, 10))
    assert relay.addresses() == [house.person("镇-head").email]


def test_a_mail_in_english_word_for_word(house: House, settings: Settings) -> None:
    settings.BASE_URL = "https://luoshi.county.example"
    User.objects.update(language="en")
    overdue = house.add_share("镇", title="清理<文件>", due_on=dt.date(2026, 9, 28))
    # Of a share with steps the date of the first open one, which the days are counted to.
    today = house.add_share(
        "镇", title="编制预算", due_on=dt.date(2026, 12, 31), next_due_on=dt.date(2026, 9, 30)
    )
    soon = house.add_share("镇", title="法治宣传", due_on=dt.date(2026, 10, 8))
    fresh = house.add_share(
        "镇",
        title="领导学法",
        state="issued",
        due_on=None,
        deadline_kind="ongoing",
        issued_at=at(9, 29),
    )
    dated = house.add_share(
        "镇", title="队伍建设", state="issued", due_on=dt.date(2027, 6, 30), issued_at=at(9, 29)
    )
    plan_the_day(at=at(9, 30))
    mail = claim_next(at(9, 30))
    assert mail is not None
    letter = compose(mail, at=at(9, 30))
    assert letter is not None
    assert letter.subject == "Luoshi: Overdue 1 · Due soon 2 · To sign for 2"
    assert (
        letter.text
        == f"""镇-officer:

Overdue (1)

- 清理<文件>
  镇 · due on 28 Sep 2026 · 2 working days overdue
  https://luoshi.county.example/tasks/{overdue.pk}/

Due soon (2)

- 编制预算
  镇 · due on 30 Sep 2026 · due today
  https://luoshi.county.example/tasks/{today.pk}/

- 法治宣传
  镇 · due on 8 Oct 2026 · 1 working day left
  https://luoshi.county.example/tasks/{soon.pk}/

To sign for (2)

- 队伍建设
  镇 · due on 30 Jun 2027 · 191 working days left
  https://luoshi.county.example/tasks/{dated.pk}/

- 领导学法
  镇 · no date
  https://luoshi.county.example/tasks/{fresh.pk}/

The holidays of 2027 are not in the calendar yet; only weekends were left out of the count.
As of 30 Sep 2026. https://luoshi.county.example/
"""
    )
    assert "清理&lt;文件&gt;" in letter.html
    assert f'href="https://luoshi.county.example/tasks/{soon.pk}/"' in letter.html
    assert '<html lang="en">' in letter.html


def test_a_mail_in_chinese_word_for_word(house: House, settings: Settings) -> None:
    overdue = house.add_share("镇", due_on=dt.date(2026, 9, 28))
    soon = house.add_share("镇", due_on=dt.date(2026, 10, 8))
    unsigned = house.add_share(
        "镇", state="issued", due_on=dt.date(2027, 6, 30), issued_at=at(9, 29)
    )
    plan_the_day(at=at(9, 30))
    mail = claim_next(at(9, 30))
    assert mail is not None
    letter = compose(mail, at=at(9, 30))
    assert letter is not None
    assert letter.subject == "【落实】已超期 1 · 即将到期 1 · 待签收 1"
    lines = [line.strip() for line in letter.text.splitlines() if line.strip()]
    base = settings.BASE_URL
    assert lines == [
        "镇-officer：",
        "已超期（1）",
        f"- {overdue.title}",
        "镇 · 时限：2026年9月28日 · 已超期2个工作日",
        f"{base}/tasks/{overdue.pk}/",
        "即将到期（1）",
        f"- {soon.title}",
        "镇 · 时限：2026年10月8日 · 还剩1个工作日",
        f"{base}/tasks/{soon.pk}/",
        "待签收（1）",
        f"- {unsigned.title}",
        "镇 · 时限：2027年6月30日 · 还剩191个工作日",
        f"{base}/tasks/{unsigned.pk}/",
        "日历中尚无2027年节假日安排，工作日仅按周末推算。",
        f"截至2026年9月30日。 {base}/",
    ]
    assert '<html lang="zh-hans">' in letter.html


def test_an_overdue_share_still_to_sign_for_and_the_weekend_after_a_deadline(house: House) -> None:
    User.objects.update(language="en")
    house.add_share("镇", state="issued", due_on=dt.date(2026, 10, 30))
    plan_the_day(at=at(10, 31))  # the Saturday after
    mail = claim_next(at(10, 31))
    assert mail is not None
    letter = compose(mail, at=at(10, 31))
    assert letter is not None
    assert letter.text.count("the deadline has passed") == 2


def test_a_unit_s_own_part_is_told_from_its_whole_share(house: House) -> None:
    User.objects.update(language="en")
    whole = house.add_share("镇", title="清理文件")
    own = house.add_share("镇", title="清理文件", parent=whole, is_own_part=True)
    plan_the_day(at=at(9, 30))
    mail = claim_next(at(9, 30))
    assert mail is not None
    letter = compose(mail, at=at(9, 30))
    assert letter is not None
    for text in (letter.text, letter.html):
        assert text.count("own part") == 1
    [about_own] = [line for line in letter.text.split("\n- ") if f"/tasks/{own.pk}/" in line]
    assert "镇 (own part) · due on" in about_own


def test_a_long_list_is_cut_and_says_so(house: House) -> None:
    User.objects.update(language="en")
    for _ in range(53):
        house.add_share("镇")
    plan_the_day(at=at(9, 30))
    mail = claim_next(at(9, 30))
    assert mail is not None
    letter = compose(mail, at=at(9, 30))
    assert letter is not None
    assert letter.subject == "Luoshi: Due soon 53"
    assert letter.text.count("due today") == 50
    assert "and 3 more" in letter.text
    assert "and 3 more" in letter.html


def test_composing_costs_the_same_for_one_and_for_many(
    house: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count, day in ((1, 29), (30, 30)):
        for _ in range(count):
            house.add_share("镇")
        plan_the_day(at=at(9, day))
        mail = claim_next(at(9, day))
        assert mail is not None
        # calendar; the mail's reminders
        with django_assert_num_queries(3):
            assert compose(mail, at=at(9, day)) is not None
        mark_sent(mail, at=at(9, day))
