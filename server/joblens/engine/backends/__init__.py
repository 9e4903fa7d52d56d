"""Places that run tasks: each behind the same small Protocol."""
