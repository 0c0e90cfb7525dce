"""The locks of the directory's tree, of a caller's key and of the mail's pace (FAILURES 4.6).

In the written order the key comes first of all, the tree after plans, and the pace with the mails.
"""

from django.db import connection

#: First keys of advisory locks; those of shares are in ``tasks.locking``.
UNIT_TREE_LOCK, REQUEST_LOCK, RATE_LOCK = 3, 4, 6


def lock_unit_tree() -> None:
    """One writer at a time adds, moves, renames or ends units, until its transaction ends.

    Two units that move below each other at once would each find the other free to go there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [UNIT_TREE_LOCK])


def lock_rate() -> None:
    """Claims of mails take turns, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [RATE_LOCK])


def try_lock_request(key: str) -> bool:
    """One request at a time under a key of its caller's, until its transaction ends.

    Taken before every other lock, and never waited for. Two keys that share a hash meet only in
    being told to come again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [REQUEST_LOCK, key])
        return bool(cursor.fetchone()[0])
