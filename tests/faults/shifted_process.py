"""Runs a module under a shifted clock: ``python -m tests.faults.shifted_process MODULE WORDS…``.

Only because of ``time.sleep``: Python reckons its end by the monotonic clock, faketime shifts that
end as if it were a time of day, and the call fails. Waiting for no file at all is left alone.
"""

import runpy
import select
import sys
import time
from typing import SupportsIndex


def sleep(seconds: float | SupportsIndex) -> None:
    select.select([], [], [], float(seconds))


if __name__ == "__main__":
    time.sleep = sleep
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
