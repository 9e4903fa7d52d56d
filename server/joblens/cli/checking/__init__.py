"""`joblens check` in parts: a file's findings, many files at once, and each way to print what was found."""
