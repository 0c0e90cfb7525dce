"""How the end of a reminder reads on a page."""

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OutgoingMail
from tasks.models import Reminder, Task
from tasks.reminders import keys
from tasks.reminders.digest import NOBODY_TO_WRITE_TO

register = template.Library()

#: What can have become of a reminder, in words.
ENDS: dict[str, Promise] = {
    "sent": _("sent"),
    "waiting": _("waiting"),
    "held": pgettext_lazy("mail", "held"),
    "failed": _("failed"),
    "superseded": _("superseded"),
}
COLOURS = {"sent": "green", "waiting": "yellow", "held": "yellow", "failed": "red"}

REASONS: dict[str, Promise] = {
    keys.DEADLINE_MOVED: _("the deadline was moved"),
    keys.OVERTAKEN: _("a later one took its place, or there is no need any more"),
    keys.TOO_LATE: _("its day was long past when it was found"),
    keys.SWITCHED_OFF: _("the plan does not remind of this"),
    NOBODY_TO_WRITE_TO: _("the unit has nobody to write to"),
}


@register.filter
def ending(reminder: Reminder, held: bool) -> SafeString:
    """The end as a shape, a colour and a word; what waits while the mail is held is held."""
    end = vars(reminder)["end"]
    end = "held" if held and end == "waiting" else end
    colour = COLOURS.get(end, "none")
    return format_html('<span class="light light-{}">{}</span>', colour, ENDS[end])


@register.filter
def why(reminder: Reminder) -> str | Promise:
    """Why it was not said, where that is known: a reason, or the state of its share."""
    code = reminder.superseded_because or reminder.fault
    if code in Task.State:
        return Task.State(code).label
    return REASONS.get(code, code)


@register.filter
def errors(reminder: Reminder) -> list[str]:
    """What went wrong with its mails, as far as it is not mended."""
    unsent = (mail for mail in reminder.mails.all() if mail.state != OutgoingMail.State.SENT)
    return [mail.last_error for mail in unsent if mail.last_error]
