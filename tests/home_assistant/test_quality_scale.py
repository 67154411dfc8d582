"""The Integration Quality Scale: every rule is named, and what can be looked at holds."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from homeassistant.const import Platform
from homeassistant.util.yaml import load_yaml_dict

from custom_components.p1_monitor.const import PLATFORMS

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components/p1_monitor"

# developers.home-assistant.io, _includes/tiers.json, 2026-08.
TIERS = {
    "bronze": """action-setup appropriate-polling brands common-modules config-flow-test-coverage config-flow
        dependency-transparency docs-actions docs-conditions docs-high-level-description
        docs-installation-instructions docs-removal-instructions docs-triggers entity-event-setup
        entity-unique-id has-entity-name runtime-data test-before-configure test-before-setup
        unique-config-entry""",
    "silver": """action-exceptions config-entry-unloading docs-configuration-parameters
        docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
        parallel-updates reauthentication-flow test-coverage""",
    "gold": """devices diagnostics discovery discovery-update-info docs-data-update docs-examples
        docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting
        docs-use-cases dynamic-devices entity-category entity-device-class entity-disabled-by-default
        entity-translations exception-translations icon-translations reconfiguration-flow repair-issues
        stale-devices""",
    "platinum": "async-dependency inject-websession strict-typing",
}
RULES = {rule for rules in TIERS.values() for rule in rules.split()}
CLAIMS: dict[str, Any] = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]
MANIFEST = json.loads((INTEGRATION / "manifest.json").read_text())
ENGLISH = json.loads((INTEGRATION / "translations/en.json").read_text())
DOCUMENT = ROOT / "docs/home-assistant.md"


def source(name: str) -> str:
    return (INTEGRATION / name).read_text()


def everything() -> str:
    return "\n".join(path.read_text() for path in INTEGRATION.rglob("*.py"))


def functions(name: str) -> set[str]:
    """What a module and its classes define."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(source(name))) if isinstance(node, kinds)}


def platform_files() -> list[str]:
    return [f"{Platform(platform).value}.py" for platform in PLATFORMS]


# What is still to be written; the scale is reached once this is empty.
TO_DO = {rule for rule, claim in CLAIMS.items() if claim == "todo"}

CHECKS: dict[str, Callable[[], bool]] = {
    "action-setup": lambda: "async_setup" in functions("__init__.py"),
    "brands": lambda: (INTEGRATION / "brand/icon.png").exists(),
    "common-modules": lambda: (
        (INTEGRATION / "coordinator.py").exists() and (INTEGRATION / "entity.py").exists()
    ),
    "config-flow": lambda: bool(
        MANIFEST["config_flow"] and ENGLISH["config"]["step"]["user"]["data_description"]
    ),
    "dependency-transparency": lambda: MANIFEST["requirements"] == [],
    "async-dependency": lambda: MANIFEST["requirements"] == [],
    "entity-event-setup": lambda: "async_added_to_hass" in functions("event.py"),
    "entity-unique-id": lambda: "_attr_unique_id" in source("entity.py"),
    "has-entity-name": lambda: "_attr_has_entity_name = True" in source("entity.py"),
    "runtime-data": lambda: (
        "entry.runtime_data = " in source("__init__.py")
        and "type P1MonitorConfigEntry = ConfigEntry[" in source("coordinator.py")
    ),
    "test-before-setup": lambda: "async_config_entry_first_refresh" in source("__init__.py"),
    "unique-config-entry": lambda: "_abort_if_unique_id_configured" in source("config_flow.py"),
    "config-entry-unloading": lambda: "async_unload_entry" in functions("__init__.py"),
    "integration-owner": lambda: bool(MANIFEST["codeowners"]),
    "parallel-updates": lambda: all("\nPARALLEL_UPDATES = " in source(name) for name in platform_files()),
    "reauthentication-flow": lambda: "async_step_reauth" in functions("config_flow.py"),
    "reconfiguration-flow": lambda: "async_step_reconfigure" in functions("config_flow.py"),
    "diagnostics": lambda: "async_get_config_entry_diagnostics" in functions("diagnostics.py"),
    "discovery": lambda: {"dhcp", "ssdp", "zeroconf"} <= set(MANIFEST),
    "discovery-update-info": lambda: {"registered_devices": True} in MANIFEST["dhcp"],
    "stale-devices": lambda: "async_remove_config_entry_device" in functions("__init__.py"),
    "icon-translations": lambda: (INTEGRATION / "icons.json").exists(),
    "repair-issues": lambda: "learn_more_url" in source("issues.py"),
    "inject-websession": lambda: "ClientSession(" not in everything(),
    "strict-typing": lambda: "strict = true" in (ROOT / "pyproject.toml").read_text(),
}


def test_every_rule_is_named() -> None:
    assert len(RULES) == 54
    assert set(CLAIMS) == RULES


def test_only_documents_are_still_to_be_written() -> None:
    assert all(rule.startswith("docs-") for rule in TO_DO)


def test_an_exemption_has_its_reason() -> None:
    for rule, claim in CLAIMS.items():
        if claim not in ("done", "todo"):
            assert claim["status"] == "exempt", rule
            assert claim["comment"].endswith("."), rule


@pytest.mark.parametrize("rule", sorted(CHECKS))
def test_what_can_be_looked_at(rule: str) -> None:
    assert CHECKS[rule]()


# A word that a heading of the document must have where the rule is claimed.
HEADINGS = {
    "docs-actions": "action",
    "docs-conditions": "condition",
    "docs-configuration-parameters": "option",
    "docs-data-update": "up to date|data update",
    "docs-examples": "example|blueprint",
    "docs-high-level-description": "home assistant",
    "docs-installation-instructions": "install",
    "docs-installation-parameters": "asks|parameters",
    "docs-known-limitations": "limit",
    "docs-removal-instructions": "remov",
    "docs-supported-devices": "needs|supported|devices",
    "docs-supported-functions": "entities|functions",
    "docs-triggers": "trigger",
    "docs-troubleshooting": "troubleshoot",
    "docs-use-cases": "for|use cases",
}


def test_all_rules_of_documents_are_looked_at() -> None:
    assert set(HEADINGS) == {rule for rule in RULES if rule.startswith("docs-")}


@pytest.mark.parametrize("rule", sorted(HEADINGS))
def test_documents(rule: str) -> None:
    """What is claimed of the document has its place in it."""
    headings = re.findall(r"^#+ (.*)$", DOCUMENT.read_text(), re.MULTILINE)
    found = any(re.search(HEADINGS[rule], heading.lower()) for heading in headings)
    assert found or CLAIMS[rule] == "todo"
