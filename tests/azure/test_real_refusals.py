"""The sentences made of errors that azure-core, azure-identity and the storage's client really raise."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from joblens.azure.refusal import Refusal, refusal
from tests.azure import certificate, control_plane
from tests.azure.control_plane import ControlPlane
from tests.azure.state import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("azure_client"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:::marshmallow", "ignore:::azure"),
]


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A stand-in of the file's own."""
    made = certificate.make_certificate(tmp_path_factory.mktemp("plane"))
    with control_plane.running(made) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults(plane: ControlPlane) -> Iterator[None]:
    yield
    plane.faults.clear()


def told(error: BaseException) -> Refusal:
    found = refusal(error)
    assert str(error)[:40] in found.details or "***" in found.details
    return found


def asked(url: str, **options: Any) -> BaseException:
    """What azure-core raises for a request."""
    from azure.core import PipelineClient
    from azure.core.exceptions import AzureError

    client = PipelineClient(url, retry_total=0)
    with pytest.raises(AzureError) as caught:
        client.send_request(client.get(url), **options)
    return caught.value


def by_client(plane: ControlPlane, act: Callable[[Any], object]) -> BaseException:
    """What the client library's own operations raise, asked as whoever has a token."""
    from azure.ai.ml._restclient.arm_ml_service import MachineLearningServicesMgmtClient
    from azure.core.credentials import AccessToken
    from azure.core.exceptions import AzureError

    class Given:
        def get_token(self, *_: str, **__: Any) -> AccessToken:
            return AccessToken(*plane.tokens.give("x"))

    options = {"connection_verify": str(plane.certificate), "retry_total": 0}
    client = MachineLearningServicesMgmtClient(Given(), "s", base_url=plane.url, **options)
    with pytest.raises(AzureError) as caught:
        act(client)
    return caught.value


def test_an_address_that_nobody_knows() -> None:
    found = told(asked("https://nosuch.invalid/"))
    assert found.message == "Azure could not be reached at nosuch.invalid: its name is not known."
    assert "network" in found.hint


def test_a_connection_that_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found = told(asked(f"https://127.0.0.1:{port}/"))
    assert found.message == "Azure could not be reached at 127.0.0.1: the connection was refused."


def test_an_answer_that_does_not_come() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = told(asked(f"http://127.0.0.1:{server.getsockname()[1]}/", read_timeout=0.2))
    assert found.message == "Azure could not be reached at 127.0.0.1: it did not answer in time."


def test_a_connection_that_is_cut() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: server.accept()[0].close(), daemon=True).start()
        found = told(asked(f"http://127.0.0.1:{server.getsockname()[1]}/"))
    assert found.message == "Azure could not be reached: the connection was cut."


def test_a_certificate_that_is_not_trusted(plane: ControlPlane) -> None:
    found = told(asked(plane.url))
    assert found.message == "Azure could not be reached: its certificate is not trusted here."
    assert "REQUESTS_CA_BUNDLE" in found.hint


@pytest.mark.parametrize(
    ("status", "message", "said", "step"),
    [
        (401, "The token has ended.", "Azure did not accept the sign-in (401).", "az login"),
        (
            403,
            "The client 'a' with object id 'b' does not have authorization to perform action "
            "'Microsoft.MachineLearningServices/workspaces/computes/read' over scope 'x'.",
            "Your account may not do this here (403): workspaces/computes/read is not allowed to it.",
            "AzureML Data Scientist",
        ),
        (404, "Nothing.", "The workspace 'w' has no compute 'c' (404).", "joblens compute create --name c"),
        (409, "It is being deleted.", "Azure refused (409): It is being deleted.", "--name"),
        (429, "Slowly.", "Azure takes no more requests from you at the moment (429).", "in 7 seconds"),
        (503, "Broken.", "Azure has a fault of its own at the moment (503): Broken.", "Try again"),
        (400, "It is wrong. It is so.", "Azure refused (400): It is wrong. It is so.", ""),
    ],
)
def test_each_status_of_the_resource_manager(
    plane: ControlPlane, status: int, message: str, said: str, step: str
) -> None:
    plane.faults.add(
        where="computes", status=status, message=message, retry_after="7" if status == 429 else ""
    )
    found = told(by_client(plane, lambda client: client.compute.get("g", "w", "c")))
    assert found.message == said
    assert step in found.hint


def test_an_environment_that_is_not_there(plane: ControlPlane) -> None:
    group, workspace = ROOT.split("/")[4], ROOT.split("/")[8]
    found = told(
        by_client(plane, lambda client: client.environment_versions.get(group, workspace, "nosuch", "3"))
    )
    assert found.message.startswith("The workspace '")
    assert "has no environment 'nosuch:3' (404)." in found.message
    assert "joblens environment list" in found.hint


def test_an_account_that_is_refused() -> None:
    from azure.core.exceptions import ClientAuthenticationError

    # In the words of the sign-in service, which cannot be asked here.
    text = (
        "Authentication failed: AADSTS7000215: Invalid client secret provided. Ensure the secret is right. "
        "Trace ID: 1"
    )
    found = told(ClientAuthenticationError(message=text))
    assert found.message == "Azure refused the sign-in: Invalid client secret provided (AADSTS7000215)."


def test_no_account_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import EnvironmentCredential

    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_USERNAME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ClientAuthenticationError) as caught:
        EnvironmentCredential().get_token("scope")
    assert told(caught.value).message == "No account is signed in to Azure."


def test_a_lost_connection_in_the_wrapping_of_a_mistake_in_the_file() -> None:
    from azure.ai.ml.exceptions import AssetException

    lost = asked("https://nosuch.invalid/")
    wrapped = AssetException(f"Error with code: {lost}", target="x", no_personal_data_message="")
    wrapped.__cause__ = lost
    assert told(wrapped) == refusal(lost)


def test_a_file_that_may_not_be_read() -> None:
    found = told(PermissionError(13, "Permission denied", "/data/secret.csv"))
    assert (found.message, found.cause) == ("/data/secret.csv cannot be read: Permission denied.", "job")


def test_no_secret_is_in_the_details() -> None:
    token, signature = "eyJhbGciOi.eyJhdWQiOi.c2lnbmF0", "se=1&sig=abc%2Bdef&sv=2"
    details = refusal(ValueError(f"Bearer {token} at https://x/y?{signature}")).details
    assert token not in details
    assert "abc" not in details
    assert "sig=***&sv=2" in details
