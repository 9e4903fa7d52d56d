"""Why Azure or its client refused, in one sentence, and the next step.

Knows the errors of azure-core, azure-identity, azure-storage and azure-ai-ml by name, and imports none.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from joblens.azure import refused_request
from joblens.azure.explained import sentence, shortened


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is told to the user."""

    message: str
    hint: str = ""
    cause: Literal["cloud", "job", "client", "canceled"] = "cloud"
    """Azure itself, the job file, that the client library cannot be used here, or the user."""
    details: str = field(default="", compare=False)
    """What was said, as it was said."""


class UnusableClientError(Exception):
    """What is installed here cannot submit; `args` are why, and the next step."""


class RefusedTokenError(Exception):
    """Whoever asks could not sign in; `args` are why, and the next step."""


class NameTakenError(Exception):
    """The workspace has a job of the name already; `args` is that name."""


class BadNameError(Exception):
    """No job can have the name; `args` is that name."""


class LostJobError(Exception):
    """A job was sent, and no answer came; `args` is its name."""


SIGN_IN = refused_request.SIGN_IN
INSTALL = f"Install it with: {sys.executable} -m pip install azure-ai-ml azure-identity"
_UPGRADE = f"Install both anew with: {sys.executable} -m pip install --upgrade azure-ai-ml azure-identity"
_FIX_THE_FILE = "Correct the job file; `joblens check` shows where."
_OF_THE_FILE = {"ValidationError", "ValidationException", "MlException", "YAMLError"}
_UNREACHED = {"ServiceRequestError", "ServiceResponseError", "DecodeError"}
"""The last: the answer broke off."""
_LONGEST_DETAILS = 20_000
_SECRETS = (
    (re.compile(r"(?<=[?&]sig=)[^&\s'\"]+"), "***"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), "***"),
    (re.compile(r"(?<=AccountKey=)[^;\s'\"]+"), "***"),
)
_SIGN_IN_SAID = re.compile(r"(AADSTS\d+): (.+?)(?:\.\s|\.?$| Trace ID)", re.DOTALL | re.MULTILINE)
_UNREACHED_WHY = (
    (r"CERTIFICATE_VERIFY_FAILED|SSLError|CertificateError", "its certificate is not trusted here"),
    (r"NameResolutionError|Name or service not known|getaddrinfo|nodename nor", "its name is not known"),
    (r"Connection refused|WinError 10061", "the connection was refused"),
    (r"ProxyError|Tunnel connection failed", "the proxy did not let it through"),
    (r"[Tt]imed? ?out|Timeout", "it did not answer in time"),
    (r"Connection reset|RemoteDisconnected|Connection aborted|Connection broken|IncompleteRead|EOF occurred",
     "the connection was cut"),
)  # fmt: skip
_TRUST = "Set REQUESTS_CA_BUNDLE to your organization's certificates, as a proxy that looks into TLS needs."


def refusal(error: BaseException) -> Refusal:
    """The sentence for an error that azure-ai-ml, azure-identity or azure-core raised."""
    said = "".join(traceback.format_exception(error))
    details = f"{_name(error)}: {error}\n\n{said}"
    for secret, instead in _SECRETS:
        details = secret.sub(instead, details)
    return replace(_refusal(error), details=details[:_LONGEST_DETAILS])


def is_sign_in_over(error: BaseException) -> bool:
    """Whether Azure would go on with another token, or another signature for the storage."""
    return any(refused_request.is_sign_in_over(one) for one in _chain(error))


def is_lost(error: BaseException) -> bool:
    """Whether what was asked for may be done although it failed."""
    status = getattr(error, "status_code", None)
    return bool(_names(error) & _UNREACHED) or (isinstance(status, int) and (status >= 500 or status == 408))


def _refusal(error: BaseException) -> Refusal:
    names = _names(error)
    compute = refused_request.missing_compute(str(error))
    if compute is not None:
        return Refusal(*compute)
    if isinstance(error, UnusableClientError):
        return Refusal(error.args[0], error.args[1], "client")
    no_token = next((one for one in _chain(error) if isinstance(one, RefusedTokenError)), None)
    if no_token is not None:
        return Refusal(no_token.args[0], no_token.args[1])
    if isinstance(error, NameTakenError):
        taken = f"The workspace has a job '{error.args[0]}' already; nothing was uploaded."
        return Refusal(taken, "Give another name, or none: one is made up then.", "job")
    if isinstance(error, BadNameError):
        words = f"'{error.args[0]}' cannot be a job's name; nothing was uploaded."
        return Refusal(words, "A name has letters, digits, '-' and '_', and no '-' or '_' first.", "job")
    if isinstance(error, LostJobError):
        look = f"Look with `joblens job show {error.args[0]}` before you submit it again."
        return Refusal(f"The job '{error.args[0]}' was sent, but whether Azure took it is not known.", look)
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] == "azure":
        return Refusal("Submitting needs azure-ai-ml, which is not installed here.", INSTALL, "client")
    if isinstance(error, ImportError):
        return Refusal(f"azure-ai-ml cannot be loaded here: {shortened(str(error))}", _UPGRADE, "client")
    if "ClientAuthenticationError" in names and getattr(error, "status_code", None) is None:
        return _sign_in(error)
    if names & _UNREACHED:
        return _unreached(str(error))
    if "HttpResponseError" in names:
        return Refusal(*refused_request.told(error))
    if names & _OF_THE_FILE:
        return _of_the_file(error)
    if isinstance(error, OSError) and error.filename is not None:
        said = error.strerror or type(error).__name__
        return Refusal(f"{error.filename} cannot be read: {said}.", _FIX_THE_FILE, "job")
    return Refusal(sentence(str(error) or type(error).__name__))


def _of_the_file(error: BaseException) -> Refusal:
    """A mistake in the file; but what the storage refuses, and a lost connection, are wrapped so too."""
    for cause in _causes(error):
        if isinstance(cause, OSError) or _names(cause) & {"HttpResponseError", *_UNREACHED}:
            return _refusal(cause)
    return Refusal(sentence(str(error)), _FIX_THE_FILE, "job")


def _sign_in(error: BaseException) -> Refusal:
    found = _SIGN_IN_SAID.search(str(error))
    if found:
        said = re.sub(r"\s+", " ", found[2]).strip().rstrip(".")
        return Refusal(f"Azure refused the sign-in: {said} ({found[1]}).", SIGN_IN)
    return Refusal("No account is signed in to Azure.", SIGN_IN)


def _unreached(text: str) -> Refusal:
    host = re.search(r"host='([^']+)'", text)
    why = next((ours for theirs, ours in _UNREACHED_WHY if re.search(theirs, text)), "")
    hint = _TRUST if "certificate" in why else "Check the network and its proxy."
    if host and why:
        return Refusal(f"Azure could not be reached at {host[1]}: {why}.", hint)
    return Refusal(f"Azure could not be reached: {why + '.' if why else shortened(text)}", hint)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What an error says that it comes from; another that was at hand when it was raised is none of it."""
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__name__}"
