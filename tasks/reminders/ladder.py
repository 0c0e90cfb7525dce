"""The ladder: who hears of what is late, and after how long. Pure.

Steps are numbered as in ``Reminder.Step``, from the one who works to the one who issued the plan.
"""

#: Working days after the first day late until a step is told.
OFFICER_AFTER = 0
HEAD_AFTER = 1
UNIT_ABOVE_AFTER = 5
ISSUING_OFFICE_AFTER = 10

#: In the order of the steps.
GRACES = (OFFICER_AFTER, HEAD_AFTER, UNIT_ABOVE_AFTER, ISSUING_OFFICE_AFTER)


def steps_reached(days_late: int) -> list[int]:
    """The steps to be told so many working days after the first day late.

    A higher step never hears without the lower ones hearing it too.
    """
    return [step for step, grace in enumerate(GRACES) if days_late >= grace]
