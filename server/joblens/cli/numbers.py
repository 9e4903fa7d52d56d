"""Numbers on the command line."""

from __future__ import annotations

import argparse


def number(text: str) -> int:
    """A count: 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is no number of that kind: give 0, 1, 2, ...")
    return int(text)
