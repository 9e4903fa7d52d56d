"""A job as data: its kind and dialect, its parts with their places, its expressions."""
