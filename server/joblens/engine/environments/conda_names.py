"""What a conda package is called on PyPI: the generated table of other names, and what we know beside it."""

from __future__ import annotations

import functools
import re
from pathlib import Path

_TABLE = Path(__file__).with_name("conda_names.txt")  # scripts/conda_names.py writes it
_SAME_NAMES = """
absl-py accelerate adal adlfs aiobotocore aiohttp altair ansible anyio argcomplete arrow arviz astropy
async-timeout attrs autograd automat autopep8 azure-core azure-identity azure-ml-component
azure-storage-blob azureml-core azureml-dataset-runtime azureml-defaults azureml-mlflow babel bcrypt
beautifulsoup4 biopython black bleach bokeh boto boto3 botocore bottleneck brotli cachetools cartopy
catboost celery certifi cffi chardet charset-normalizer click cloudpickle colorama colorlog conda-pack
configparser contourpy coverage cryptography cvxopt cvxpy cycler cython cytoolz dask dask-ml databricks-cli
datasets debugpy decorator deepdiff deepspeed dill distributed django dnspython docopt docutils dvc einops
emcee evaluate fastai fastapi fastavro fastparquet fastprogress feather-format featuretools filelock fiona
fire flake8 flask flatbuffers fs-gcsfs fsspec ftfy funcy future fuzzywuzzy gast gcsfs gensim geopandas geopy
gevent gitpython google-api-core google-auth google-cloud-bigquery google-cloud-storage graphene greenlet
grpcio grpcio-tools gunicorn gym gymnasium h5py hdbscan holidays holoviews horovod httptools httpx
huggingface-hub hydra-core hyperopt idna imageio imageio-ffmpeg imbalanced-learn importlib-metadata
importlib-resources iniconfig interpret invoke ipykernel ipython ipywidgets isodate isort itsdangerous jax
jaxlib jedi jinja2 jmespath joblib json5 jsonlines jsonpickle jsonschema jupyter jupyter-client jupyter-core
jupyter-server-proxy jupyterlab jupytext kaggle keras kiwisolver langchain langdetect librosa lifelines
lightfm lightgbm lightning llvmlite locket lxml lz4 markdown markupsafe marshmallow matplotlib
matplotlib-inline mistune mkl-service mlflow mlflow-skinny mock monai more-itertools mpi4py mpmath msal
msgpack msrest msrestazure multidict multiprocess mypy mysqlclient nbconvert nbformat nest-asyncio netcdf4
networkx nibabel nilearn nltk notebook numba numcodecs numexpr numpy numpydoc nvidia-ml-py oauthlib
omegaconf onnx onnxconverter-common onnxmltools onnxruntime openai openpyxl optax optuna orjson osmnx
packaging pandas pandas-datareader pandas-profiling papermill param paramiko partd pathos pathspec patsy
peewee peft pendulum pika pillow plotly plotnine pluggy polars portalocker pooch prefect prometheus-client
prompt-toolkit prophet protobuf psutil ptyprocess py4j pyarrow pyasn1 pycocotools pycryptodome pycurl
pydantic pydata-google-auth pydicom pydot pygments pyjwt pylint pymc pymc3 pymongo pymssql pymysql
pynndescent pyodbc pyopenssl pyparsing pyproj pyrsistent pyshp pyspark pytesseract pytest pytest-cov
python-dateutil python-dotenv python-json-logger python-levenshtein python-multipart python-snappy
pytorch-ignite pytorch-lightning pytz pywavelets pyyaml pyzmq querystring-parser rapidfuzz rasterio ray
redis regex requests requests-oauthlib responses rich rsa ruamel-yaml s3fs s3transfer sacrebleu sacremoses
safetensors scikit-image scikit-learn scikit-optimize scikit-plot scipy scrapy seaborn selenium
sentence-transformers sentencepiece seqeval setuptools sh shap shapely simpleitk simplejson six skl2onnx
slicer smart-open snakeviz sortedcontainers soundfile spacy sphinx spyder sqlalchemy sqlparse
stable-baselines3 starlette statsforecast statsmodels streamlit sympy tabulate tblib tenacity tensorboard
tensorboardx tensorflow tensorflow-datasets tensorflow-estimator tensorflow-hub tensorflow-probability
termcolor textblob tf2onnx theano thinc threadpoolctl tifffile tiktoken timm tokenizers toml tomli toolz
torchaudio torchmetrics torchtext torchvision tornado tox tpot tqdm traitlets transformers trio typer
typing-extensions tzdata ujson umap-learn unidecode urllib3 uvicorn virtualenv wandb watchdog webcolors
websocket-client websockets werkzeug wheel widgetsnbextension wordcloud wrapt xarray xgboost xlrd xlsxwriter
xlwt xmltodict yapf yarl zarr zict zipp zstandard
"""
_SAME = frozenset(_SAME_NAMES.split())
_OWN = {
    "opencv": "opencv-python-headless",
    "py-opencv": "opencv-python-headless",
    "py-xgboost": "xgboost",
    "pyqt": "pyqt5",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "pytorch": "torch",
    "tensorflow-base": "tensorflow",
    "tensorflow-cpu": "tensorflow",
    "tensorflow-gpu": "tensorflow",
}
_NO_PYTHON_NAMES = """
_libgcc_mutex _openmp_mutex blas ca-certificates cpuonly cuda cuda-toolkit cudatoolkit cudnn gcc gfortran
git graphviz gxx icu intel-openmp krb5 libblas libcblas libffi libgcc libgcc-ng libgfortran-ng libgomp
liblapack libopenblas libstdcxx-ng libuv make mkl mpi nccl ncurses ninja nodejs openblas openmpi openssl
pytorch-cuda pytorch-mutex readline sqlite tk xz zlib
"""
_NO_PYTHON = frozenset(_NO_PYTHON_NAMES.split())


def pypi_name(conda: str) -> str | None:
    """The package's name on PyPI; None where it is not known to be there."""
    if conda in _OWN:
        return _OWN[conda]
    name = re.sub(r"[-_.]+", "-", conda)
    return name if name in _SAME else _others().get(name)


def no_python_package(conda: str) -> bool:
    """Whether it is a library or a program of the system's, which a wheel brings along or does without."""
    return conda in _NO_PYTHON


@functools.cache
def _others() -> dict[str, str]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines)
