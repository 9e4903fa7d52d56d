"""What is wrong with the YAML of a text: a mistake, and exactly the text at fault."""

from dataclasses import dataclass

from joblens.text.nodes import Span


@dataclass(frozen=True)
class SyntaxProblem:
    """One mistake; `message` names it and the way out in plain words."""

    span: Span
    message: str
