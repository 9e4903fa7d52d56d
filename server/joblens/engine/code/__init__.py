"""The code as it was when a run was asked for."""
