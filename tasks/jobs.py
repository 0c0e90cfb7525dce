"""What the clock does: each job looks at the rows and does what there is to do."""

from celery import shared_task
from django.utils import timezone

from accounts.nudge import nudge
from tasks.api.paper_kinds import MAKERS
from tasks.papers import JOB, make_due
from tasks.reminders.daily import plan_the_day, send_the_mails


@shared_task(name="tasks.jobs.plan_and_remind")
def plan_and_remind() -> None:
    plan_the_day(at=timezone.now())
    nudge("tasks.jobs.send_mails")


@shared_task(name="tasks.jobs.send_mails")
def send_mails() -> None:
    send_the_mails(clock=timezone.now)


@shared_task(name=JOB)
def make_papers() -> None:
    make_due(MAKERS, clock=timezone.now)
