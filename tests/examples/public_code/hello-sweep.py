"""Takes one number and two drawn values, and reports a metric made of them."""

import argparse

import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--A", type=float, required=True)
parser.add_argument("--B", required=True)
parser.add_argument("--C", type=float, required=True)
given = parser.parse_args()
mlflow.log_metric("random_metric", given.A + given.C * len(given.B))
