"""All we know of MLflow: the server of all runs, and what is recorded of each.

MLflow itself is never imported here: it costs seconds. Its server is a process, spoken to by HTTP.
"""
