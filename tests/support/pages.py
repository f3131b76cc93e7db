"""The tables in docs/ that say what the code says. `python -m tests.support.pages` writes them; a test holds that they are as written."""

import asyncio
import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from services.desk.settings import DeskSettings
from services.kit import observe, web
from services.kit.access import Actor
from services.kit.settings import Settings
from services.matcher.fit import MEASURES, PENALTIES
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import EVERY, RULES
from services.matcher.rulebook import Rule
from services.onebox.fleet import SERVICES
from services.onebox.tokens import SCOPES
from services.vocabulary.kinds import KINDS, NEEDS, ORIGINS, Kind, Part
from services.vocabulary.priorities import PRIORITIES
from services.vocabulary.roles import ROLES
from tests.worked import test_between_councils, test_who_fits_best, test_who_may_serve  # noqa: F401  # their cases are listed
from tests.worked.cases import BESIDE, SHOWS, sentence

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("access.md", "kinds.md", "operating.md", "rules.md")
OPEN = ("/healthz", "/readyz", "/metrics")
_TABLE = re.compile(r"<!-- (\w+) -->\n.*?<!-- end -->", re.DOTALL)
_LIMITS = (("ge", "at least {:,}"), ("le", "at most {:,}"), ("pattern", "{}"))
_SCOPE = re.compile(r"needs the scope '([a-z_:]+)'")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def settings() -> str:
    """Every setting of a service: its variable, its default, and what it is."""
    return _settings(Settings.model_fields)


def desk_settings() -> str:
    """The settings that the desk has beside those."""
    return _settings({name: field for name, field in DeskSettings.model_fields.items() if name not in Settings.model_fields})


def _settings(fields: Mapping[str, FieldInfo]) -> str:
    rows = []
    for name, field in fields.items():
        default = "required" if field.is_required() else f"`{field.default}`" if field.default not in (None, "", SecretStr("")) else "none"
        limits = [words.format(value) for limit in field.metadata for kind, words in _LIMITS if (value := getattr(limit, kind, None))]
        words = (field.description or "") + (f" ({', '.join(limits).strip('^$()').replace('|', ', ')})" if limits else "")
        rows.append([f"`MANYHANDS_{name.upper()}`", default, words])
    return _table(["Variable", "Default", "What it is"], rows)


def metrics() -> str:
    """Every metric of ours as it stands on /metrics."""
    rows = []
    for collector in (value for value in vars(observe).values() if isinstance(value, MetricWrapperBase)):
        (metric,) = collector.describe()
        name = metric.name + "_total" * (metric.type == "counter")
        rows.append([f"`{name}`", metric.type, ", ".join(f"`{label}`" for label in collector._labelnames), metric.documentation])
    return _table(["Metric", "Kind", "By", "What it counts"], rows)


def roles() -> str:
    """What each role may do."""
    return _table(["Role", "Scopes"], [[role, " ".join(f"`{scope}`" for scope in scopes)] for role, scopes in SCOPES.items()])


def calls() -> str:
    """Every call of every service and the scope that it needs."""
    found = [call for service in SERVICES for call in asked(service)]
    everywhere = [call for call in found if all(other in found for other in ((service, *call[1:]) for service in SERVICES))]
    own = [call for call in found if call not in everywhere]
    common = [("every service", *call[1:]) for call in everywhere if call[0] == SERVICES[0]]
    return _table(["Service", "Call", "Scope"], [[service, f"`{call}`", f"`{scope}`"] for service, call, scope in [*own, *common]])


def asked(service: str) -> list[tuple[str, str, str]]:
    """(service, call, scope), as the service itself answers a caller whose token holds nothing; scope "" where it lets that caller in."""
    return asyncio.run(_asked(service, {"authorization": "Bearer of-nothing"}))


def unlocked(service: str) -> list[str]:
    """The calls that a caller without a token may make."""
    return [call for _, call, scope in asyncio.run(_asked(service, {})) if scope != "a token"]


class _Stranger:
    async def actor(self, _: str) -> Actor:
        return Actor("stranger", frozenset(), frozenset(), frozenset())


async def _asked(service: str, headers: dict[str, str]) -> list[tuple[str, str, str]]:
    made = importlib.import_module(f"services.{service}.app").SERVICE
    parts = cast(Any, SimpleNamespace(service=service, database=None, clock=None, gate=_Stranger(), bus=None))
    app = web.build(parts, made.router, made.summary, None)
    found = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service", headers=headers) as client:
        for path, methods in app.openapi()["paths"].items():
            for method in methods if path not in OPEN else ():
                answer = await client.request(method, re.sub(r"{\w+}", "1", path), json={} if method != "get" else None)
                scope = _SCOPE.search(answer.text) if answer.status_code == 403 else None
                needed = "a token" if answer.status_code == 401 else scope.group(1) if scope else ""
                found.append((service, f"{method.upper()} {path}", needed))
    return found


def rules() -> str:
    """Every hard rule, in the order in which they are tried, with a worked case that fails without it."""
    return _rules("Who is left out", RULES.values())


