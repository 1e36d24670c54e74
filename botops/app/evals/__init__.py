"""`botops eval run` in its parts: what is asked for, the models of a run, suites made ready, the estimate."""
