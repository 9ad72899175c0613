"""`vectorize promote`: what it looks at, what it refuses, what it writes and applies.

side.py             one environment: its file, its stack's config and state, what it has deployed
applied_workload.py what of a workload the resources of a stack stand for
source.py           gates of the environment that has proven the workload
target.py           the file of the environment that takes it, and gates of that file
service.py          gates of that environment's databases, and what the changes cost
permissions.py      gates of what would be lost
drifting.py         gates of both environments' drift
promoting.py        the whole of it, in this order
applying.py         the update and its proof
checking.py         the gate for CI, from files and states alone
"""
