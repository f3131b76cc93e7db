"""What deploy/ names exists: every setting, port, command, topic and package. No container is started here."""

import ast
import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from typer.main import get_group

from schemas.topics import topics
from services import cli
from services.desk.settings import DeskSettings
from services.kit.settings import Settings
from services.onebox import fleet, front, kafka, postgres
from services.onebox.remote import Addresses
from tests.support.house_rules import ROOT, files, text_of

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
FINAL_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
OURS = {name: container for name, container in CONTAINERS.items() if container["image"].startswith("manyhands:")}
JOBS = {name: container for name, container in OURS.items() if container["command"][0] == "manyhands"}
RUNNING = {name: container for name, container in OURS.items() if name not in JOBS}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
YAMLLINT = "{extends: default, rules: {line-length: {max: 140}, document-start: disable, comments: {min-spaces-from-content: 1}}}"
OWN = {"schemas", "services", "jsoncompat"}  # jsoncompat compares schemas while the code is worked on
NOT_IN_CONTAINERS = {"MANYHANDS_TOPIC_PREFIX", "MANYHANDS_CLOCK_FILE"}  # several installations on one cluster; tests


def variables(text: str) -> set[str]:
    return set(re.findall(r"\bMANYHANDS_[A-Z_]+\b", text))


def version_of(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.!+]+)", text_of(lock), re.MULTILINE))


def test_every_variable_that_is_named_is_read() -> None:
    named = {name for file in ("Dockerfile", "compose.yaml", ".env.example") for name in variables((DEPLOY / file).read_text())}
    named |= variables(Path(fleet.__file__).read_text()) | variables(Path(front.__file__).read_text())
    read = {f"MANYHANDS_{name.upper()}" for name in (*DeskSettings.model_fields, *(field.name for field in fields(Addresses)))}
    assert named <= read


def test_every_service_is_given_every_setting_that_it_needs() -> None:
    assert set(RUNNING) == set(fleet.SERVICES)
    for name, container in RUNNING.items():
        settings = DeskSettings if name == "desk" else Settings
        needed = {f"MANYHANDS_{name.upper()}" for name, field in settings.model_fields.items() if field.is_required()}
        assert needed <= set(container["environment"]), name


def test_containers_are_given_the_settings_that_onebox_gives() -> None:
    given = variables(Path(fleet.__file__).read_text()) - NOT_IN_CONTAINERS
    for name, container in RUNNING.items():
        assert given <= set(container["environment"]), name
    assert variables(Path(front.__file__).read_text()) <= set(RUNNING["desk"]["environment"])


def test_the_example_of_the_environment_names_what_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert set(re.findall(r"^(\w+)=", (DEPLOY / ".env.example").read_text(), re.MULTILINE)) == asked


def test_no_password_stands_in_a_file() -> None:
    for name, container in CONTAINERS.items():
        for variable, value in container.get("environment", {}).items():
            if "PASSWORD" in variable:
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), (name, variable)
    assert not re.search(r"PASSWORD=\S", (DEPLOY / ".env.example").read_text())
    assert ".env" in (DEPLOY / ".gitignore").read_text().split()


def test_a_missing_setting_is_named_and_the_password_beside_it_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in variables(" ".join(os.environ)):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("MANYHANDS_DATABASE_URL", "postgresql://r:sesame@h/d")  # short, because what is shown is cut
    with pytest.raises(ValidationError, match="kafka") as refused:
        Settings()
    assert "sesame" not in str(refused.value)


@pytest.mark.parametrize("name", RUNNING)
def test_every_service_is_a_module(name: str) -> None:
    assert CONTAINERS[name]["command"] == ["python", "-m", f"services.{name}.app"]
    assert importlib.util.find_spec(f"services.{name}.app") is not None


