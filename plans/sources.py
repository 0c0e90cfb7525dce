"""The documents that plans are read from: kept when read, bound to the plan when confirmed."""

import datetime as dt
import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from plans.models import Plan, SourceDocument

#: So long a document waits for the person who brought it in; then it is thrown away.
KEPT_WAITING = dt.timedelta(days=7)
#: What pasted text is called, since it came without a name.
PASTED = "pasted.txt"
LONGEST_NAME = 255


@transaction.atomic
def keep_source(name: str, content: bytes, *, actor: User, at: dt.datetime) -> SourceDocument:
    """Keeps a document that was read, until a plan is made of it; throws away what waited long."""
    waiting = SourceDocument.objects.filter(plan=None)
    waiting.filter(brought_at__lt=at - KEPT_WAITING).delete()
    digest = hashlib.sha256(content).hexdigest()
    # Read a second time it is still one document.
    waiting.filter(brought_by=actor, sha256=digest).delete()
    return SourceDocument.objects.create(
        name=name.replace("\0", "")[-LONGEST_NAME:] or PASTED,
        content=content,
        size=len(content),
        sha256=digest,
        brought_by=actor,
        brought_at=at,
    )


def waiting_source(source_id: int | None, actor: User) -> SourceDocument | None:
    """A document that the person brought in and of which no plan has been made yet."""
    waiting = SourceDocument.objects.filter(brought_by=actor, plan=None).defer("content")
    return waiting.filter(pk=source_id).first() if source_id else None


def bind_source(source_id: int, plan: Plan, *, actor: User) -> None:
    """Gives a plan that is being made the document it was read from, which the actor brought in."""
    waiting = SourceDocument.objects.select_for_update().defer("content")
    source = waiting.filter(pk=source_id, brought_by=actor).first()
    if source is None:
        raise Invalid(
            "no_such_source", _("The document is not kept any more. Please read it again.")
        )
    if source.plan_id is not None:
        raise Conflict("source_used", _("A plan has been made of this document already."))
    source.plan = plan
    source.save(update_fields=["plan"])
