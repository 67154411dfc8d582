"""Parser of the setup portal's form: turns the fields of the form into changes of /config.json.

Fields of the original firmware: ssid, pass, device_name, ip_config=dhcp|static, ip, subnet, gateway. Further fields:
dns, device_password, area, language. All fields are text, and a missing field counts as empty.
"""

from overlay import load

# Settings whose field in the form has another name: {setting: field}.
_FIELDS = {"password": "pass"}


def fields(body):
    """Return an application/x-www-form-urlencoded body as a dict of text. ValueError if the body is not valid."""
    found = {}
    for pair in body.split(b"&"):
        key, _, value = pair.partition(b"=")
        found[_text(key)] = _text(value)
    return found


def _text(coded):
    """Return URL-encoded bytes as text: "+" is a blank, and "%C3%A9" is an é. ValueError if the bytes are not valid."""
    first, *parts = coded.replace(b"+", b" ").split(b"%")
    for part in parts:
        first += bytes((int(part[:2], 16),)) + part[2:]
    text = first.decode()
    if len(text) != len(first):
        load("board.utf8").check(first, True)
    # Join the two surrogates of each pair (board/json_text.py). In UTF-8, each surrogate begins with the byte ED.
    # Therefore text without this byte has no surrogates.
    return load("board.json_text").join(first).decode() if b"\xed" in first else text


def changes(typed, known):
    """Return the fields of the form as changes in the shape of /config.json. `known`: the current settings."""
    get = typed.get
    wifi = {"ssid": get("ssid") or ""}
    password = get("pass") or ""
    # If the network's name is unchanged, an empty password field keeps the stored password, because the form never
    # shows the stored password.
    if password or _section(known, "wifi").get("ssid") != wifi["ssid"]:
        wifi["password"] = password
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
    """Merge `changed` into `known`, the current settings. Return the faults of the form, {field: fault} or {}."""
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
