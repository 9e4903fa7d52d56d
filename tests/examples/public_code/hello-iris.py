"""Counts the rows of a table of flowers, and tells MLflow."""

import argparse
import csv
import pathlib
import urllib.request

import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--iris-csv", required=True, help="a path or an address")
place = parser.parse_args().iris_csv
if place.startswith("http"):
    with urllib.request.urlopen(place) as answer:
        lines = answer.read().decode().splitlines()
else:
    with pathlib.Path(place).open(encoding="utf-8", newline="") as file:
        lines = file.read().splitlines()
rows = list(csv.DictReader(lines))
print("rows:", len(rows))
mlflow.log_metric("rows", len(rows))
