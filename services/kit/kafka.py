"""How a client gets into Kafka: where it is, whether the line is encrypted, and who we are; one place for every client of ours."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

_BY_MECHANISM = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


@dataclass(frozen=True, slots=True)
class Login:
    """servers: host:port separated by commas. protocol, mechanism: Kafka's own words. ca: the certificate authority's file (PEM);
    without one the machine's own authorities are trusted."""

    servers: str
    protocol: str = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None

    @property
    def _context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.ca) if self.protocol.endswith("SSL") else None

    def client(self) -> dict[str, Any]:
        """The arguments that every aiokafka client takes. Errors: OSError when the authority's file cannot be read."""
        login = {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.user, "sasl_plain_password": self.password}
        return {
            "bootstrap_servers": self.servers,
            "security_protocol": self.protocol,
            "ssl_context": self._context,
            **(login if self.protocol.startswith("SASL") else {}),
        }

    def faststream(self) -> BaseSecurity:
        """The same for FastStream's broker."""
        encrypted, context = self.protocol.endswith("SSL"), self._context
        if self.protocol.startswith("SASL"):
            return _BY_MECHANISM[self.mechanism](self.user, self.password, ssl_context=context, use_ssl=encrypted)
        return BaseSecurity(ssl_context=context, use_ssl=encrypted)
