"""What is built and shipped: a wheel made from the source archive, installed elsewhere, works from any folder."""

import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

import simulator
from tests.acceptance.conftest import unmeasured_environment

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = "simulator/_bundled/"
DEADLINE = 300.0  # seconds: a build that hangs is to be seen, however slow the machine


def run(command: Sequence[str | Path], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, env=unmeasured_environment(), capture_output=True, text=True, timeout=DEADLINE,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built the way a release is: the source archive first, the wheel from it."""
    folder = tmp_path_factory.mktemp("dist")
    here = ["--no-isolation"] if find_spec("hatchling") else []
    run([sys.executable, "-m", "build", *here, "--outdir", folder, ROOT], folder)
    assert [one.name for one in folder.glob("*.tar.gz")] == [f"partnersim-{simulator.__version__}.tar.gz"]
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of a fresh environment with the wheel in it; what partnersim needs is borrowed from ours.

    Borrowing (a .pth file, whose own .pth files Python does not follow) keeps the test fast and away from the network,
    and leaves our checkout out of its path.
    """
    home = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    where = {"base": str(home), "platbase": str(home)}
    site = Path(sysconfig.get_path("purelib", "venv", where))
    ours = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "borrowed.pth").write_text("\n".join(sorted(ours)) + "\n", "utf-8")
    scripts = Path(sysconfig.get_path("scripts", "venv", where))
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        scripts / "python",
        "--disable-pip-version-check",
        "--no-input",
    ]
    run([*pip, "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", wheel], home)
    return scripts


def files_below(folder: Path) -> set[str]:
    return {
        one.relative_to(folder).as_posix()
        for one in folder.rglob("*")
        if one.is_file() and "__pycache__" not in one.parts
    }


def test_the_wheel_holds_every_file_of_the_package_typing_marker_included(names: frozenset[str]) -> None:
    shipped = {name.removeprefix("simulator/") for name in names if name.startswith("simulator/")}
    own = {name for name in shipped if not name.startswith("_bundled/")}
    assert own == files_below(ROOT / "simulator")
    assert "py.typed" in own


@pytest.mark.parametrize("folder", ["schemas", "scenarios"])
def test_the_wheel_holds_every_schema_and_scenario(names: frozenset[str], folder: str) -> None:
    shipped = {name.removeprefix(f"{BUNDLED}{folder}/") for name in names if name.startswith(f"{BUNDLED}{folder}/")}
    assert shipped == files_below(ROOT / folder) != set()


def test_the_wheel_holds_no_tests_and_nothing_beside_the_package(names: frozenset[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"simulator", f"partnersim-{simulator.__version__}.dist-info"}
    assert [name for name in names if "test_" in name or "/tests/" in name or "conftest" in name] == []


def test_the_wheel_carries_its_licence_and_its_readme(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = f"partnersim-{simulator.__version__}.dist-info"
        assert archive.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
        metadata = archive.read(f"{info}/METADATA").decode()
    assert (ROOT / "README.md").read_text("utf-8").strip() in metadata


def test_the_installed_package_is_the_wheels_and_not_the_checkouts(installed: Path, tmp_path: Path) -> None:
    program = "import simulator, simulator.resources as r; print(simulator.__file__); print(r.folder('schemas'))"
    places = run([installed / "python", "-c", program], tmp_path).split()
    assert [Path(place).is_relative_to(installed.parent) for place in places] == [True, True]


def test_the_installed_command_says_its_version_from_another_folder(installed: Path, tmp_path: Path) -> None:
    assert simulator.__version__ in run([installed / "partnersim", "--version"], tmp_path)


def test_the_installed_command_finds_every_shipped_scenario_and_rule(installed: Path, tmp_path: Path) -> None:
    listed = run([installed / "partnersim", "list", "scenarios"], tmp_path)
    rules = run([installed / "partnersim", "list", "rules"], tmp_path)
    names = {name.removesuffix(".yaml") for name in files_below(ROOT / "scenarios")}
    lost = [name for name in sorted(names) if name not in listed.split() and not name.startswith("rules/")]
    lost += [name for name in sorted(names) if name.startswith("rules/") and name[len("rules/") :] not in rules.split()]
    assert lost == []


def test_the_installed_command_plans_a_shipped_scenario(installed: Path, tmp_path: Path) -> None:
    planned = run([installed / "partnersim", "plan", "clevertap/one-time-export", "--seed", "1"], tmp_path)
    assert '"Completed"' in planned


def test_the_command_that_the_readme_gives_prints_where_the_installed_locustfile_is(
    installed: Path, tmp_path: Path
) -> None:
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    (program,) = re.findall(r'Installed, the file is in the folder that `python -c "([^"]+)"` prints', readme)
    printed = Path(run([installed / "python", "-c", program], tmp_path).rstrip("\n"))
    assert printed.is_relative_to(installed.parent)
    assert files_below(printed) == files_below(ROOT / "loadtests") > {"locustfile.py"}
