"""Joblens: understands Azure Machine Learning job YAML, runs it here, sends it to the cluster."""

__version__ = "0.1.0"
