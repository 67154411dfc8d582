"""Limits on the settings that a card may change, and removal of the passwords on a card. Loaded on demand.

settings/store.py decides whether the card's file or its copy in the flash takes effect.
"""

from overlay import load


def limit(device, copy, given):
    """Limit the settings of the card's file to the settings that a card may change.

    copy   settings in the flash
    given  settings in the card's file, changed by this function

    A stranger may have inserted the card. Therefore the section `access` of the copy in the flash always stays, and a
    card without a Wi-Fi network does not open the setup portal. If the file has no password for the network of the
    copy, the password of the copy stays. The names of the changed settings are logged, and stored in
    `device.card.changed_settings`.
    """
    schema = load("settings.schema")
    before = schema.check(copy)[0]
    found, faults = schema.check(given)
    if before["ssid"] and found["ssid"] in (None, before["ssid"]):
        for key, fault in faults:
            if key in ("ssid", "password"):
                device.note("config.json: " + fault)
        wifi = given["wifi"] if isinstance(given.get("wifi"), dict) else {}
        if not found["password"] and wifi.get("password") != "":
            wifi["password"] = before["password"]
        wifi["ssid"] = before["ssid"]
        given["wifi"] = wifi
    if given.pop("access", None):
        device.note("config.json: the section access of a card is ignored")
    if "access" in copy:
        given["access"] = copy["access"]
    if "pins" in copy:
        # Keep the pins of the copy, because the board cannot read the meter with the pins of another board.
        given["pins"] = copy["pins"]
    changed = schema.changed(copy, given) if copy else []
    if changed:
        device.note("The card has changed " + ", ".join(changed))
        known = device.card.changed_settings or []
        device.card.changed_settings = known + [name for name in changed if name not in known]


def forget_password(argument):
    """Overwrite the passwords in the card's file. The recorder runs this job in one step.

    `argument` is (device, list). The function appends the reason of a failure to the list, or "" after success.
    """
    device, result = argument
    flash_json, card_json = load("board.flash_json"), load("board.card_json")
    fault = ""
    try:
        copy = flash_json.read_json(device.board, "config.json")
        is_known = copy.get("card_seen") == card_json.check()
        card_json.blank_passwords()
        if is_known:
            # Store the CRC of the changed file, so that the file does not count as edited by a person.
            copy["card_seen"] = card_json.check()
            flash_json.write_json(device.board, "config.json", copy)
        device.note("Password removed from the card")
    except OSError as error:
        fault = str(error)
    result.append(fault)
    return iter(())
