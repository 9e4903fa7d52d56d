"""Submits job files as azure-ai-ml's own users do: a program that reads `[[FOLDER, FILE, NAME], ...]`."""

import json
import os
import sys


def main() -> None:
    """Send one job after the other, each from its own folder."""
    from azure.ai.ml import MLClient, load_job
    from azure.identity import DefaultAzureCredential

    client = MLClient(DefaultAzureCredential(), *sys.argv[1:4])
    for folder, file, name in json.load(sys.stdin):
        os.chdir(folder)
        job = load_job(file)
        job.name = name
        client.jobs.create_or_update(job)


if __name__ == "__main__":
    main()
