"""What a test wrote in its own transaction, as if it had been committed before."""

from django.db import connection

from tasks.models import TaskEvent


def settle_events() -> None:
    """The feed shows what is older than any running transaction, and a test's own still runs.

    Only a superuser may switch the refusal to change history off.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        TaskEvent.objects.update(transaction=1)
        cursor.execute("SET session_replication_role = DEFAULT")
