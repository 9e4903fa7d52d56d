"""What a job needs installed, and the cached places that have it."""