def rules_of_the_whole() -> str:
    """The rules that no single peer breaks."""
    return _rules("What the request must have", (rule for code, rule in EVERY.items() if code not in RULES))


def _rules(what: str, listed: Iterable[Rule]) -> str:
    rows = [
        [
            f"`{rule.code}`",
            rule.sentence,
            "absolute" if rule.absolute else "may be waived",
            f"`{rule.setting}` = `{getattr(DEFAULT_POLICY, rule.setting)!r}`" if rule.setting else "",
            rule.source,
            f"{sentence(SHOWS[rule.code][0])} ({len(SHOWS[rule.code]) + len(BESIDE[rule.code])} cases)",
        ]
        for rule in listed
    ]
    return _table(["Rule", what, "", "Setting and default", "Source", "Test"], rows)


def kinds() -> str:
    """Every kind of support as its file declares it."""
    head = [
        "Kind",
        "What it is",
        "How it comes about",
        "Who gives it",
        "Places",
        "Days of each, length",
        "Needs",
        "Consents",
        "To answer",
        "Usual priority",
        "Source",
    ]
    return _table(head, (_kind(kind) for kind in KINDS.values()))


def _kind(kind: Kind) -> list[str]:
    places = (f"{f'{place.count} × ' if place.count > 1 else ''}{place.part}: {ROLES[place.role].title}" for place in kind.places)
    others = [ROLES[role].title for role in kind.roles if role not in dict(kind.team)]
    capped = f", {kind.most_days:g} at most" if kind.most_days else ""
    stages = ", then ".join(" and ".join(_words(party) for party in stage) for stage in kind.consents)
    return [
        f"`{kind.code}`",
        f"**{kind.title[0].upper()}{kind.title[1:]}.** {kind.summary}",
        "in every way" if kind.origins == tuple(ORIGINS) else ", ".join(f"`{origin}`" for origin in kind.origins),
        ", ".join(kind.givers),
        "; ".join(places) + (f"; also {', '.join(others)}" if others else "; also any other role" if not kind.roles else ""),
        f"{kind.days:g}{capped}, {kind.window_days} days",
        ", ".join(f"`{need}`" for need in NEEDS if need in kind.needs),
        stages,
        f"{kind.answer_days} working days; urgent {kind.urgent_hours} hours",
        PRIORITIES[kind.priority],
        kind.source,
    ]


def needs() -> str:
    """What a kind may need, in words."""
    return _table(["Need", "What it asks for"], [[f"`{need}`", words] for need, words in NEEDS.items()])


def origins() -> str:
    """How a request may come about, in words."""
    return _table(["Origin", "What it means"], [[f"`{origin}`", words] for origin, words in ORIGINS.items()])


def kind_fields() -> str:
    """Every field of a file that declares a kind."""
    fields = {name: field for name, field in Kind.model_fields.items() if name != "code"}
    parts = {f"places: {name}": field for name, field in Part.model_fields.items()}
    rows = [[f"`{name}`", _default(field), field.description or ""] for name, field in {**fields, **parts}.items()]
    return _table(["Field", "Where it is left out", "What it is"], rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return (
        f"{field.default:g}"
        if isinstance(field.default, int) and not isinstance(field.default, bool)
        else "no"
        if field.default is False
        else "none"
    )


def _words(code: str) -> str:
    return {
        "host_dcs": "the host's director",
        "host_lead_member": "the host's lead member",
        "host_chief_executive": "the host's chief executive",
    }.get(code, f"the {code.replace('_', ' ')}")


def terms() -> str:
    """Every term of the fit and every penalty, with its formula and a worked case that fails without it."""
    rows = []
    for name, (measure, default) in {
        **{name: (measure, DEFAULT_POLICY.weights[name]) for name, measure in MEASURES.items()},
        **{name: (measure, -penalty(DEFAULT_POLICY)) for name, (measure, penalty) in PENALTIES.items()},
    }.items():
        formula = " ".join((measure.__doc__ or "").split())
        shown = SHOWS[f"term:{name}"]
        cases = f"{sentence(shown[0])} ({len(shown) + len(BESIDE[f'term:{name}'])} cases)"
        rows.append([f"`{name}`", formula, f"{default:g}", cases])
    return _table(["Term", "Formula", "Weight by default", "Test"], rows)


TABLES: dict[str, Callable[[], str]] = {
    "rules": rules,
    "rules_of_the_whole": rules_of_the_whole,
    "terms": terms,
    "kinds": kinds,
    "origins": origins,
    "needs": needs,
    "kind_fields": kind_fields,
    "settings": settings,
    "desk_settings": desk_settings,
    "metrics": metrics,
    "roles": roles,
    "calls": calls,
}


def renewed(page: str) -> str:
    """A page's text with its tables as the code has them now. Errors: KeyError for a table that is not in TABLES."""
    return _TABLE.sub(lambda match: f"<!-- {match[1]} -->\n{TABLES[match[1]]()}\n<!-- end -->", (DOCS / page).read_text())


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(renewed(name))
