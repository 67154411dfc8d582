"""Setup portal: an access point with one form, for a board without a Wi-Fi network.

The portal is open until the board has joined a network, or until no client was connected for ten minutes. The settings
of a network are saved only after the board has joined the network.

The radio uses one channel at a time. While the board joins a network, the access point moves to the channel of that
network, and the phone loses the connection. Therefore the portal stores the result until the phone is connected again.
"""

import asyncio
import json
import network
from micropython import const

from overlay import load

read_json = load("board.flash_json").read_json

_SSID = const("DigitaleMeterMonitor")
_ADDRESS = const(b"\xc0\xa8\x04\x01")  # 192.168.4.1, the fixed IP address of the chip's access point
_HOME = const("http://192.168.4.1/")
_ALONE_S = const(600)
_TRY_S = const(20)  # maximum time in s to join a network, in up to two attempts, and to get an IP address
_SEEN_S = const(10)  # time in s from joining until the portal closes, if a page has shown the result
_UNSEEN_S = const(180)  # time in s from joining until the portal closes, if no page has shown the result
_SCAN_S = const(15)  # minimum time in s between two scans for networks
_BODY = const(2048)
_JSON = const("application/json")
_HTML = const("text/html; charset=utf-8")
_AGAIN = const('<!doctype html><meta http-equiv=refresh content="5;url=/"><p>')


async def run(wifi, dns_port=53):
    """Open the setup portal. Return when it closes: a network is joined, or no client was connected for ten minutes."""
    portal = Portal(wifi)
    names = asyncio.create_task(portal.serve_names(dns_port))
    wifi.device.server.portal = portal.handle
    try:
        await portal.run()
    finally:
        wifi.device.server.portal = None
        names.cancel()
        portal.point.active(False)


