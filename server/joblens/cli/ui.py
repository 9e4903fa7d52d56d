"""`joblens ui`: MLflow's pages about all runs of this user."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser

from joblens.engine.tracking import server


def ui(parsed: argparse.Namespace) -> int:
    """Print the address, and open it where there is a browser; or stop the server."""
    if parsed.stop:
        print("The MLflow server was stopped." if server.stop() else "The MLflow server was not running.")
        return 0
    own = os.environ.get("MLFLOW_TRACKING_URI", "")
    address = (
        own.rstrip("/")
        if own.startswith("http")
        else server.ensure(lambda note: print(f"joblens: {note}", file=sys.stderr))
    )
    print(f"{address}/#/experiments")
    if not parsed.no_browser:
        webbrowser.open(f"{address}/#/experiments")
    return 0
