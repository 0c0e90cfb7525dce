"""Shares change while the mails about them go out: no mail says what is not so (FAILURES A12)."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.utils import translation
from django.utils.formats import date_format

from accounts.errors import Refusal
from accounts.models import OutgoingMail
from tests.faults.chance import chance
from tests.faults.counts import count
from tests.faults.crowd import Crowd, make_crowd
from tests.faults.editor import Editor, Version
from tests.faults.post_office import Arrival, PostOffice, open_post_office
from tests.faults.processes import UNGUARDED, crew, own_valkey

pytestmark = pytest.mark.django_db(transaction=True)

MAILS = count(60, 1000)
#: Edits are made among so many mails that are about to be sent.
AHEAD = 12
NAME = "A12 shares edited while the mails about them go out"
#: A share in a mail: its title, a line with its date, its address.
SHARE = re.compile(r"^- (.+)\n {2}(.+)\n {2}\S+/tasks/(\d+)/$", re.MULTILINE)

Say = Callable[[str, object], None]


class Line(NamedTuple):
    """What a mail says about one share, and to whom."""

    address: str
    share_id: int
    title: str
    rest: str


def lines_of(arrival: Arrival) -> Iterator[Line]:
    plain = arrival.message.get_body(("plain",))
    assert plain is not None
    text = plain.get_content().replace("\r\n", "\n")
    for title, rest, share_id in SHARE.findall(text):
        yield Line(arrival.address, int(share_id), title, rest)


def agrees(line: Line, version: Version, officer: str) -> bool:
    day = date_format(version.due_on, "DATE_FORMAT")
    may_see = version.has_officer or line.address != officer
    return version.is_open and may_see and version.title == line.title and day in line.rest


def contradictions(office: PostOffice, editor: Editor) -> list[Line]:
    """What fits no version of its share between the mail's claim and its arrival."""
    claimed = {mail.message_id: mail.sent_at for mail in OutgoingMail.objects.all()}
    wrong = []
    with translation.override("zh-hans"):
        for arrival in office.arrivals:
            since = claimed[arrival.message_id] or arrival.at
            for line in lines_of(arrival):
                then = [
                    version
                    for version in editor.history[line.share_id]
                    if version.since <= arrival.at and version.until >= since
                ]
                officer = editor.officers[line.share_id]
                if not any(agrees(line, version, officer) for version in then):
                    wrong.append(line)
    return wrong


def lost(office: PostOffice, editor: Editor) -> list[str]:
    """Officers who got no mail though their share was open, theirs and due all the while."""
    reached = office.reached()
    return [
        editor.officers[share_id]
        for share_id, versions in editor.history.items()
        if editor.officers[share_id] not in reached
        and all(v.is_open and v.has_officer and v.due_on == editor.crowd.today for v in versions)
    ]


def edit_until_sent(editor: Editor, dice: random.Random) -> None:
    """Always a share whose mail will soon be claimed, or is claimed already."""
    shares = {address: share_id for share_id, address in editor.officers.items()}
    coming = OutgoingMail.objects.filter(state__in=["leased", "waiting"], on=editor.crowd.today)
    while unsettled_today := list(
        coming.order_by("next_try_at", "id").values_list("recipient__email", flat=True)[:AHEAD]
    ):
        if address := shares.get(dice.choice(unsettled_today)):
            try_to_edit(editor, address)


def try_to_edit(editor: Editor, share_id: int) -> None:
    try:
        editor.edit(share_id)
    except Refusal:
        editor.edits["refused"] += 1


def run(crowd: Crowd, folder: Path, without: str = "") -> tuple[PostOffice, Editor]:
    office = PostOffice(before_answering=0.05)
    editor = Editor(crowd, chance("edits"))
    with (
        open_post_office(office),
        own_valkey() as valkey,
        crew(office, valkey.url, crowd.zone, folder) as team,
    ):
        team.beat()
        team.worker(app=UNGUARDED if without else "config", WITHOUT=without)
        team.wait_for("the first mail", lambda: office.has(1))
        edit_until_sent(editor, chance("whose mail"))
    return office, editor


@pytest.mark.fault(suite="reminders", name=NAME)
def test_no_mail_says_what_is_not_so(tmp_path: Path, record_property: Say) -> None:
    crowd = make_crowd(MAILS)
    crowd.plan()
    office, editor = run(crowd, tmp_path)
    wrong = contradictions(office, editor)
    record_property("mails", len(office.arrivals))
    record_property("edits while sending", editor.edits.total())
    record_property("mails superseded", OutgoingMail.objects.filter(state="superseded").count())
    record_property("mails that contradict the state at their claim", len(wrong))
    record_property("lost", len(lost(office, editor)))
    assert wrong == []
    assert lost(office, editor) == []
    assert editor.edits.total() - editor.edits["refused"] > MAILS // 10
    assert sum(1 for arrival in office.arrivals for _line in lines_of(arrival)) >= MAILS // 8


@pytest.mark.fault(suite="reminders", name=NAME, control=True)
def test_control_letters_written_beforehand_say_what_was(
    tmp_path: Path, record_property: Say
) -> None:
    crowd = make_crowd(MAILS)
    crowd.plan()
    office, editor = run(crowd, tmp_path, without="reread")
    wrong = contradictions(office, editor)
    record_property("contradictions of letters written beforehand", len(wrong))
    assert len(wrong) > 0
