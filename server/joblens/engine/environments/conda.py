"""A conda specification as what pip can install: which Python, which requirements, and what differs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from joblens.errors import EnvironmentBuildError

_SAME_NAMES = """
absl-py accelerate adlfs aiohttp azureml-core azureml-defaults azureml-mlflow bokeh boto3 catboost click
cloudpickle cython dask dask-ml datasets debugpy fastapi fastai flask fsspec gensim gunicorn h5py
horovod imbalanced-learn ipykernel ipython jinja2 joblib jupyter jupyterlab keras lightgbm lxml
matplotlib mlflow mpi4py networkx nltk notebook numba numpy onnx onnxruntime openpyxl optuna pandas
pillow plotly protobuf psutil pyarrow pydantic pyspark pytest python-dateutil pytorch-lightning pyyaml
ray regex requests scikit-image scikit-learn scipy seaborn sentencepiece setuptools shap six spacy
sqlalchemy statsmodels sympy tensorboard tensorflow tokenizers torchaudio torchvision tqdm transformers
urllib3 wheel xgboost xlrd
"""
_SAME = frozenset(_SAME_NAMES.split())
_RENAMED = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "pytables": "tables",
    "msgpack-python": "msgpack",
    "psycopg2": "psycopg2-binary",
    "python-graphviz": "graphviz",
    "py-xgboost": "xgboost",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-base": "tensorflow",
    "opencv": "opencv-python-headless",
    "py-opencv": "opencv-python-headless",
}
_LEFT_OUT_NAMES = """
cudatoolkit cudnn nccl mkl blas libgcc-ng libstdcxx-ng gcc gxx openssl nodejs openmpi graphviz
ca-certificates git cpuonly pytorch-cuda pytorch-mutex
"""
_LEFT_OUT = frozenset(_LEFT_OUT_NAMES.split())
_ENTRY = re.compile(r"(?:[^\s:]+::)?(?P<name>[A-Za-z0-9._-]+)\s*(?P<rest>[<>=!~*\d].*)?")
_ONE_VERSION = re.compile(r"=(?P<version>[^=<>!~,]+)(?:=.*)?")


@dataclass(frozen=True, slots=True)
class Specification:
    """What pip is asked to install, and for which Python."""

    python: str | None
    """As conda writes it, without the name: `=3.8`, `3.10.*`, `>=3.9,<3.12`; None when any will do."""
    requirements: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """Where what is installed differs from what conda would install, a line each."""


def specification(conda: Mapping[str, object]) -> Specification:
    """The specification that `conda` (as YAML reads it) comes to without conda."""
    python: str | None = None
    requirements: list[str] = []
    notes: list[str] = []
    for entry in _list(conda.get("dependencies")):
        if isinstance(entry, Mapping):
            requirements += [str(line) for line in _list(entry.get("pip"))]
            continue
        name, rest = _entry(str(entry))
        if name == "python":
            python = rest or None
        elif name != "pip":
            requirements += _requirement(name, rest, notes)
    return Specification(python, tuple(requirements), tuple(notes))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _entry(text: str) -> tuple[str, str]:
    match = _ENTRY.fullmatch(text.strip())
    if match is None:
        raise EnvironmentBuildError(
            f"The conda dependency '{text}' cannot be read.",
            hint="Write it as 'name', 'name=1.2' or 'name>=1.2'.",
        )
    return match["name"].lower(), (match["rest"] or "").strip()


def _requirement(name: str, rest: str, notes: list[str]) -> list[str]:
    if name in _LEFT_OUT:
        notes.append(f"conda package '{name}' is left out: it is no Python package.")
        return []
    if name not in _SAME and name not in _RENAMED:
        raise EnvironmentBuildError(
            f"The conda package '{name}' has no known twin on PyPI, and conda is not used here.",
            hint="Move it to the 'pip:' section under its name there, or run with --environment this-python.",
        )
    requirement = _RENAMED.get(name, name) + version(rest)
    notes.append(f"conda package '{name}{rest}' is installed from PyPI as '{requirement}'.")
    return [requirement]


def version(conda: str) -> str:
    """A version as conda asks for it, in pip's words: `=1.2` means any 1.2, a build is dropped."""
    conda = conda.replace(" ", "")
    if not conda or conda == "*":
        return ""
    if match := _ONE_VERSION.fullmatch(conda):
        number = match["version"].removesuffix(".*")
        return f"=={number}.*" if conda.count("=") == 1 else f"=={number}"
    if conda[0].isdigit():
        return f"=={conda}"
    return conda
