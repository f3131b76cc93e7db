"""Tokens for tests: a key of our own, the set that publishes it, and tokens signed with it."""

import json
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm


class Issuer:
    """Signs ES256 tokens. `issuer` and `audience` are what a service has to be told to accept them."""

    def __init__(self, issuer: str = "https://issuer.test", audience: str = "manyhands") -> None:
        self.issuer, self.audience = issuer, audience
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.kid = uuid.uuid4().hex

    def jwk(self) -> dict[str, Any]:
        """The public key as a JSON Web Key."""
        return {**ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True), "kid": self.kid, "use": "sig", "alg": "ES256"}

    def write_jwks(self, file: Path) -> Path:
        """Write the JSON Web Key Set that a service reads, and return its path."""
        file.write_text(json.dumps({"keys": [self.jwk()]}))
        return file

    def token(
        self,
        sub: str = "tester",
        scope: str = "",
        roles: Iterable[str] = (),
        regions: Iterable[str] = ("*",),
        lasts: float = 3600,
        **claims: Any,
    ) -> str:
        """A token for `sub` with the scopes (words in one string), roles and regions, good for `lasts` seconds; `claims` replace or add."""
        now = time.time()
        body = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": sub,
            "iat": int(now),
            "exp": int(now + lasts),
            "scope": scope,
            "roles": list(roles),
            "regions": list(regions),
            **claims,
        }
        return jwt.encode(body, self.key, algorithm="ES256", headers={"kid": self.kid})

    def bearer(self, scope: str, sub: str = "tester") -> dict[str, str]:
        """The header of a call."""
        return {"Authorization": f"Bearer {self.token(sub, scope)}"}
