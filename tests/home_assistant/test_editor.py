"""What the automation editor asks for, in each language: the words of our triggers and conditions, and their fields."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import WebSocketGenerator  # type: ignore[import-untyped]

from custom_components.p1_monitor.condition import CONDITIONS
from custom_components.p1_monitor.const import DOMAIN
from custom_components.p1_monitor.trigger import TRIGGERS

from .conftest import SetUp
from .device import P1Monitor


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
@pytest.mark.parametrize(
    ("category", "platform", "names"),
    [("triggers", "trigger", TRIGGERS), ("conditions", "condition", CONDITIONS)],
)
async def test_all_have_words(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    language: str,
    category: str,
    platform: str,
    names: dict[str, Any],
) -> None:
    assert await async_setup_component(hass, "frontend", {})
    assert await async_setup_component(hass, "automation", {"automation": []})
    await set_up(monitor)
    client = await hass_ws_client(hass)

    await client.send_json_auto_id({"type": f"{platform}_platforms/subscribe"})
    assert (await client.receive_json())["success"]
    offered = (await client.receive_json())["event"]
    ours = {key: value for key, value in offered.items() if key.startswith(f"{DOMAIN}.")}
    assert ours.keys() == {f"{DOMAIN}.{name}" for name in names}

    async def words_in(language: str) -> dict[str, str]:
        command = {"type": "frontend/get_translations", "language": language, "category": category}
        await client.send_json_auto_id({**command, "integration": DOMAIN})
        found: dict[str, str] = (await client.receive_json())["result"]["resources"]
        return found

    words, english = await words_in(language), await words_in("en")
    for key, description in ours.items():
        path = f"component.{DOMAIN}.{category}.{key.removeprefix(DOMAIN + '.')}"
        fields = [f"{path}.fields.{field}.name" for field in description["fields"]]
        asked = [f"{path}.name", f"{path}.description", *fields]
        assert [word for word in asked if not words.get(word)] == []
        # What a language lacks comes in English.
        told = f"{path}.description"
        assert (words[told] == english[told]) is (language == "en")
