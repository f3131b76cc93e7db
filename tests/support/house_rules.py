"""The rules of the house as functions of a file's text: each gives its offences as (line, what), and can be tried on planted ones."""

import ast
import functools
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
Offences = Iterator[tuple[int, str]]

_NOT_OURS = {".git", ".venv", ".cache", "node_modules", "build", "__pycache__", ".manyhands", ".hypothesis", ".import_linter_cache"}
_SQL = re.compile(
    r"\s*(select\s.+\sfrom\s|select\s+pg_|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\(|truncate\s|lock\s+table\s|"
    r"(create|alter|drop)\s+(table|index|role|database|schema|view|function|trigger|type)\s|copy\s+\w+\s*\()",
    re.IGNORECASE | re.DOTALL,
)
_SQL_CLOCK = re.compile(
    r"\bnow\s*\(|\b(current_(date|time|timestamp)|local(time|timestamp)|(clock|statement|transaction)_timestamp|timeofday)\b|'(now|today)'",
    re.IGNORECASE,
)
# in pieces, so that this file does not break its own rules
_UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
_WORKPLACE = re.compile(r"(?<![\w.])/(" + "|".join(["wo" + "rk", "ho" + "me", "ro" + "ot"]) + r")(/|\b)|\.\./sha" + r"red\b")
_HOSTS = re.compile(
    "|".join(["py" + r"pi\.org", "python" + "hosted", "npm" + "js", "repo" + r"1\.maven", r"(?<!emit-)index" + "-url", r"docker\.i" + "o"])
)
_MAIL = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})\b", re.IGNORECASE)
_INVENTED = re.compile(r"(^|\.)(example\.(org|com)|example)$", re.IGNORECASE)
_BUSINESS = re.compile(
    r"council|adviser|mentor|consent|suggestion|shortlist|placement|capacity|hold_|la_code|lead.member|deployment|intake|matcher|"
    r"\b(peers?|donors?|registry|themes?|part(y|ies)|hosts? council)\b",
    re.IGNORECASE,
)
_UNRULY_CALLS = {"now", "today", "utcnow", "uuid1", "uuid4", "default_rng", "urandom", "getenv", "print", "input", "open", "read_text"}
_UNRULY_NAMES = {"random", "environ"}
"""What a pure room does not call, and does not look up, whatever it is imported as."""


def files(*endings: str, under: Iterable[str] = ("",)) -> list[str]:
    """Every file of ours with one of these endings (none: all), as paths from the top; what git knows, or would add."""
    return [name for name in _all() if name.endswith(endings or "") and name.startswith(tuple(under))]


@functools.cache
def _all() -> list[str]:
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        return sorted(name for name in done.stdout.splitlines() if (ROOT / name).is_file())
    # a copy without git
    found = (file.relative_to(ROOT) for file in ROOT.rglob("*") if file.is_file())
    return sorted(str(name) for name in found if not _NOT_OURS & set(name.parts))


@functools.cache
def text_of(name: str) -> str:
    """A file's text; "" for one that is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@functools.lru_cache(1000)
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


def _matches(pattern: re.Pattern[str], text: str) -> Offences:
    for number, line in enumerate(text.splitlines(), 1):
        if match := pattern.search(line):
            yield number, match.group().strip()


def unfinished(text: str) -> Offences:
    """Marks of work that was left for later."""
    return _matches(_UNFINISHED, text)


def workplace(text: str) -> Offences:
    """Paths of one machine."""
    return _matches(_WORKPLACE, text)


def hosts(text: str) -> Offences:
    """Hosts that packages are fetched from: which one is the installation's own affair."""
    return _matches(_HOSTS, text)


def addresses(text: str) -> Offences:
    """E-mail addresses that could be somebody's."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in _MAIL.finditer(line):
            if not _INVENTED.search(match.group(1)):
                yield number, match.group()


def business(text: str) -> Offences:
    """Words of the trade."""
    return _matches(_BUSINESS, text)


def _strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every string that is not documentation."""
    bare = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    documentation = {id(value) for value in bare if isinstance(value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def sql(text: str) -> Offences:
    """SQL statements in Python."""
    return ((line, string.strip()[:60]) for line, string in _strings(_tree(text)) if _SQL.match(string))


def clock_in_sql(text: str) -> Offences:
    """Statements that ask the database what time it is."""
    return _matches(_SQL_CLOCK, re.sub(r"--.*", "", text))


def clock_in_sql_strings(text: str) -> Offences:
    """The same in the strings of a Python file."""
    return ((line, string.strip()[:60]) for line, string in _strings(_tree(text)) if _SQL_CLOCK.search(string))


def without_docstring(text: str) -> Offences:
    """A module that does not open with a sentence."""
    if not (ast.get_docstring(_tree(text)) or "").strip():
        yield 1, "no docstring"


def left_out(text: str) -> Offences:
    """Tests that are passed over, and code that is not there yet."""
    for node in ast.walk(_tree(text)):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in {"skip", "skipif", "xfail", "importorskip", "NotImplementedError"}:
            yield getattr(node, "lineno", 1), name


def prints(text: str) -> Offences:
    """Calls of print."""
    for node in ast.walk(_tree(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno, "print"


def unruly(text: str) -> Offences:
    """What a pure room may not do though its imports allow it: ask for the time or for chance, read a file or the environment."""
    for node in ast.walk(_tree(text)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            if called in _UNRULY_CALLS:
                yield node.lineno, f"{called}()"
        elif isinstance(node, ast.Attribute) and node.attr in _UNRULY_NAMES:
            yield node.lineno, f".{node.attr}"
