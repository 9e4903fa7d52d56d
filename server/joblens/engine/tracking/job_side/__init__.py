"""What runs in the job's own Python, which may be old: the standard library is all it may know."""
