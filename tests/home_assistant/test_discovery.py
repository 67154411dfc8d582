"""Boards that are found: by what they announce, by the router, by their name."""

from ipaddress import ip_address

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_SSDP, SOURCE_ZEROCONF, ConfigFlowResult
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from custom_components.p1_monitor.const import CONF_ORIGINAL, DOMAIN

from .conftest import SetUp
from .device import DEVICE_ID, Board, OriginalBoard, P1Monitor, running
from .test_config_flow import add, answer, read_only, unload  # noqa: F401 (a fixture)


async def discover(hass: HomeAssistant, location: str, serial: str = DEVICE_ID) -> ConfigFlowResult:
    """What Home Assistant does when a board tells the network that it is there."""
    found = SsdpServiceInfo(
        ssdp_usn=f"uuid:70310000-0000-1000-8000-{serial}::upnp:rootdevice",
        ssdp_st="upnp:rootdevice",
        ssdp_location=location,
        upnp={"manufacturer": "P1 Monitor", "serialNumber": serial, "friendlyName": "digimon"},
    )
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_SSDP}, data=found)


async def test_board_that_is_found_is_offered_and_added(hass: HomeAssistant, monitor: P1Monitor) -> None:
    form = await discover(hass, f"http://{monitor.host}/description.xml")
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "discovered")
    assert form["description_placeholders"] == {"name": f"digimon ({monitor.host})"}

    result = await read_only(hass, await answer(hass, form))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {CONF_HOST: monitor.host, CONF_ORIGINAL: False}
    assert result["result"].unique_id == DEVICE_ID


async def test_an_announcement_of_a_known_board_is_not_believed(
    hass: HomeAssistant, monitor: P1Monitor
) -> None:
    entry = (await add(hass, monitor))["result"]
    result = await discover(hass, "http://192.168.0.17/description.xml")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data[CONF_HOST] == monitor.host


async def test_board_that_has_gone_again_is_not_added(hass: HomeAssistant, monitor: P1Monitor) -> None:
    assert (await discover(hass, ""))["reason"] == "cannot_connect"
    assert (await discover(hass, "http://127.0.0.1:9/", "0200c3000099"))["reason"] == "cannot_connect"
    form = await discover(hass, f"http://{monitor.host}/description.xml")
    await monitor.stop()
    assert (await answer(hass, form))["reason"] == "cannot_connect"


async def test_an_original_device_that_is_found(hass: HomeAssistant, original: OriginalBoard) -> None:
    form = await discover(hass, f"http://{original.host}/description.xml", original.serial)
    form = await answer(hass, form)
    assert form["step_id"] == "capacity"
    result = await answer(hass, form)
    assert result["result"].unique_id == DEVICE_ID


async def lease(
    hass: HomeAssistant, ip: str, name: str = "digimon", mac: str = DEVICE_ID
) -> ConfigFlowResult:
    """What Home Assistant does when it sees a device ask the router for an address."""
    found = DhcpServiceInfo(ip=ip, hostname=name, macaddress=mac)
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_DHCP}, data=found)


async def test_a_router_that_tells_of_a_board(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    form = await lease(hass, monitor.host)
    assert form["step_id"] == "discovered"
    hass.config_entries.flow.async_abort(form["flow_id"])

    entry = await set_up(monitor)
    result = await lease(hass, "192.168.0.17")
    assert (result["reason"], entry.data[CONF_HOST]) == ("already_configured", monitor.host)


async def test_another_thing_of_that_name_is_not_offered(hass: HomeAssistant, socket_enabled: None) -> None:
    async with running(Board()) as camera:
        result = await lease(hass, camera.host, "digimon-fan", "0200c3000099")
    assert result["reason"] == "not_p1_monitor"


async def announce(hass: HomeAssistant, board: Board, address: str | None = None) -> ConfigFlowResult:
    """What Home Assistant does when a board says its name by mDNS."""
    ip = ip_address(address or board.host.split(":")[0])
    found = ZeroconfServiceInfo(
        ip_address=ip,
        ip_addresses=[ip],
        port=None if address else int(board.host.split(":")[1]),
        hostname="digimon.local.",
        type="_http._tcp.local.",
        name="digimon._http._tcp.local.",
        properties={},
    )
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=found)


async def test_a_board_that_says_its_name(hass: HomeAssistant, monitor: P1Monitor) -> None:
    form = await announce(hass, monitor)
    assert form["step_id"] == "discovered"
    assert form["description_placeholders"] == {"name": f"digimon ({monitor.host})"}
    # The same board on another way is not offered twice.
    assert (await discover(hass, f"http://{monitor.host}/"))["reason"] == "already_in_progress"


async def test_a_name_does_not_change_an_entry(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, socket_enabled: None
) -> None:
    entry = await set_up(monitor)
    async with running(P1Monitor()) as other:
        assert (await announce(hass, other))["reason"] == "already_configured"
    assert entry.data[CONF_HOST] == monitor.host
    # Where it is known already, it is not even asked.
    asked = len(monitor.requests)
    assert (await announce(hass, monitor))["reason"] == "already_configured"
    assert len(monitor.requests) == asked


async def test_an_ipv6_address_is_no_boards(hass: HomeAssistant, hass_with_us: HomeAssistant) -> None:
    assert (await discover(hass, "http://[fd00::17]/description.xml"))["reason"] == "not_p1_monitor"


async def test_a_closed_board_that_says_its_name_is_added_by_hand(
    hass: HomeAssistant, monitor: P1Monitor
) -> None:
    monitor.closed = True
    assert (await announce(hass, monitor))["reason"] == "add_by_hand"


async def test_the_second_board_has_its_own_name(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, socket_enabled: None
) -> None:
    await set_up(monitor)
    async with running(P1Monitor()) as other:
        other.device |= {"id": "0200c3000002", "name": "garage"}
        result = await add(hass, other)
        assert result["title"] == "P1 meter garage"
        assert hass.states.get("sensor.p1_meter_garage_power")
        assert hass.states.get("sensor.p1_meter_power")
        await hass.config_entries.async_unload(result["result"].entry_id)
