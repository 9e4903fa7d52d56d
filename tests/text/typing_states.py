"""Texts as they look while someone types: pieces of YAML in any order, valid or not."""

from hypothesis import strategies as st

PIECES = [
    "a", "key: value", "b: ", "- ", "- x", "  ", "    ", "\n", "\n", "\n  ", "\n    ", ": ", "#c", " # c",
    "|", "|-\n", "|2+\n", "> ", ">\n", "'", '"', "''", "[", "]", "{", "}", ", ", "&a ", "*a", "!!str ", "\\n",
    "\\", "\t", "--- ", "---\n", "...\n", "? ", "x y", "1", "?", "-", "\r\n", "\r", "\u2028", "\x85",
    "é😀", "<<: ", "${{inputs.x}}", "${{", "%", "\x00", "\ud800",
]  # fmt: skip


def texts(max_pieces: int = 14) -> st.SearchStrategy[str]:
    """Any sequence of pieces."""
    return st.lists(st.sampled_from(PIECES), max_size=max_pieces).map("".join)
