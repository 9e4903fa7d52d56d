"""Whether what is installed here can submit: azure-ai-ml, what it needs, in versions that go together."""

from __future__ import annotations


def check_versions() -> None:
    """Raise what is wrong, if anything is."""
