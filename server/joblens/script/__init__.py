"""What a Python script says of itself, read from its text; nothing here runs a script or knows of jobs."""
