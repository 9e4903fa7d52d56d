"""Imports the SDK once, without the warnings that its own modules cause."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import scripts.schemas.generate  # noqa: F401
