"""What the desk is told on one machine: its own address, the services', and the provider's."""

import secrets
from collections.abc import Mapping
from pathlib import Path

PROVIDER = "provider"


def secret_file(folder: Path) -> Path:
    """Where the desk's secret at the provider stands."""
    return folder / "keys" / "desk.secret"


def write_secret(folder: Path) -> None:
    """Make the secret, once."""
    file = secret_file(folder)
    if not file.exists():
        draft = file.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32))
        draft.replace(file)


def settings(folder: Path, desk: str, addresses: Mapping[str, str]) -> dict[str, str]:
    """The desk's own settings; `addresses` by service, the provider among them."""
    return {
        "MANYHANDS_DESK_URL": desk,
        "MANYHANDS_REGISTRY_URL": addresses["registry"],
        "MANYHANDS_REQUESTS_URL": addresses["requests"],
        "MANYHANDS_MATCHER_URL": addresses["matcher"],
        "MANYHANDS_OIDC_DISCOVERY": f"{addresses[PROVIDER]}/.well-known/openid-configuration",
        "MANYHANDS_OIDC_SECRET_FILE": str(secret_file(folder)),
    }
