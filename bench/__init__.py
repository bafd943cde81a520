"""Benchmarks: `make bench`, or `python -m bench form-get …`. Every figure stands beside a reference of the same run.

A machine's speed drifts within hours, so a figure alone says little: each window of ours is paired with a window of the
reference beside it, and what counts is the median of the pairs' ratios. CPU milliseconds per request (user and system,
of the whole tree of processes) are the measure; requests per second share the cores with the load generator.
"""
