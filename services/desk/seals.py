"""What goes through browsers and the database under a seal: locked and signed with a key that is derived from a secret for one purpose."""

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken


def derived(secret: str, purpose: str) -> bytes:
    """32 bytes that tell nothing about the secret, or about those for another purpose."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)


def seal(secret: str, purpose: str, content: Any) -> str:
    """JSON content as text that nobody without the secret can read or change."""
    return Fernet(base64.urlsafe_b64encode(derived(secret, purpose))).encrypt(json.dumps(content).encode()).decode()


def unseal(secret: str, purpose: str, sealed: str, seconds: int | None = None) -> Any:
    """The content, or None when it was sealed by another, changed, or longer ago than `seconds`."""
    try:
        return json.loads(Fernet(base64.urlsafe_b64encode(derived(secret, purpose))).decrypt(sealed.encode(), seconds))
    except InvalidToken:
        return None


def signed(secret: str, purpose: str, value: str) -> str:
    """The value with its signature."""
    return f"{value}.{derived(secret, f'{purpose} {value}').hex()}"


def checked(secret: str, purpose: str, text: str) -> str | None:
    """The value of a text that `signed` made; None for any other."""
    value = text.rpartition(".")[0]
    return value if value and hmac.compare_digest(signed(secret, purpose, value).encode(), text.encode()) else None
