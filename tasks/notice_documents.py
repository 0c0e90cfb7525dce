"""催办单, 督办单 and 延期批复: what was said to one unit about its share, on paper.

Written in Chinese whatever language the person reads, as ``tasks.bulletin_document`` is. Nothing
is said that is not in the rows: the paper repeats, and decides nothing.
"""

import datetime as dt
from dataclasses import dataclass
from io import BytesIO

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from tasks.access import speaks_for
from tasks.files.names import cleaned_name
from tasks.models import ExtensionRequest, SupervisionNotice, Task, Urge
from tasks.official_document import OfficialDocument
from tasks.official_layout import STANDARD, Layout
from tasks.official_words import day_in_words, quoted_title

#: What is read along with the row.
OF_A_DOCUMENT = ("task__key_task", "task__plan__issuing_unit", "task__unit", "task__parent__unit")
LEVELS = {
    SupervisionNotice.Level.BLUE: "蓝色",
    SupervisionNotice.Level.YELLOW: "黄色",
    SupervisionNotice.Level.RED: "红色",
}
ROLES = {
    Task.Role.LEAD: "牵头",
    Task.Role.RESPONSIBLE: "负责",
    Task.Role.SUPPORTING: "配合",
}


@dataclass(frozen=True)
class NoticeDocument:
    """A .docx under the name that it is saved by."""

    name: str
    content: BytesIO


def document_of_urge(urge: Urge, layout: Layout = STANDARD) -> NoticeDocument:
    """催办单."""
    document = _begun("催办单", urge.task, layout)
    document.write(f"{_duty(urge.task)}现催办如下：")
    _write_lines(document, urge.text)
    _sign(document, urge.task, urge.issued_by, urge.issued_at)
    return _named(f"催办单-{urge.task.unit.name}", document)


def document_of_notice(notice: SupervisionNotice, layout: Layout = STANDARD) -> NoticeDocument:
    """督办单, of the level that it has now; one that was lifted says so."""
    document = _begun("督办单", notice.task, layout, number=notice.number)
    level = LEVELS[SupervisionNotice.Level(notice.level)]
    document.write(f"{_duty(notice.task)}现予{level}督办，要求如下：")
    _write_lines(document, notice.text)
    document.write(f"请于{day_in_words(notice.answer_by)}前（含当日）反馈办理情况。")
    _sign(document, notice.task, notice.issued_by, notice.issued_at)
    if notice.lifted_because:
        document.leave_lines()
        document.write(f"附注：本督办单已解除。解除原因：{notice.lifted_because}")
    return _named(f"督办单第{notice.number}号-{notice.task.unit.name}", document)


def document_of_extension(request: ExtensionRequest, layout: Layout = STANDARD) -> NoticeDocument:
    """延期批复: the answer, with what was asked for and why. ``Conflict`` before it is decided."""
    if request.decided_by is None or request.decided_at is None:
        raise Conflict("not_decided", _("This request is not decided yet; there is no answer."))
    unit = request.task.unit.name
    old, new = day_in_words(request.old_due_on), day_in_words(request.new_due_on)
    document = _begun(f"关于{unit}延期申请的批复", request.task, layout)
    document.write(f"{_duty(request.task, dated=False)}你单位申请将时限由{old}延至{new}，理由是：")
    _write_lines(document, request.reason)
    if request.state == ExtensionRequest.State.APPROVED:
        document.write(f"经研究，同意延期，时限改为{new}。")
    else:
        document.write(f"经研究，不同意延期，时限仍为{old}。")
    _write_lines(document, request.answer)
    _sign(document, request.task, request.decided_by, request.decided_at)
    return _named(f"延期批复-{unit}", document)


def _begun(
    title: str, task: Task, layout: Layout, *, number: int | None = None
) -> OfficialDocument:
    document = OfficialDocument(title, layout)
    if number is not None:
        document.write_centred(f"第{number}号")
        document.leave_lines()
    document.write_title(title)
    document.leave_lines()
    document.write_addressee(task.unit.name)
    return document


def _sign(document: OfficialDocument, task: Task, person: User, at: dt.datetime) -> None:
    day = timezone.localdate(at)
    document.sign(speaks_for(person, task, day).name, day)


def _named(name: str, document: OfficialDocument) -> NoticeDocument:
    return NoticeDocument(cleaned_name(f"{name}.docx"), document.save())


def _duty(task: Task, *, dated: bool = True) -> str:
    """Which task it is about: of which plan, in which role, by when."""
    key_task = task.key_task
    number = f"第{key_task.number}项" if key_task.number else ""
    own = f"（本单位任务：{task.title}）" if task.title != key_task.title else ""
    due = f"，时限为{day_in_words(task.due_on)}" if dated and task.due_on else ""
    role = ROLES[Task.Role(task.role)]
    plan = quoted_title(task.plan.title)
    return f"{plan}{number}任务“{key_task.title}”{own}由你单位{role}{due}。"


def _write_lines(document: OfficialDocument, text: str) -> None:
    """What a person typed, a paragraph for each of its lines."""
    for line in filter(str.strip, text.splitlines()):
        document.write(line)
