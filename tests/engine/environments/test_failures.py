"""What uv says at length, in a line that names the requirement and the reason."""

import pytest

from joblens.engine.environments import failures
from joblens.engine.environments.failures import UnbuiltError, UnreachableError, UnsolvableError

BUILD = """\
error: Failed to build `pycocotools==2.0.4`
  cause: The build backend returned an error
  cause: Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)
         [stderr]
         {}
"""
NO_SOLUTION = "error: No solution found when resolving dependencies\n  cause: {}\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            NO_SOLUTION.format(
                "Because there is no version of six==99 and you require six==99, we can conclude that "
                "your requirements are unsatisfiable."
            ),
            "there is no 'six==99' for this Python",
        ),
        (
            "  × No solution found when resolving dependencies:\n  ╰─▶ Because only six<=1.17.0 is available "
            "and you require six>=99, we can conclude that\n      your requirements are unsatisfiable.\n",
            "there is no 'six>=99' for this Python",
        ),
        (
            NO_SOLUTION.format(
                "Because nowhere-1 was not found in the package registry and you require nowhere-1, we can "
                "conclude that your requirements are unsatisfiable."
            ),
            "no index has 'nowhere-1'",
        ),
        (
            NO_SOLUTION.format(
                "Because the current Python version (3.8.18) does not satisfy Python>=3.11 and numpy==2.3.1 "
                "depends on Python>=3.11, we can conclude that numpy==2.3.1 cannot be used.\n         And "
                "because you require numpy==2.3.1, we can conclude that your requirements are unsatisfiable."
            ),
            "'numpy==2.3.1' needs Python >=3.11, and the environment has 3.8.18",
        ),
        (
            NO_SOLUTION.format(
                "Because pandas==2.0 depends on numpy>=1.21 and you require numpy<1.20, we can conclude that "
                "your requirements are unsatisfiable."
            ),
            "the requirements contradict each other: Because pandas==2.0 depends on numpy>=1.21",
        ),
        (
            NO_SOLUTION.format("Because tensorflow==1.15.0 has no wheels with a matching Python ABI tag"),
            "'tensorflow==1.15.0' has no ready-made file for this Python and machine",
        ),
        (
            BUILD.format("error: command 'gcc' failed: No such file or directory"),
            "'pycocotools==2.0.4' could not be built from its source: it needs the compiler 'gcc'",
        ),
        (BUILD.format("fatal error: Python.h: No such file or directory"), "it needs the file Python.h"),
        (
            BUILD.format("ModuleNotFoundError: No module named 'Cython'"),
            "its build needs the module 'Cython'",
        ),
        (
            BUILD.format("KeyError: 'x'"),
            "there is no ready-made file for this Python, and its own build failed",
        ),
        (
            "error: Failed to download and build `murmurhash==1.0.15`\n"
            "  cause: Failed to resolve requirements from `build-system.requires`\n"
            "  cause: No solution found when resolving: `setuptools`, `cython>=3.1`\n"
            "  cause: Because the current Python version (3.7.16) does not satisfy Python>=3.8 and "
            "cython>=3.1 depends on Python>=3.8, we can conclude that your requirements are unsatisfiable.\n",
            "'murmurhash==1.0.15' could not be built from its source: what its build needs is not there",
        ),
        (
            "error: Couldn't parse requirement in `requirements.txt` at position 0\n  cause: no such "
            'comparison operator "=", must be one of ~= == != <= >= <\n         six=1.2\n            ^^^^\n',
            'a requirement cannot be read: no such comparison operator "="',
        ),
        ("error: failed to write: No space left on device (os error 28)", "the disk is full"),
        ("something else\n", "uv ended with 2: something else."),
        ("", "uv ended with 2."),
    ],
)
def test_the_reason_is_told_in_a_line(said, told):
    error = failures.explained(said, "uv", 2)
    assert told in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 400
    assert error.hint


def test_an_index_that_does_not_answer_is_no_fault_of_the_requirements():
    said = (
        "error: Request failed after 3 retries in 10.8s\n  cause: Failed to fetch: http://127.0.0.1:9/simple/six/\n"
        "  cause: error sending request for url (http://127.0.0.1:9/simple/six/)\n"
    )
    error = failures.explained(said, "uv", 2)
    assert isinstance(error, UnreachableError)
    assert "http://127.0.0.1:9 does not answer" in str(error)


@pytest.mark.parametrize("asked", ["pycocotools==2.0.4", "pycocotools[all]>=2", "pycocotools"])
def test_what_cannot_be_built_is_known_by_its_name(asked):
    error = failures.explained(BUILD.format("x").replace("pycocotools==2.0.4", asked), "uv", 1)
    assert isinstance(error, UnbuiltError)
    assert error.package == "pycocotools"


def test_what_other_versions_may_mend_is_told_from_the_rest():
    assert isinstance(failures.explained(BUILD.format("x"), "uv", 1), UnsolvableError)
    assert not isinstance(failures.explained("No space left on device", "uv", 1), UnsolvableError)
