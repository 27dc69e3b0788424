"""What the project promises about itself: exact pins, light imports, valid schemas, links that lead somewhere."""

import ast
import json
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SCHEMAS = sorted((ROOT / "schemas").rglob("*.json"))
PAGES = [page for page in (ROOT / "README.md", ROOT / "CHANGELOG.md") if page.exists()]
PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[0-9][A-Za-z0-9.!+_-]*)")
SILENCED = re.compile(r"# (?:noqa(?:: [A-Z0-9, ]+)?|type: ignore(?:\[[a-z, -]+\])?)\W*$", re.MULTILINE)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?[^)]*\)")
NEVER_IMPORTED = {
    "build": "tests/acceptance/test_wheel.py builds the wheel with it, as a command",
    "coverage": "measures what the tests reach",
    "hatchling": "builds the wheel, without a network",
    "import-linter": "`make check` holds the floors with it",
    "mypy": "`make check` checks the types with it",
    "pytest-cov": "hands coverage to pytest",
    "pytest-randomly": "shuffles the tests",
    "pytest-xdist": "`make check` runs the tests on both cores with it",
    "ruff": "`make check` checks form and style with it",
    "schemathesis": "tests/acceptance/test_serve_schemathesis.py asks the service with it, as a command",
    "types-jsonschema": "read by mypy",
    "types-pyyaml": "read by mypy",
    "types-requests": "read by mypy",
    "tzdata": "read by zoneinfo where the system has no time zones",
}
"""What is declared though no line imports it, and why."""


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    odd = [line for line in pinned if not PIN.fullmatch(line)]
    assert not odd, f"constraints.txt takes `name==version` and comments only, not {odd}"
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in pinned)}


def requirements() -> list[Requirement]:
    optional = [one for group in PROJECT["optional-dependencies"].values() for one in group]
    return [Requirement(one) for one in [*PROJECT["dependencies"], *optional]]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_constraints_are_exact_versions_without_addresses_paths_or_doubles() -> None:
    pinned = pins()
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if PIN.fullmatch(line)]
    assert len(lines) == len(pinned) > 0


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_every_requirement_is_pinned_to_a_version_in_its_range(requirement: Requirement) -> None:
    pinned = pins()
    name = canonicalize_name(requirement.name)
    assert name in pinned, f"{name} has no pin; renew them with `make constraints`"
    assert requirement.specifier.contains(pinned[name]), f"{name}=={pinned[name]} is not {requirement.specifier}"


def test_no_file_of_the_project_names_an_index_or_a_credential_for_one() -> None:
    files = [ROOT / name for name in ("pyproject.toml", "constraints.txt", "Makefile", ".ci/run")]
    forbidden = re.compile(r"index-url|--index|find-links|trusted-host|://[^/\s]*@", re.IGNORECASE)
    assert [file.name for file in files if forbidden.search(file.read_text("utf-8"))] == []


@cache
def distributions() -> Mapping[str, list[str]]:
    """Top name of a module → the distributions that bring it."""
    return packages_distributions()


@cache
def imported(*folders: str) -> set[str]:
    """The top names of all that the modules under those folders import, without the standard library and our own."""
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file)))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"simulator", "tests", "loadtests"}


def undeclared(names: set[str], declared: list[Requirement]) -> set[str]:
    """Those names that none of the declared distributions brings."""
    makers = distributions()
    known = {canonicalize_name(one.name) for one in declared}
    return {name for name in names if not known & {canonicalize_name(one) for one in makers.get(name, ())}}


def test_whatever_the_package_imports_is_declared_as_needed_to_run() -> None:
    foreign = imported("simulator")
    assert "orjson" in foreign
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["load"]]
    assert undeclared(foreign, [Requirement(one) for one in needed]) == set()


def test_only_what_sends_and_judges_loads_imports_what_loads_alone_need() -> None:
    folders = sorted(one.name for one in (ROOT / "simulator").iterdir() if one.is_dir() and one.name != "load")
    foreign = imported(*(f"simulator/{name}" for name in folders))
    assert "orjson" in foreign
    assert undeclared(foreign, [Requirement(one) for one in PROJECT["dependencies"]]) == set()


