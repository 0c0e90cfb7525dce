"""How lights, percents and days read on a page."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plans.models import Role
from tasks.figures import Row
from tasks.indicator_figures import Figure
from tasks.indicators import Kind, as_text, decimals_of
from tasks.lights import Light
from tasks.models import IndicatorValue
from tasks.tree import Owner

register = template.Library()

#: What is read beside the denominator, the commonest reason first.
LEFT_OUT_WORDS = {
    "supporting": gettext_lazy("supporting"),
    "ongoing": gettext_lazy("ongoing"),
    "suspended": gettext_lazy("suspended"),
    "cancelled": gettext_lazy("cancelled"),
}


@register.filter
def lamp(light: Light) -> SafeString:
    """The light as a shape, a colour and a word."""
    return format_html('<span class="light light-{}">{}</span>', light.value, light.label)


@register.filter
def percent(value: Decimal | None) -> str:
    """Two decimals, so that a page and a paper never differ; a dash where nothing counts."""
    return "—" if value is None else f"{value:.2f}%"


@register.filter
def bar(value: Decimal | None) -> SafeString | str:
    """The same percent as a length; the figure beside it is what is read aloud."""
    if value is None:
        return ""
    return format_html(
        '<progress value="{}" max="100" aria-hidden="true"></progress>', f"{value:.0f}"
    )


@register.filter
def days_left(days: int | None) -> str:
    """Working days to a deadline, or past it."""
    if days is None:
        return ""
    if days == 0:
        return _("due today")
    if days < 0:
        return ngettext("%(count)d working day late", "%(count)d working days late", -days) % {
            "count": -days
        }
    return ngettext("%(count)d working day left", "%(count)d working days left", days) % {
        "count": days
    }


@register.filter
def left_out(row: Row) -> str:
    """Why the denominator is smaller than the number of shares."""
    counts = ((word, row.left_out.get(why)) for why, word in LEFT_OUT_WORDS.items())
    return _(", ").join(f"{word} {count}" for word, count in counts if count)


@register.filter
def printed_owners(owners: Sequence[Owner]) -> SafeString:
    """The owners as printed, with their role unless it is the common one.

    A plan has thousands: those of the common role that stand together are escaped together.
    """
    between = _(", ")
    told: list[tuple[str, SafeString | str]] = []
    for role, several in groupby(owners, key=itemgetter(1)):
        names = [name for name, _role in several]
        if role == Role.RESPONSIBLE:
            told.append((between.join(names), ""))
        else:
            told += [(name, _role_beside(role)) for name in names]
    return format_html_join(between, "{}{}", told) if told else SafeString("—")


def _role_beside(role: str) -> SafeString:
    return format_html('<span class="small quiet"> ({})</span>', Role(role).label)


@register.filter
def said_figure(row: IndicatorValue) -> str:
    """As a unit said it, with all decimals that it said."""
    indicator = row.indicator
    if indicator.kind == Kind.MILESTONE:
        return _("reached") if row.value else _("not reached")
    return as_text(row.value, decimals_of(row.value), indicator.measure)


@register.filter
def told(figure: Figure, value: Decimal) -> str:
    """A target, last year's figure or one unit's, as the figure itself is told."""
    return figure.told(value)
