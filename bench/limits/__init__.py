"""The limit that each request of ``bench.requests`` is held against.

Plain Django views behind the same middleware and log-in, with SQL written by hand and the standard
library's JSON. Each answers what the API answers, by the same rules of access, under the same locks
and with the same history; what no bench request asks for (steps, group words, regular reports) is
left out of the SQL. ``bench.requests`` compares the answers.
"""
