"""When reminders are said, as a plan has it. Pure: numbers of working days."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """All counts are working days.

    ``days_before`` the deadline, the farthest first; what is late is said again ``every`` so many
    days; ``graces`` are the days after the first day late until each step of the ladder hears of
    it (officer, head, unit above, issuing office). A decision may wait ``patience`` days before
    it is spoken of. ``silent`` are rules that the office has switched off. What should have been
    said more than ``horizon`` days ago is too late to be said.
    """

    days_before: tuple[int, ...] = (20, 5, 1)
    report_days_before: int = 3
    every: int = 5
    graces: tuple[int, int, int, int] = (0, 1, 5, 10)
    patience: int = 3
    horizon: int = 20
    silent: frozenset[str] = frozenset()


DEFAULT_RULES = Rules()