def test_whatever_a_load_needs_is_there_for_the_tests() -> None:
    extras = PROJECT["optional-dependencies"]
    assert set(extras["load"]) <= set(extras["test"])


def test_whatever_the_tests_import_is_declared_too() -> None:
    foreign = imported("tests", "loadtests")
    assert "pytest" in foreign
    assert undeclared(foreign, requirements()) == set()


def test_whatever_is_declared_is_imported_or_has_a_reason() -> None:
    makers = distributions()
    used = {canonicalize_name(one) for name in imported("simulator", "tests", "loadtests") for one in makers[name]}
    declared = {canonicalize_name(one.name) for one in requirements()}
    assert declared - used == set(NEVER_IMPORTED)


def test_importing_the_package_pulls_in_nothing_heavy() -> None:
    heavy = ["asyncio", "click", "faker", "flask", "httptools", "jsonschema", "jsonschema_rs", "orjson", "requests"]
    heavy += ["rich", "sqlite3", "ssl", "urllib.request", "uvloop", "waitress", "yaml"]
    program = f"""
        import sys
        there = set(sys.modules)  # what a coverage run loads at the start of every process
        import simulator
        print(*sorted(set({heavy!r}) & (set(sys.modules) - there)))
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, [], "")


def test_whoever_silences_a_check_says_why() -> None:
    files = [file for folder in ("simulator", "tests") for file in sorted((ROOT / folder).rglob("*.py"))]
    mute = {relative(file) for file in files if SILENCED.search(file.read_text("utf-8"))}
    assert mute == set(), "put the reason behind: `# noqa: B008 - frozen`"


def test_the_console_command_is_the_modules_main() -> None:
    assert PROJECT["scripts"] == {"partnersim": "simulator.__main__:main"}


def test_every_python_version_named_is_one_that_may_install_it() -> None:
    floor = PROJECT["requires-python"].removeprefix(">=")
    named = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", one)]
    assert floor in named
    assert min(named, key=lambda one: [int(part) for part in one.split(".")]) == floor


def test_the_changelog_tells_of_the_version_that_is_built() -> None:
    import simulator

    headings = re.findall(r"^## \[([^]]+)]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert simulator.__version__ in headings


def test_there_are_schemas_to_check() -> None:
    assert len(SCHEMAS) >= 6


@pytest.mark.parametrize("path", SCHEMAS, ids=relative)
def test_a_schema_is_valid_and_says_what_it_is(path: Path) -> None:
    content = json.loads(path.read_text("utf-8"))
    assert path.name.endswith(".schema.json")
    assert content["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(content)
    name = relative(path).removeprefix("schemas/").removesuffix(".schema.json")
    assert content["$id"] == f"urn:partnersim:{name}"
    assert content["title"]
    assert content["description"]


@pytest.mark.parametrize("path", SCHEMAS, ids=relative)
def test_a_schemas_own_examples_fit_it(path: Path) -> None:
    content = json.loads(path.read_text("utf-8"))
    assert content["examples"]
    validator = jsonschema.Draft202012Validator(content)
    for example in content["examples"]:
        assert [error.message for error in validator.iter_errors(example)] == []


def test_no_two_schemas_share_an_id() -> None:
    ids = [json.loads(path.read_text("utf-8"))["$id"] for path in SCHEMAS]
    assert len(set(ids)) == len(ids)


def test_every_makefile_target_says_what_it_is_for() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    explained = re.findall(r"^([a-z]+):[^\n]*## \S", makefile, re.MULTILINE)
    assert sorted(explained) == sorted(phony)
    assert {"demo", "test", "check", "deep", "format", "clean", "help"} <= set(phony)


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_a_pages_links_lead_to_files_that_exist(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = LINK.findall(prose)
    assert targets
    local = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if target and not (page.parent / target).exists()] == []
