"""The keys and tokens of one machine: a signing key that stays in its folder, its public half for the services, tokens for callers."""

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "https://onebox.manyhands.example"
AUDIENCE = "manyhands"
ALL = "*"

_ADVISER = ("requests:read", "requests:write", "requests:read_contact", "matches:read", "matches:decide", "registry:read")
SCOPES: dict[str, tuple[str, ...]] = {
    "adviser": _ADVISER,
    "national_adviser": _ADVISER,
    "group_office": (),
    "operator": (
        "registry:read",
        "registry:write",
        "registry:read_contact",
        "matches:read",
        "requests:read",
        "parked:read",
        "desk:rebuild",
        "parked:write",
        "audit:read",
    ),
    "governor": ("matches:read", "policy:write", "policy:adopt", "matches:rounds"),
    "service": ("requests:read", "matches:read", "registry:read"),
}
"""What each role may do. The same table is in docs/access.md, for whoever configures a real identity provider."""


class Keys:
    """The signing key of this machine, made at first use. `jwks` is the path that the services read."""

    def __init__(self, folder: Path) -> None:
        self._file, self.jwks = folder / "signing.pem", folder / "jwks.json"
        if not self._file.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            key = ec.generate_private_key(ec.SECP256R1())
            draft = self._file.with_suffix(".draft")
            draft.touch(mode=0o600)
            draft.write_bytes(
                key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            )
            public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
            self.jwks.write_text(json.dumps({"keys": [{**public, "kid": "onebox", "use": "sig", "alg": "ES256"}]}))
            draft.replace(self._file)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token that says these claims."""
        return jwt.encode(dict(claims), self._file.read_bytes(), "ES256", {"kid": "onebox"})

    def read(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of a token that was signed here for this audience. Errors: jwt.PyJWTError."""
        key = jwt.PyJWKSet.from_dict(json.loads(self.jwks.read_text())).keys[0]
        found: dict[str, Any] = jwt.decode(token, key, ["ES256"], audience=audience, issuer=ISSUER, leeway=5)
        return found

    def token(self, subject: str, role: str, regions: Iterable[str] = (ALL,), hours: float = 12) -> str:
        """A token for a person or program. Errors: KeyError for a role that is not in SCOPES."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + int(hours * 3600),
            "roles": [role],
            "scope": " ".join(SCOPES[role]),
            "regions": list(regions),
        }
        return self.sign(claims)
