"""Trains a classifier on the iris flowers and records the run with MLflow."""

import argparse
import copy
from pathlib import Path

import mlflow
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split

TARGET = "species"
TREES_PER_REPORT = 5


def main() -> None:
    options = parse_options()
    # Records the parameters, the training metrics and the model, and prints nothing about it. Where to is
    # not said here: whoever runs the job sets MLFLOW_TRACKING_URI, on this machine as on the cluster.
    mlflow.autolog(silent=True)

    flowers = pd.read_csv(options.iris_csv)
    train, test = train_test_split(
        flowers, test_size=options.test_size, random_state=options.seed, stratify=flowers[TARGET]
    )
    model = GradientBoostingClassifier(
        learning_rate=options.learning_rate,
        max_depth=options.max_depth,
        n_estimators=options.estimators,
        random_state=options.seed,
    )

    def report(stage: int, learning: GradientBoostingClassifier, _: object) -> None:
        """While it learns: a sweep compares trials by it, and ends those that fall behind."""
        trees = stage + 1
        if trees % TREES_PER_REPORT == 0:
            so_far = copy.copy(learning)
            so_far.estimators_ = learning.estimators_[:trees]
            mlflow.log_metrics(test_metrics(so_far, test), step=trees)

    with mlflow.start_run():
        model.fit(train.drop(columns=TARGET), train[TARGET], monitor=report)
        metrics = test_metrics(model, test)
        mlflow.log_metrics(metrics, step=options.estimators)

    for name, value in metrics.items():
        print(f"{name}: {value:.4f}")


def test_metrics(model: GradientBoostingClassifier, test: pd.DataFrame) -> dict[str, float]:
    """How well the model does on flowers it has not seen."""
    flowers, species = test.drop(columns=TARGET), test[TARGET]
    return {
        "test_accuracy": float(accuracy_score(species, model.predict(flowers))),
        "test_log_loss": float(log_loss(species, model.predict_proba(flowers), labels=model.classes_)),
    }


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--iris-csv", type=Path, required=True, help="the flowers, one per line")
    parser.add_argument("--learning-rate", type=float, default=0.1, help="how much each tree may correct")
    parser.add_argument("--max-depth", type=int, default=3, help="questions from a tree's root to a leaf")
    parser.add_argument("--estimators", type=int, default=50, help="number of trees per species")
    parser.add_argument("--test-size", type=float, default=0.3, help="share of the flowers kept for the test")
    parser.add_argument("--seed", type=int, default=42, help="makes two runs alike")
    return parser.parse_args()


if __name__ == "__main__":
    main()