class Portal:
    """The setup portal while its access point is on."""

    def __init__(self, wifi):
        self.wifi = wifi
        self.point = network.WLAN(network.WLAN.IF_AP)
        self.clock = wifi.device.clock
        self.networks = []
        self.scanned = None  # clock.now() of the newest scan
        self.state: dict = {"state": "form"}
        # for the next attempt to join a network: (changes, settings with the changes, device password)
        self.pending = None
        self.seen = False

    async def run(self):
        self._open()
        alone_s = done_s = 0
        while alone_s < _ALONE_S:
            await self.clock.sleep(1)
            alone_s = 0 if self.point.isconnected() else alone_s + 1
            if self.pending:
                await self._try()
                alone_s = 0  # give the phone another ten minutes to connect again
            if self.state["state"] == "joined":
                done_s += 1
                if done_s >= (_SEEN_S if self.seen else _UNSEEN_S):
                    return
        self.wifi.device.note("Setup network closed: no client connected")

    def _open(self):
        sta = self.wifi.sta
        sta.active(True)
        # Stop the attempts to join, because they change the channel, and the phone would lose the connection.
        sta.disconnect()
        self.scan()
        password = read_json(self.wifi.device.board, "secrets.json").get("setup_password")
        try:
            # Configure the access point before it is on, so that it is never on without its password.
            self._configure(password)
            self.point.active(True)
        except OSError:
            self.point.active(True)
            self._configure(password)
        print("Setup Mode\n%s\nSSID:\n%s\nConnect IP:\n192.168.4.1" % ("-" * 32, _SSID))
        self.wifi.device.note("Setup network: %s, %s" % (_SSID, _HOME))

    def _configure(self, password):
        if password:
            self.point.config(ssid=_SSID, key=password, security=network.WLAN.SEC_WPA2)
        else:
            self.point.config(ssid=_SSID, security=network.WLAN.SEC_OPEN)

    def scan(self):
        if self.scanned is None or self.clock.since(self.scanned) > _SCAN_S * 1000:
            self.networks = load("net.connect").networks(self.wifi.sta)
            self.scanned = self.clock.now()

    async def serve_names(self, port):
        try:
            await load("net.captive_dns").serve(_ADDRESS, port)
        except OSError as error:
            self.wifi.device.note("Setup network: name service failed: %s" % error)

    async def _try(self):
        changed, given, password = self.pending
        self.pending = None
        wifi = self.wifi
        settings, _ = load("settings.schema").check(given)
        wifi.name = settings["device_name"]
        load("net.connect").begin(wifi, settings["ssid"], settings["password"], settings, 1)
        for _ in range(_TRY_S):
            await self.clock.sleep(1)
            if wifi.sta.isconnected():
                break
        else:
            why = load("net.connect").failure(wifi.sta)
            wifi.sta.disconnect()
            wifi.name = load("net.device_name").choose(wifi.device)
            wifi.device.note("Wi-Fi: could not join: %s" % why)
            self.state = {"state": "failed", "why": why}
            return
        await self._save(changed, password)
        self.seen = False
        self.state = {"state": "joined", "ip": wifi.sta.ifconfig()[0], "name": wifi.name}

    async def _save(self, changed, password):
        """Save the settings with which the board has joined a network. Then check if the device's name is free."""
        wifi = self.wifi
        wifi.sta.config(reconnects=-1)
        try:
            wifi.device.change(changed)
            if password:
                await load("auth.password").set_password(wifi.device, password)
        except OSError as error:
            wifi.device.note("config.json: could not write to flash: %s" % error)
        wifi.device.settle()
        wifi.name = load("net.device_name").choose(wifi.device)
        await load("net.name_conflict").check(wifi, wifi.sta.ifconfig()[0])

    async def handle(self, request):
        """Answer a request and return True. Return False for a path that begins with /api/.

        The server answers such a path as usual, so that the form can show whether the meter sends telegrams.
        """
        host = request.header(b"host").split(b":")[0]
        if not host.replace(b".", b"").isdigit():
            # A request for a named host is a phone's check for internet access. After a redirect, the phone shows the
            # form.
            await self._redirect(request)
            return True
        if request.path.startswith(b"/api/"):
            return False
        request.check()
        if request.method == b"POST" and request.path == b"/":
            await self._handle_form(request)
        elif request.path == b"/setup":
            await self._send_state(request)
        elif request.path in (b"/", b"/index.html") and request.method == b"GET":
            await load("server.pages").send_page(request, "setup")
        else:
            await self._redirect(request)
        return True

    async def _redirect(self, request):
        await request.reply(302, "text/plain", _HOME, "Location: %s\r\n" % _HOME)

    async def _send_state(self, request):
        """Send the state for the page: the attempt to join, networks in range, and settings without passwords."""
        may_scan = self.state["state"] in ("form", "failed") and not self.pending
        if may_scan and load("server.query").argument(request, b"scan"):
            self.scan()
        shown = dict(self.state)
        shown["networks"] = self.networks
        shown["settings"] = load("settings.store").shown(self.wifi.device)
        self.seen = self.seen or shown["state"] == "joined"
        await request.reply(200, _JSON, json.dumps(shown))

    async def _handle_form(self, request):
        body = await load("server.request_body").read_all(request, _BODY)
        try:
            typed = load("net.portal_form").fields(body)
        except ValueError:
            typed = {}
        if self.state["state"] in ("trying", "joined"):
            faults = {"ssid": "is being tried already"}
        else:
            given = load("settings.store").given(self.wifi.device)
            changed = load("net.portal_form").changes(typed, given)
            faults = load("net.portal_form").faults_in(typed, changed, given)
            if not faults:
                self.state = {"state": "trying"}
                self.pending = (changed, given, typed.get("device_password"))
        reply = json.dumps({"errors": faults} if faults else self.state)
        status = 400 if faults else 200
        # A browser without scripts, or a tool for the original firmware, gets a page in place of JSON.
        if b"text/html" in request.header(b"accept"):
            await request.reply(status, _HTML, _AGAIN + reply)
        else:
            await request.reply(status, _JSON, reply)
