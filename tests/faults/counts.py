"""How often the fault tests try: a little in the ordinary run, all of it in ``make faults``."""

import os


def count(small: int, full: int) -> int:
    """``full`` where the environment says ``LUOSHI_FAULTS=full``; without a rule for between."""
    return full if os.environ.get("LUOSHI_FAULTS") == "full" else small
