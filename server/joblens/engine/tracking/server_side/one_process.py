"""`mlflow server` in one process: as a command it prepares all, then has another Python serve.

Both import MLflow, which is most of what a start takes, and the first one stays only to pass signals on. Here
what would be started is run in its place. An MLflow that goes another way is left to go it.
"""

import os
import sys
from collections.abc import Mapping, Sequence

_UVICORN = [sys.executable, "-m", "uvicorn"]


def main() -> None:
    """Do what the `mlflow` command does with the arguments of this process."""
    import uvicorn  # before MLflow, which looks for it to know that it serves
    from mlflow.utils import process

    start = process._exec_cmd

    def serve(
        command: Sequence[str], *, extra_env: Mapping[str, str] | None = None, **more: object
    ) -> object:
        if command[:3] != _UVICORN:
            return start(command, extra_env=extra_env, **more)
        os.environ.update(extra_env or {})
        sys.exit(uvicorn.main(command[3:]))

    process._exec_cmd = serve
    from mlflow.cli import cli  # which takes the function as it is by now

    cli(prog_name="mlflow")


if __name__ == "__main__":
    main()
