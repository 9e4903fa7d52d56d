"""Jobs put together from valid keys and values have neither an error nor a warning."""

import pytest
import yaml

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.text.document import Document
from tests.checks.job_maker import JobMaker

_FILES_PER_SEED = 100


@pytest.mark.parametrize("seed", range(6))
def test_a_correct_file_has_no_error_and_no_warning(seed: int) -> None:
    maker = JobMaker(seed)
    for index in range(_FILES_PER_SEED):
        flow = (False, None)[index % 2]
        text = yaml.safe_dump(maker.any_file(), sort_keys=False, default_flow_style=flow, width=60)
        found = [one for one in problems(Document(text)) if one.severity is not Severity.HINT]
        assert found == [], text
