"""What is installed: every package of ours, and nothing under a name that is not ours."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _declared() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["setuptools"]["packages"]


def test_every_package_is_listed() -> None:
    packages = {
        ".".join(init.parent.relative_to(ROOT).parts)
        for top in ("sal_anchors", "cli")
        for init in (ROOT / top).rglob("__init__.py")
    }
    renamed = {"sal_anchors_cli" + name[3:] if name[:3] == "cli" else name for name in packages}
    assert renamed == set(_declared())


def test_every_folder_with_modules_is_a_package() -> None:
    for top in ("sal_anchors", "cli"):
        for module in (ROOT / top).rglob("*.py"):
            assert (module.parent / "__init__.py").exists()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from a copy of its sources."""
    if importlib.util.find_spec("build") is None or importlib.util.find_spec("setuptools") is None:
        pytest.skip("building a wheel needs the packages build and setuptools")
    source = tmp_path_factory.mktemp("source")
    for folder in ("sal_anchors", "cli", "tests"):
        shutil.copytree(
            ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
        else:
            pytest.skip(f"{name} is not there yet, and a wheel needs it")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", source / "dist"],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = (source / "dist").glob("*.whl")
    return path


def test_a_wheel_holds_the_library_and_the_command_line_only(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "sal_anchors",
        "sal_anchors_cli",
    }
    for module in ("sal_anchors/py.typed", "sal_anchors_cli/main.py", "sal_anchors/loss.py"):
        assert module in names
    modules = {name for name in names if name.endswith(".py")}
    ours = {p.relative_to(ROOT).as_posix() for p in (ROOT / "sal_anchors").rglob("*.py")}
    commands = (path.relative_to(ROOT / "cli") for path in (ROOT / "cli").rglob("*.py"))
    ours |= {f"sal_anchors_cli/{path}" for path in commands}
    assert modules == ours


def test_a_wheel_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import sal_anchors, sal_anchors_cli.main;"
        "print(sal_anchors.__file__); print(sal_anchors_cli.main.__file__)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(line.startswith(str(tmp_path)) for line in answer.stdout.splitlines())


def test_a_wheel_has_the_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
    assert "sal-anchors = sal_anchors_cli.main:main" in archive.read(name).decode()
