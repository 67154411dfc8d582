"""A real Home Assistant on this computer, with the integration installed and a demo account."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import aiohttp

from simulator.board import ROOT, port_problem

HOST, PORT = "127.0.0.1", 8123
USER, PASSWORD = "demo", "demo"
_CONFIGURATION = """\
# Written by scripts/develop.
homeassistant:
  name: Demo household
  country: BE
  currency: EUR
  unit_system: metric
  time_zone: Europe/Brussels
  latitude: 51.05
  longitude: 3.72
recorder:
  commit_interval: 1
history:
energy:
logger:
  default: warning
  logs:
    custom_components.p1_monitor: info
"""
_START_S = 120
_STOP_S = 20


class HomeAssistantError(Exception):
    """Failure of Home Assistant. The message names the problem and often the log file."""


class HomeAssistant:
    """Home Assistant in a separate process. Its configuration stays in `folder` for the next start.

    `components` is the folder of custom integrations, by default the folder in these sources. `extra_yaml` is appended
    to configuration.yaml.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = PORT,
        components: Path = ROOT / "custom_components",
        extra_yaml: str = "",
    ) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self._components = components
        self._configuration = _CONFIGURATION + extra_yaml
        self._process: subprocess.Popen[bytes] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._token = ""

    async def __aenter__(self) -> Self:
        if problem := port_problem(self.port, HOST):
            raise HomeAssistantError(
                f"port {self.port} cannot be used ({problem}): stop the program that listens there first"
            )
        self._write_configuration()
        self._process = self._start()
        self._session = aiohttp.ClientSession(self.url, timeout=aiohttp.ClientTimeout(30))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session
        await self._session.close()
        await asyncio.to_thread(self._stop)

    def _start(self) -> subprocess.Popen[bytes]:
        bin_folder = Path(sys.executable).parent
        with (self.folder / "console.log").open("wb") as log:
            return subprocess.Popen(
                [bin_folder / "hass", "--config", self.folder, "--skip-pip"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"},
                # Run Home Assistant in a new process session. Then a Ctrl-C reaches only the simulator, and the
                # simulator stops Home Assistant cleanly.
                start_new_session=True,
            )

    def _stop(self) -> None:
        assert self._process
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def check(self) -> None:
        """Raise HomeAssistantError if Home Assistant has ended unexpectedly."""
        assert self._process
        if self._process.poll() is not None:
            raise HomeAssistantError(f"Home Assistant ended: see {self.folder / 'console.log'}")

    def _write_configuration(self) -> None:
        storage = self.folder / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        (self.folder / "configuration.yaml").write_text(self._configuration)
        components = self.folder / "custom_components"
        with contextlib.suppress(FileNotFoundError):
            components.unlink()
        components.symlink_to(self._components)
        # Set the port in the storage. A port in YAML expires after five minutes if the owner does not confirm the port.
        stable = {
            "server_port": self.port,
            "server_host": [HOST],
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        }
        http = {"stable": stable, "pending": None, "yaml_migration_done": True}
        self._write_storage("http", {"version": 2, "minor_version": 2, "data": http})
        if not (storage / "onboarding").exists():
            # The onboarding should only ask for the account. The other steps of the onboarding add integrations that
            # need internet. Mark these other steps as done.
            self._write_storage(
                "onboarding", {"version": 4, "data": {"done": ["core_config", "analytics", "integration"]}}
            )

    def _write_storage(self, key: str, content: dict[str, object]) -> None:
        (self.folder / ".storage" / key).write_text(json.dumps({"key": key, **content}))

    async def wait_ready(self) -> None:
        """Wait until Home Assistant serves its page."""
        assert self._session
        for _ in range(_START_S * 2):
            self.check()
            try:
                async with self._session.get("/manifest.json") as reply:
                    if reply.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.5)
        raise HomeAssistantError(f"Home Assistant does not answer: see {self.folder / 'console.log'}")

    async def sign_in(self) -> None:
        """Sign in with the demo account. At the first start, create this account."""
        client = f"{self.url}/"
        if await self._is_new():
            account = {"name": "Demo", "username": USER, "password": PASSWORD, "language": "en"}
            code = (await self._call("POST", "/api/onboarding/users", {"client_id": client, **account}))[
                "auth_code"
            ]
        else:
            flow = {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client}
            asked = await self._call("POST", "/auth/login_flow", flow)
            given = {"client_id": client, "username": USER, "password": PASSWORD}
            code = (await self._call("POST", f"/auth/login_flow/{asked['flow_id']}", given)).get("result")
            if not code:
                raise HomeAssistantError(f"the demo account has another password: remove {self.folder}")
        assert self._session
        form = {"grant_type": "authorization_code", "code": code, "client_id": client}
        async with self._session.post("/auth/token", data=form) as reply:
            self._token = (await reply.json())["access_token"]

    async def _is_new(self) -> bool:
        assert self._session
        async with self._session.get("/api/onboarding") as reply:
            # The path /api/onboarding does not exist after the onboarding.
            return reply.status == 200 and not all(step["done"] for step in await reply.json())

    async def add_device(self, host: str) -> None:
        """Add the P1 monitor at this host, unless Home Assistant has a P1 monitor already."""
        entries = await self._call("GET", "/api/config/config_entries/entry?domain=p1_monitor")
        if entries:
            return
        flow = await self._call("POST", "/api/config/config_entries/flow", {"handler": "p1_monitor"})
        path = f"/api/config/config_entries/flow/{flow['flow_id']}"
        done = await self._call("POST", path, {"host": host})
        if done.get("type") == "menu":  # the menu has two choices: with a sign-in, or for reading only
            done = await self._call("POST", path, {"next_step_id": "read_only"})
        if done.get("type") != "create_entry":
            raise HomeAssistantError(f"the device at {host} was not added: {done.get('errors') or done}")

    async def save_dashboard(self, path: str, dashboard: dict[str, Any]) -> None:
        """Save a dashboard under this path of Home Assistant, and show the dashboard in the sidebar."""
        if not any(known["url_path"] == path for known in await self.command("lovelace/dashboards/list")):
            await self.command(
                "lovelace/dashboards/create",
                url_path=path,
                title=dashboard["title"],
                icon="mdi:meter-electric",
                show_in_sidebar=True,
                require_admin=False,
            )
        await self.command("lovelace/config/save", url_path=path, config=dashboard)

    async def state(self, entity_id: str) -> str | None:
        """Return the state of an entity, None if the entity does not exist."""
        states = await self._call("GET", "/api/states")
        return next((state["state"] for state in states if state["entity_id"] == entity_id), None)

    async def command(self, kind: str, **fields: object) -> Any:
        """Run a command of the WebSocket API and return the result. HomeAssistantError if the command fails."""
        assert self._session
        async with self._session.ws_connect("/api/websocket") as socket_:
            await socket_.receive_json()
            await socket_.send_json({"type": "auth", "access_token": self._token})
            await socket_.receive_json()
            await socket_.send_json({"id": 1, "type": kind, **fields})
            answer = await socket_.receive_json()
        if not answer["success"]:
            raise HomeAssistantError(f"{kind}: {answer['error']['message']}")
        return answer["result"]

    @contextlib.asynccontextmanager
    async def listening(self, *subscriptions: dict[str, object]) -> AsyncIterator[AsyncIterator[Any]]:
        """Yield an iterator over the events of these WebSocket subscriptions."""
        assert self._session
        async with self._session.ws_connect("/api/websocket") as socket_:
            await socket_.receive_json()
            await socket_.send_json({"type": "auth", "access_token": self._token})
            await socket_.receive_json()
            for number, subscription in enumerate(subscriptions, 1):
                await socket_.send_json({"id": number, **subscription})

            async def events() -> AsyncIterator[Any]:
                async for frame in socket_:
                    message = json.loads(frame.data)
                    if message["type"] == "event":
                        yield message["event"]

            yield events()

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        assert self._session
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._session.request(method, path, json=body, headers=headers) as reply:
            if reply.status >= 400:
                raise HomeAssistantError(f"{method} {path}: {reply.status} {await reply.text()}")
            return await reply.json()
