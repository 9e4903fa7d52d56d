"""The public job files as they lie in their project: with stand-ins for the code and data beside them."""

import shutil
from pathlib import Path

from tests.shared_data import CORPUS

_LISTED = {"tree.txt": "examples", "preview-tree.txt": "preview"}
_NOT_SHARED = """
cli/jobs/pipelines-with-components/basics/3b_pipeline_with_data/componentA.yml
cli/jobs/pipelines-with-components/basics/3b_pipeline_with_data/componentC.yml
cli/jobs/pipelines-with-components/basics/4b_datastore_datapath_uri/component-folder.yml
cli/jobs/pipelines-with-components/basics/6a_tf_hello_world/component.yml
cli/jobs/pipelines-with-components/image_classification_with_densenet/convert_to_image_directory/conda.yaml
cli/jobs/pipelines-with-components/image_classification_with_densenet/init_image_transformation/entry.spec.yaml
cli/jobs/pipelines-with-components/pipeline_job_with_flow_as_component/basic/flow.dag.yaml
cli/jobs/pipelines-with-components/pipeline_job_with_flow_as_component/run.yml
cli/jobs/pipelines-with-components/shakespear_sample_and_word_count_using_spark/sample_word/component.yml
cli/jobs/pipelines-with-components/shakespear_sample_and_word_count_using_spark/word_count/component.yml
cli/jobs/pipelines/automl/cli-automl-classification-task-bankmarketing-pipeline/environment/preprocessing_env.yaml
cli/jobs/pipelines/automl/image-multiclass-classification-fridge-items-pipeline/components/component_register_model.yaml
cli/jobs/pipelines/automl/image-object-detection-task-fridge-items-pipeline/components/component_register_model.yaml
cli/jobs/single-step/dask/nyctaxi/conda.yaml
cli/jobs/spark/spark-job-component.yml
"""
_NESTED = "cli/jobs/pipelines-with-components/pipeline_with_pipeline_component"
_NOT_SHARED_NESTED = """
nyc_taxi_data_regression_with_pipeline_component/data_pipeline/data_pipeline.yml
nyc_taxi_data_regression_with_pipeline_component/train_pipeline/train_pipeline.yml
pipeline_with_train_eval_pipeline_component/components/train/train.yml
pipeline_with_train_eval_pipeline_component/components/score/score.yml
pipeline_with_train_eval_pipeline_component/components/eval/eval.yml
"""


def make(folder: Path) -> Path:
    """Lay the files out in a folder: `examples` and `preview`, each with what lies beside them.

    The listings name code and data; YAML files that are part of the project, but not of the public selection,
    get an empty stand-in too.
    """
    for listing, name in _LISTED.items():
        shutil.copytree(CORPUS / name, folder / name)
        _stand_in(folder / name, (CORPUS / listing).read_text(encoding="utf-8").splitlines())
    _stand_in(folder / "examples", _NOT_SHARED.split())
    _stand_in(folder / "examples" / _NESTED, _NOT_SHARED_NESTED.split())
    return folder


def is_listed(path: Path) -> bool:
    """Whether the code and data beside an example (a path relative to the examples) are in the listing."""
    return path.parts[:2] in (("cli", "jobs"), ("cli", "assets"), ("cli", "schedules"))


def _stand_in(folder: Path, names: list[str]) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch()
