"""Several processes as one job."""
