"""Completion by unit as one plan grows: 1,000 to 100,000 shares in it, beside the limit.

    python -m config.local_services --data var/bench-services -- python -m bench.one_plan

As ``bench.requests``, whose pairs of requests these are; figures go to ``bench/results.json``.
"""

import sys

# Before Django's own: it sets Django up.
from bench.requests import TIMES, WARM_UP, measured, reading

from django.db import connection  # isort: skip
from django.utils import timezone  # isort: skip
from tqdm import tqdm  # isort: skip

from bench.many_shares import BASE  # isort: skip
from bench.recording import record  # isort: skip
from bench.township import Township  # isort: skip

SIZES = (1_000, 10_000, 100_000)
COLUMNS = ("median", "p95", "limit", "ratio")


def at_size(size: int) -> dict[str, float]:
    # A plan has room for more key tasks than there are: they are all of the first.
    house = Township(timezone.localdate(), key_tasks_of_plan=size)
    house.grow_to(house.count + size)
    house.settle()
    by_unit = reading(TIMES + WARM_UP, house.office, f"/plans/{BASE}/completion/", by="unit")
    return measured(by_unit, "e by unit")


def main() -> None:
    own = str(connection.settings_dict["NAME"])
    found = {}
    for size in tqdm(SIZES, "plans"):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            found[size] = at_size(size)
        finally:
            connection.creation.destroy_test_db(own, verbosity=0)
    out = sys.stdout.write
    out(f"{'shares':>12}" + "".join(f"{name:>12}" for name in COLUMNS) + "\n")
    for size, row in found.items():
        out(f"{size:12,}" + "".join(f"{row[name]:12.2f}" for name in COLUMNS) + "\n")
    record("one_plan", found)


if __name__ == "__main__":
    main()
