"""Training and measuring several variants alike, and what can be said of their differences.

``plan`` and ``plan_file`` say what is compared, ``job`` is one run of it, ``record`` what a run
folder is of, ``work`` trains and measures one run, ``child`` is the process it happens in and
``pool`` has several of them. ``results`` reads what a run left, ``draws`` and ``differences``
compare, ``delays`` finds latencies, ``comparison`` holds the outcome, ``words`` says it,
``tables``, ``plots`` and ``page`` show it, and ``run`` does all of that.
"""
