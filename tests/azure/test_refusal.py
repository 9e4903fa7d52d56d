"""The sentences made of what azure-ai-ml 1.35 says; the texts are in its shape, shortened."""

import json

import pytest

from joblens.azure.explained import sentence
from joblens.azure.refusal import Refusal, refusal


class HttpResponseError(Exception):
    """Named as azure-core's."""

    def __init__(self, status_code: int | None, message: str) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.message = message


class ClientAuthenticationError(HttpResponseError):
    """Named as azure-core's."""


class ServiceRequestError(Exception):
    """Named as azure-core's."""


class ValidationError(Exception):
    """Named as marshmallow's."""


def report(*mistakes: object) -> str:
    inner = "Validation for CommandJobSchema failed:\n\n " + json.dumps(mistakes[0], indent=1)
    outer = {"result": "Failed", "errors": [{"message": inner, "path": "*", "value": None}]}
    return f"Validation for CommandSchema failed:\n {json.dumps(outer)}"


def explained(details: str) -> str:
    return (
        f"\n1) Something is wrong\n\nDetails:\n\x1b[31m\n(x) {details}\x1b[39m\n\nResolutions:\n1) Do better"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (report({"experimen_name": ["Unknown field."]}), "experimen_name: Azure ML does not know this key."),
        (report({"command": ["Missing data for required field."]}), "command: This key is required."),
        (
            report(
                {"code": [{"_schema": ["Can't find directory or file in resolved absolute path: /x/src."]}]}
            ),
            "code: There is no file or folder /x/src.",
        ),
        (
            report(
                {
                    "distribution": [
                        {"type": ["Value 'pytorhc' passed is not in set ['pytorch']"]},
                        {"type": ["Value 'pytorhc' passed is not in set ['mpi']"]},
                    ]
                }
            ),
            "distribution.type: 'pytorhc' is none of 'pytorch', 'mpi'.",
        ),
        (explained("No such file or directory: /x/data"), "There is no file or folder /x/data."),
        (
            explained(
                "Failed to extract version when parsing asset azureml:e of type environments as arm id. More."
            ),
            "'azureml:e' lacks its version: write azureml:e:VERSION or azureml:e@latest.",
        ),
        ("A plain sentence of some length. Another one follows.", "A plain sentence of some length."),
        ("", "The Azure ML client gave no reason."),
    ],
)
def test_a_long_explanation_becomes_one_sentence(text: str, said: str) -> None:
    assert sentence(text) == said


def test_a_refusal_says_what_to_do_next() -> None:
    assert (
        refusal(ClientAuthenticationError(401, "long")).message == "Azure did not accept the sign-in (401)."
    )
    assert "az login" in refusal(ClientAuthenticationError(None, "long")).hint
    assert "role" in refusal(HttpResponseError(403, "No rights.")).hint
    assert refusal(HttpResponseError(404, "Job x was not found.")) == Refusal(
        "Azure refused (404): Job x was not found.",
        "Check the name, and which workspace it is looked for in.",
    )
    assert "network" in refusal(ServiceRequestError("no route")).hint


def test_mistakes_of_the_file_and_a_missing_client_are_told_apart() -> None:
    assert refusal(ValidationError(report({"a": ["Unknown field."]}))).cause == "job"
    assert refusal(ModuleNotFoundError("none", name="azure.ai")).cause == "client"
    assert refusal(HttpResponseError(500, "Broken.")).cause == "cloud"
