"""Worked cases: the specification of who is proposed, in sentences of the trade. `python -m tests.worked` takes each rule out in turn."""
