"""A county's year as a sample: what its report of 2020 tells, as key tasks, reports and figures.

Facts and figures are public ones of a report on a government under law; every sentence is ours.
"""
