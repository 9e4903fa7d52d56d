"""What a submission would meet, found before anything is uploaded: see findings.py."""

from joblens.azure.preflight.findings import Preflight, preflight

__all__ = ["Preflight", "preflight"]
