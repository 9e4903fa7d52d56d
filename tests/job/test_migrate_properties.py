"""Whatever a job of a preview says, in any layout: its text migrates to what its data converts to."""

import re
from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from joblens.job.convert import to_today
from joblens.job.migrate import migrate
from joblens.text.document import Document
from tests.job.preview_jobs import BEFORE, FIRST, SECOND, Writer, job


@pytest.mark.parametrize("dialect", [BEFORE, FIRST, SECOND])
@settings(max_examples=150, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_a_random_job_migrates_with_all_its_comments(dialect: str, random: Random) -> None:
    data = job(random, dialect)
    writer = Writer(random)
    text = writer.written(data)
    assert yaml.safe_load(text) == data
    document = Document(text)
    found = migrate(document)
    assert found is not None, text
    assert not any("written anew" in note for note in found.notes), text
    assert yaml.safe_load(found.text) == to_today(document).data, text
    assert sorted(re.findall(r"# c\d+\.", found.text)) == sorted(writer.comments), text
    assert len(set(found.notes)) == len(found.notes)
    assert ("\r" in found.text) == ("\r" in text)
    assert migrate(Document(found.text)) is None, found.text
