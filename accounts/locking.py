"""The lock on the directory's tree; in the written order it comes after plans (FAILURES 4.6)."""

from django.db import connection

#: First key of the advisory lock; those of shares are in ``tasks.locking``.
UNIT_TREE_LOCK = 3


def lock_unit_tree() -> None:
    """One writer at a time adds, moves, renames or ends units, until its transaction ends.

    Two units that move below each other at once would each find the other free to go there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [UNIT_TREE_LOCK])