@pytest.mark.parametrize("name", JOBS)
def test_every_job_is_a_command_that_finds_all_it_needs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in variables(" ".join(os.environ)):
        monkeypatch.delenv(variable)
    for variable, value in JOBS[name]["environment"].items():
        monkeypatch.setenv(variable, value)
    program, word, *arguments = JOBS[name]["command"]
    assert program in PROJECT["scripts"]
    get_group(cli.app).commands[word].make_context(word, arguments)  # complains of what is missing or too much
    assert arguments in ([], *([service] for service in fleet.SERVICES))


def test_each_service_has_a_database_of_its_own_and_a_job_that_migrates_it() -> None:
    urls = {service: RUNNING[service]["environment"]["MANYHANDS_DATABASE_URL"] for service in fleet.SERVICES}
    for service, url in urls.items():
        role = re.match(r"postgresql://(\w+):\$\{(\w+)", url)
        assert role
        assert role.groups() == (f"manyhands_{service}", f"{service.upper()}_PASSWORD")
        assert url.endswith(f"@postgres:5432/manyhands_{service}")
        job = JOBS[f"migrate-{service}"]
        assert job["command"] == ["manyhands", "migrate", service]
        assert job["environment"] == {"MANYHANDS_DATABASE_URL": url}
    made = re.search(r"for service in ([\w ]+);", (DEPLOY / "postgres" / "databases.sh").read_text())
    assert made
    assert sorted(made[1].split()) == sorted(fleet.SERVICES)


