"""JL824: the script sets another experiment than the job's: a warning.

On Azure ML the run belongs to the job's experiment already, and MLflow refuses to go on with it in another:
"active experiment ID does not match environment run ID".
"""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.fields import Fields
from joblens.job.model import At
from joblens.text.nodes import Mapping

CODE = "JL824"


def problems(subject: Subject) -> Iterator[Problem]:
    """The experiment of a job, when a script that it runs sets another one."""
    named = _experiment_of_job(subject) if subject.launches else None
    if named is None:
        return
    from joblens.checks.command_lines import script_text
    from joblens.script.experiment import experiment

    for launch in subject.launches:
        for run in launch.reading.runs:
            text = script_text(launch, run)
            other = experiment(text) if text is not None else None
            if other is not None and other.casefold() != named.value.casefold():
                script = shortened(run.script.text, 25)
                message = (
                    f"'{script}' sets the experiment '{shortened(other, 25)}': its run will fail in this one."
                )
                yield Problem(CODE, message, named.span, Severity.WARNING)
                return


def _experiment_of_job(subject: Subject) -> At[str] | None:
    root = subject.tree.resolved(subject.tree.root)
    named = Fields(root, subject.tree).text("experiment_name") if isinstance(root, Mapping) else None
    return named if named is not None and named.value and "$" not in named.value else None
