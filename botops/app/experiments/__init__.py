"""Experiments on prompts: started and ended, judged, planned, rehearsed, stopped by themselves."""
