"""Engines as forks of a process that has torch loaded, for loading it takes 2 s each time.

How an engine starts from nothing is tested where that is the question; elsewhere it is a process of
its own all the same, with its own environment, session, streams and signals.
"""

ADDRESS = "MAKEMORE_PRELOADED"  # the variable that says where the process listens that forks
