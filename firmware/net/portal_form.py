"""Form of the setup portal: turns its fields into changes of /config.json.

Fields: ssid, pass, device_name, ip_config=dhcp|static, ip, subnet, gateway (those of the original firmware), dns,
device_password, area, language. All are text; one that is missing counts as empty.
"""

from overlay import load

# The fields of settings that have another name than their field.
_FIELDS = {"password": "pass"}


def fields(body):
    """Return an application/x-www-form-urlencoded body as a dict of text; ValueError if it is not one."""
    found = {}
    for pair in body.split(b"&"):
        key, _, value = pair.partition(b"=")
        found[_text(key)] = _text(value)
    return found


def _text(coded):
    """Return the text that is coded with "+" and "%C3%A9"."""
    first, *parts = coded.replace(b"+", b" ").split(b"%")
    for part in parts:
        first += bytes((int(part[:2], 16),)) + part[2:]
    return first.decode()


def changes(typed, known):
    """Return the typed fields in the shape of /config.json. `known`: the settings so far."""
    get = typed.get
    wifi = {"ssid": get("ssid") or ""}
    password = get("pass") or ""
    if password or _section(known, "wifi").get("ssid") != wifi["ssid"]:
        wifi["password"] = (
            password  # an empty one keeps the password: the form does not show it, so a user cannot send it again
        )
    network = {"dhcp": get("ip_config") != "static"}
    if get("device_name"):
        network["device_name"] = get("device_name")
    if not network["dhcp"]:
        for key in ("ip", "subnet", "gateway", "dns"):
            network[key] = (get(key) or "").strip() or None
    changed = {"wifi": wifi, "network": network}
    if get("area"):
        changed["capacity"] = {"area": get("area")}
    if get("language"):
        changed["language"] = get("language")
    return changed


def faults_in(typed, changed, known):
    """Return {field: fault}, {} if all fields are valid. Merges the changes into `known`."""
    faults = {}
    for fault in load("settings.schema").merge(known, changed):
        setting, _, what = fault.partition(" ")
        key = setting[setting.find(".") + 1 :]
        faults[_FIELDS.get(key, key)] = what
    password = typed.get("device_password")
    fault = password and load("auth.password").fault_in(password)
    if fault:
        faults["device_password"] = fault
    return faults


def _section(given, name):
    value = given.get(name)
    return value if isinstance(value, dict) else {}
