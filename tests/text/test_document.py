"""Lines as editors count them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from joblens.text.document import Document


def test_lines_end_at_the_three_ends_that_editors_know() -> None:
    document = Document("a\nb\r\nc\rd\u2028e\x85f")
    assert [document.line_text(line) for line in range(5)] == ["a", "b", "c", "d\u2028e\x85f", ""]
    assert document.line_starts == [0, 2, 5, 7]


def test_a_place_beyond_the_end_is_moved_to_the_end() -> None:
    document = Document("ab\r\nc")
    assert document.offset(0, 99) == 2
    assert document.offset(9, 0) == len(document.text)
    assert document.offset(-1, 5) == 0
    assert document.position(99) == (1, 1)


@given(st.text("ab\n\r\u2028😀", max_size=30), st.integers(0, 30))
@settings(max_examples=200)
def test_an_offset_is_found_again_by_its_position(text: str, offset: int) -> None:
    document = Document(text)
    offset = min(offset, len(text))
    line, column = document.position(offset)
    assert document.line_of(offset) == line
    assert document.line_starts[line] + column == offset
    if column <= len(document.line_text(line)):
        assert document.offset(line, column) == offset
