"""What is said twice, in the manifest, in TypeScript and in Python, is said alike."""

import json
import re
from dataclasses import fields
from pathlib import Path

import joblens
from joblens import checks
from joblens.checks.settings import LEVELS
from joblens.engine import records
from joblens.engine.events import Event
from joblens.lsp import azure_settings, check_settings, commands, protocol
from tests.shared_data import ROOT

MANIFEST = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
SOURCES = ROOT / "extension" / "src"
PROTOCOL = (SOURCES / "protocol.ts").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def found(pattern: str, *texts: str) -> set[str]:
    return {match for text in texts for match in re.findall(pattern, text)}


def texts(folder: Path, suffix: str) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(folder.rglob(f"*{suffix}"))]


def test_every_contributed_command_is_registered_and_no_other():
    contributed = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    assert contributed == found(r'registerCommand\(\s*"([^"]+)"', *texts(SOURCES, ".ts"))


def test_the_lenses_run_contributed_commands():
    contributed = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    lenses = found(
        r'"(joblens\.\w+)"', (ROOT / "server/joblens/features/lenses.py").read_text(encoding="utf-8")
    )
    assert lenses and lenses <= contributed


def test_the_extension_brings_the_commands_that_the_server_leaves_to_it():
    contributed = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    assert set(protocol.COMMANDS) <= contributed
    assert not set(protocol.COMMANDS_FOR_ALL) & contributed
    assert set(commands.COMMANDS) == {*protocol.COMMANDS, *protocol.COMMANDS_FOR_ALL}
    assert found(r'CHECK_WORKSPACE = "([^"]+)"', PROTOCOL) == {protocol.CHECK_WORKSPACE}
    assert found(r'MIGRATE = "([^"]+)"', PROTOCOL) == {protocol.MIGRATE}
    assert found(r'OWN_EXTENSION = "([^"]+)"', PROTOCOL) == {protocol.OWN_EXTENSION}


def test_every_setting_is_read_and_no_other():
    settings = set(MANIFEST["contributes"]["configuration"]["properties"])
    read = found(r'\.get<\w+>\("([^"]+)"', (SOURCES / "settings.ts").read_text(encoding="utf-8"))
    # The language client reads the first of the others by itself, the server asks for what is left.
    azure = {
        f"{azure_settings.SECTION}.{name}"
        for name in ("subscription", "resourceGroup", "workspace", "registries")
    }
    others = {"joblens.trace.server", check_settings.SECTION}
    assert settings == {f"joblens.{name}" for name in read} | others | azure


def test_a_severity_in_the_settings_is_one_that_the_server_knows():
    setting = MANIFEST["contributes"]["configuration"]["properties"][check_settings.SECTION]
    (pattern,) = setting["patternProperties"]
    assert all(re.fullmatch(pattern, code) for code in checks.codes())
    assert setting["patternProperties"][pattern]["enum"] == list(LEVELS)


def test_both_sides_know_the_same_messages():
    python = {protocol.RUN, protocol.CANCEL, protocol.SUBMIT, protocol.RUN_EVENT, protocol.TOKEN}
    python |= {protocol.WORKSPACES, protocol.USE_WORKSPACE, protocol.WORKSPACE_STATE}
    python |= {protocol.JOBS, protocol.FOLLOW_JOB, protocol.CANCEL_JOB, protocol.DOWNLOAD_JOB}
    python |= {protocol.ARCHIVE_JOB, protocol.JOB_EVENT, protocol.PREFLIGHT}
    python |= {protocol.TRIAL, protocol.SWEEP, protocol.SWEEP_PAGE, protocol.RESUME}
    python |= {protocol.EARLIER_RUNS, protocol.FOLLOW_RUN, protocol.RUN_PAGE}
    assert python == found(r'"(joblens/\w+)"', PROTOCOL)


def test_each_menu_shows_contributed_commands():
    contributed = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    menus = MANIFEST["contributes"]["menus"].values()
    assert {item["command"] for menu in menus for item in menu} <= contributed


def test_what_an_icon_in_the_tree_does_is_in_the_menu_too():
    items = MANIFEST["contributes"]["menus"]["view/item/context"]
    icons = {item["command"] for item in items if item["group"].startswith("inline")}
    assert icons <= {item["command"] for item in items if not item["group"].startswith("inline")}


def test_a_run_event_carries_the_same_in_both_languages():
    camel = {re.sub(r"_(\w)", lambda match: match[1].upper(), field.name) for field in fields(Event)}
    assert camel | {"name"} == members("RunEvent")


def test_a_run_is_asked_for_with_the_same_words():
    camel = {
        re.sub(r"_(\w)", lambda match: match[1].upper(), field.name) for field in fields(protocol.RunParams)
    }
    assert camel == members("RunParams") == members("DryRunParams")


def test_a_workspace_is_asked_for_with_the_same_words():
    camel = {
        re.sub(r"_(\w)", lambda match: match[1].upper(), field.name) for field in fields(protocol.UseParams)
    }
    assert camel == members("UseWorkspaceParams")


def test_a_run_is_over_at_the_same_statuses():
    final = re.search(r"FINAL = new Set\(\[(.*?)\]\)", PROTOCOL)
    assert final and found(r'"(\w+)"', final[1]) == set(records.FINAL)


def test_the_version_is_one():
    pyproject = re.search(r'^version = "(.+)"$', PYPROJECT, re.MULTILINE)
    assert pyproject and MANIFEST["version"] == pyproject[1] == joblens.__version__


def test_the_oldest_python_is_one():
    oldest = re.search(
        r"OLDEST: Version = \[(\d+), (\d+)\]", (SOURCES / "python.ts").read_text(encoding="utf-8")
    )
    assert oldest and f'requires-python = ">={oldest[1]}.{oldest[2]}"' in PYPROJECT


def test_the_extension_brings_every_library_that_the_server_needs():
    dependencies = re.search(r"^dependencies = \[(.*?)^\]", PYPROJECT, re.MULTILINE | re.DOTALL)
    bundled = found(r'"([\w-]+)"', libraries())
    assert dependencies
    assert found(r'"([\w-]+)[><=~]', dependencies[1]) <= bundled


def libraries() -> str:
    text = (ROOT / "scripts" / "libraries.mjs").read_text(encoding="utf-8")
    listed = re.search(r"const LIBRARIES = \[\n(.*?)\];", text, re.DOTALL)
    assert listed
    return listed[1]


def members(interface: str) -> set[str]:
    """The names in one interface of protocol.ts."""
    body = re.search(rf"interface {interface} {{\n(.*?)\n}}", PROTOCOL, re.DOTALL)
    assert body
    return found(r"readonly (\w+)\??:", body[1])
