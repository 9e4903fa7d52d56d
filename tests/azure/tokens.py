"""Sign-in for tests: tokens in the shape of Azure's, good for a while or until they are revoked."""

import base64
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

IDENTITY_SECRET = "tests-only"


@dataclass
class Tokens:
    """The tokens that were given; some are no longer good."""

    lasts: float = 8 * 3600.0
    """Seconds that a token is good for."""
    given: int = 0
    _revoked: set[int] = field(default_factory=set)

    def give(self, audience: str) -> tuple[str, int]:
        """A new token, and when it ends."""
        self.given += 1
        end = int(time.time() + self.lasts)
        return _token(audience, end, self.given), end

    def revoke(self) -> None:
        """No token that was given so far is good any more."""
        self._revoked.update(range(1, self.given + 1))

    def accepts(self, authorization: str) -> bool:
        """Whether a request with this header is let in."""
        kind, _, token = authorization.partition(" ")
        claims = _claims(token) if kind == "Bearer" else {}
        return claims.get("exp", 0) > time.time() and claims.get("uti") not in self._revoked


def _token(audience: str, end: int, number: int) -> str:
    """A header, claims and a signature; nobody checks the signature here."""
    claims = {"aud": audience, "exp": end, "oid": str(uuid.UUID(int=2)), "uti": number}
    parts: tuple[dict[str, Any], ...] = ({"alg": "none", "typ": "JWT"}, claims, {})
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
