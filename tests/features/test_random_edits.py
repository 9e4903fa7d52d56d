"""Whatever is done to a public file, everything is answered, without an exception and inside the text."""

import random

import pytest

from joblens.checks.subject import Subject
from joblens.text.document import Document
from tests.features.edits import EDITS, edited
from tests.features.everything import check_everything

_SHARES = 10


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("share", range(_SHARES))
def test_everything_is_answered_about_an_edited_file(share: int) -> None:
    for seed in range(share, EDITS, _SHARES):
        file, text, offset = edited(seed)
        subject = Subject(Document(text, file))
        try:
            check_everything(subject, offset, random.Random(seed).randint(0, len(text)))
        except Exception as error:
            raise AssertionError(f"edit {seed}, of {file}: {error!r}") from error
