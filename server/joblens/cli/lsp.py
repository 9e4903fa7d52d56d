"""`joblens lsp`: the language server on stdio."""

from __future__ import annotations

import argparse


def lsp(_: argparse.Namespace) -> int:
    """Serve until the editor ends it."""
    from joblens.lsp.server import main

    return main()
