"""The places that run tasks, behind one Protocol."""
