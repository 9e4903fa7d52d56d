"""Pipeline jobs of any length, their code, and the places in them where a benchmark types and asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HEAD = """\
type: pipeline
inputs:
  images:
    type: uri_folder
    path: azureml:images:1
jobs:
"""

SMALL_STEP = """\
  step_{number}:
    type: command
    command: python train.py --data ${{{{inputs.data}}}} --note a
    environment: azureml:training:12
    compute: azureml:gpu-cluster
    inputs:
      data:
        path: {source}
        mode: ro_mount
    resources:
      instance_count: 2
    distribution:
      type: pytorch
"""

STEP = """\
  step_{number}:
    type: command
    display_name: Train on part {number}
    command: >-
      python train.py --note a
      --data ${{{{inputs.data}}}}
      --rate ${{{{inputs.rate}}}}
      --model ${{{{outputs.model}}}}
    code: ./src
    environment: azureml:training:12
    compute: azureml:gpu-cluster
    inputs:
      data:
        path: {source}
        mode: ro_mount
      rate: 0.01
    outputs:
      model:
        type: uri_folder
        mode: rw_mount
    environment_variables:
      PART: "{number}"
    resources:
      instance_count: 2
      shm_size: 8g
    distribution:
      type: pytorch
      process_count_per_instance: 4
"""

SCRIPT = """\
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--note")
parser.add_argument("--data")
parser.add_argument("--rate", type=float, default=0.01)
parser.add_argument("--model")
options = parser.parse_args()
"""


def lay_out(folder: Path) -> None:
    """Put the code that the documents name beside them, so that a server which looks there finds it."""
    (folder / "src").mkdir()
    (folder / "src" / "train.py").write_text(SCRIPT, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Place:
    """A position, both numbers from zero; the documents are ASCII, so a column is one in every encoding."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Text:
    """A job, and the places of its middle step."""

    text: str
    command_end: Place
    """Behind the first line of the command, in a word that means nothing to anyone but the script."""
    mode: Place
    """Where the value of an input's `mode` begins."""
    distribution: Place
    """Where the value of `distribution.type` begins."""
    counted_key: Place
    """In the key `instance_count`."""
    step_end: Place
    """The start of the line after the step: room for another key."""


def document(lines: int) -> Text:
    """A pipeline job of `lines` lines, of 20 or more, that no server has anything to say against."""
    step = SMALL_STEP if lines < 2 * STEP.count("\n") else STEP
    room = lines - HEAD.count("\n")
    steps = max(1, room // step.count("\n"))
    body = "".join(step.format(number=number, source=_source(number)) for number in range(steps))
    return _marked(HEAD + body + _tags(room - body.count("\n")))


def _source(number: int) -> str:
    """The first step reads the pipeline's input, each other one what the step before it wrote."""
    return f"${{{{parent.jobs.step_{number - 1}.outputs.model}}}}" if number else "${{parent.inputs.images}}"


def _tags(lines: int) -> str:
    """Fills up what is left with tags: a comment would be cheaper to read than the rest."""
    if lines <= 1:
        return "description: Filled up.\n" * lines
    return "tags:\n" + "".join(f"  tag_{number}: value\n" for number in range(lines - 1))


def _marked(text: str) -> Text:
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith("  step_")]
    start = starts[len(starts) // 2]
    end = next(number for number, line in enumerate(lines) if number > start and not line.startswith("    "))

    def place(piece: str, offset: int = 0) -> Place:
        line = next(number for number in range(start, end) if piece in lines[number])
        return Place(line, lines[line].index(piece) + offset)

    command = place("python train.py")
    return Text(
        text=text,
        command_end=Place(command.line, len(lines[command.line])),
        mode=place("ro_mount"),
        distribution=place("pytorch"),
        counted_key=place("instance_count", 3),
        step_end=Place(end, 0),
    )
