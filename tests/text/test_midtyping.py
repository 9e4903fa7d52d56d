"""While a line of a public file is typed, all that the other lines say is found, at its place."""

import pytest

from joblens.text.document import Document
from tests.text.midtyping import files, keys_of_ours, states


@pytest.mark.usefixtures("corpus")
def test_every_key_of_the_other_lines_is_found_on_files_not_used_for_tuning() -> None:
    found = [
        state.keys <= keys_of_ours(Document(state.text))
        for file in files(held_out=True)
        for state in states(file)
    ]
    assert len(found) > 1000
    assert sum(found) >= 0.99 * len(found)