def test_nothing_starts_before_what_it_needs() -> None:
    for service in fleet.SERVICES:
        done = {"condition": "service_completed_successfully"}
        assert RUNNING[service]["depends_on"] == {"topics": done, f"migrate-{service}": done}
        assert JOBS[f"migrate-{service}"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert JOBS["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}
    assert all("healthcheck" in CONTAINERS[server] for server in ("kafka", "postgres"))


def test_every_port_agrees_and_is_published_on_loopback_alone() -> None:
    inside = re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    assert inside
    assert f"MANYHANDS_HTTP_PORT={inside[1]}" in DOCKERFILE
    taken: list[int] = []
    for name, container in CONTAINERS.items():
        for published in container.get("ports", []):
            parts = re.fullmatch(r"127\.0\.0\.1:(\d+)(?:-(\d+))?:(\d+)", published)
            assert parts, (name, published)
            taken += range(int(parts[1]), int(parts[2] or parts[1]) + 1)
            assert name not in RUNNING or parts[3] == inside[1]
    assert len(taken) == len(set(taken))
    assert {name: container["environment"]["MANYHANDS_HTTP_PORT"] for name, container in RUNNING.items()} == dict.fromkeys(
        RUNNING, inside[1]
    )
    advertised = CONTAINERS["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert CONTAINERS["kafka"]["ports"] == ["127.0.0.1:9092:9092"]
    assert "OUTSIDE://localhost:9092" in advertised
    assert all(f"INSIDE://{container['environment']['MANYHANDS_KAFKA']}" in advertised for container in [*RUNNING.values(), JOBS["topics"]])


def test_every_topic_that_a_service_hears_is_created() -> None:
    planned = {topic.name for topic in topics()}
    for service in fleet.SERVICES:
        heard = set(importlib.import_module(f"services.{service}.app").SERVICE.ears.topics())
        assert heard | {f"{topic}.parked" for topic in heard} <= planned
    assert CONTAINERS["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_kafka_and_postgresql_are_set_as_onebox_sets_them() -> None:
    as_onebox = dict(line.split("=", 1) for line in kafka.PROPERTIES.splitlines())
    here = {name.removeprefix("KAFKA_").lower().replace("_", "."): value for name, value in CONTAINERS["kafka"]["environment"].items()}
    own = {"node.id", "log.dirs", "listeners", "advertised.listeners", "listener.security.protocol.map", "controller.quorum.voters"}
    own |= {"inter.broker.listener.name", "process.roles", "controller.listener.names"}
    assert {name: value for name, value in here.items() if name not in own}.items() <= as_onebox.items()
    options = dict(word.split("=", 1) for word in CONTAINERS["postgres"]["command"][2::2])
    assert options.items() <= postgres.SETTINGS.items()
    assert "log_error_verbosity" in options


def test_our_containers_may_do_nothing_but_their_work() -> None:
    for name, container in OURS.items():
        assert container["read_only"] is True, name
        assert container["cap_drop"] == ["ALL"], name
        assert container["security_opt"] == ["no-new-privileges:true"], name
        assert [mount.split(":")[0] for mount in container["tmpfs"]] == ["/tmp"], name
        assert not container.keys() & {"volumes", "privileged", "cap_add", "user", "container_name"}, name
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert CONTAINERS["postgres"]["networks"] == ["inside"]


def test_a_service_has_time_to_finish_and_may_be_scaled() -> None:
    for name, container in RUNNING.items():
        assert container["stop_grace_period"] == "15s", name  # more than the ten seconds that a service takes at most
        first, last = re.findall(r":(\d+)-(\d+):", container["ports"][0])[0]
        assert int(last) - int(first) + 1 == max(topic.partitions for topic in topics()), name


def test_the_image_is_not_root_and_no_shell_stands_before_the_process() -> None:
    user = re.search(r"^USER (\d+):(\d+)$", FINAL_STAGE, re.MULTILINE)
    assert user
    assert "0" not in user.groups()
    assert "\nRUN " not in FINAL_STAGE  # everything is made in the stage before
    assert re.search(r'^CMD \["', FINAL_STAGE, re.MULTILINE)
    assert re.search(r'^HEALTHCHECK .*CMD \["python", "-c"', FINAL_STAGE, re.MULTILINE)
    assert "/healthz" in FINAL_STAGE
    assert all(isinstance(container["command"], list) for container in CONTAINERS.values() if "command" in container)


def test_the_image_is_of_this_release_and_of_this_python() -> None:
    assert f'image.version="{PROJECT["version"]}"' in DOCKERFILE
    assert {container["image"] for container in OURS.values()} == {f"manyhands:{PROJECT['version']}"}
    base = re.search(r"^ARG PYTHON=python:3\.11\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)
    assert base
    assert re.search(r"^ARG NODE=node:\d+\.\d+\.\d+-\w+-slim$", DOCKERFILE, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${NODE}", "${PYTHON}", "${PYTHON}"]


def test_what_is_copied_into_the_image_is_let_through_and_nothing_else_is() -> None:
    copied = set(re.findall(r"^COPY (?!--)(\S+) \S+$", DOCKERFILE, re.MULTILINE))
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == let_through
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_has_every_package_that_its_code_imports() -> None:
    locked, everything = version_of("requirements-services.lock"), version_of("requirements.lock")
    assert locked.items() <= everything.items(), "write both anew: make lock"
    known = packages_distributions()
    rooms = [name for name in files(".py", under=["schemas/", "services/"]) if not name.startswith("services/onebox/")]
    for name in [*rooms, "services/onebox/remote.py", "services/onebox/caller.py", "services/onebox/tokens.py"]:
        for node in ast.walk(ast.parse(text_of(name))):
            tops = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            tops += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for top in {module.split(".")[0] for module in tops} - sys.stdlib_module_names - OWN:
                assert any(distribution.lower().replace("_", "-") in locked for distribution in known[top]), (name, top)


def test_the_image_has_no_package_that_is_for_onebox_or_for_work_on_the_code() -> None:
    extras = [re.split(r"[=\[<>]", package)[0] for extra in PROJECT["optional-dependencies"].values() for package in extra]
    assert not set(extras) & set(version_of("requirements-services.lock"))


def test_hadolint_has_nothing_to_say() -> None:
    command: list[str | Path] = [Path(sys.executable).with_name("hadolint"), DEPLOY / "Dockerfile"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_yamllint_has_nothing_to_say() -> None:
    command: list[str | Path] = [sys.executable, "-m", "yamllint", "--strict", "-d", YAMLLINT, DEPLOY / "compose.yaml"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")
