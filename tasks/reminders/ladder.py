"""The ladder: who hears of what is late, and after how long. Pure.

Steps are numbered as in ``Reminder.Step``, from the one who works to the one who issued the plan.
"""


def steps_reached(days_late: int, graces: tuple[int, ...]) -> list[int]:
    """The steps to be told so many working days after the first day late.

    A higher step never hears without the lower ones hearing it too.
    """
    return [step for step, grace in enumerate(graces) if days_late >= max(graces[: step + 1])]
