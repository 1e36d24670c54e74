"""Detectors for few counts: has a rate, a cost or a volume changed, since when, how sure is that, and what explains it?

Pure: counts go in, results come out, what is kept between runs is a value. Each module is imported by its own name, for
thresholds need scipy, which takes long to load.
"""
