"""An update and its confirmation with the power cut at each write: power_cuts.py OLD NEW HOW

OLD and NEW are packages. Prints as JSON how many cuts there were, what started after them, and what went wrong.
"""

import gc
import json
import sys

from flash import Device, Flash, Mounted, PowerCut, Request, format_flash, send, start, write

from update.slots import choose


def package(path):
    with open(path, "rb") as file:
        return file.read()


def flashed(old):
    """A board with the old version in folder a, running, and with the one before it in b."""
    flash = format_flash()
    with Mounted(flash):
        write("/flash/secrets.json", '{"setup_password": "x"}')
        for running in ("a", "b"):
            status, why = send(Device(), Request(old), running)
            assert status == 200, why
        choose(Device().board, "a", "ok")
    assert start(flash) == ["old"], start(flash)
    return flash.data


def cut(data, at, how, act):
    """Do `act` on a copy of a flash until its power goes. Gives the flash as it is then, and the writes."""
    flash = Flash(bytearray(data), at, how)
    try:
        mounted = Mounted(flash)
        mounted.__enter__()
        try:
            act()
        finally:
            flash.cut_at, flash.how = (0, "drop") if at else (None, "stop")  # nothing is written any more
            mounted.__exit__()
    except PowerCut:
        pass
    return Flash(flash.data), flash.writes


def starts(flash, expected, wrong, where):
    """Start it until it stays: old or new each time, and at last an old one, since nobody confirms."""
    seen = []
    for _ in range(5):
        seen += start(flash)
    wrong_ones = [version for version in seen if version not in expected]
    if len(seen) != 5 or wrong_ones or seen[-1] != expected[-1]:
        wrong.append([where, seen])
    return seen[0] if seen else "neither"


def try_all(data, how, act, expected):
    """Cut at each write of `act`, and after the last one."""
    writes = cut(data, None, how, act)[1]
    wrong, counts = [], {}
    for at in range(1, writes + 2):
        gc.collect()
        flash = cut(data, at if at <= writes else None, how, act)[0]
        first = starts(flash, expected, wrong, at)
        counts[first] = counts.get(first, 0) + 1
    return {"writes": writes, "first": counts, "wrong": wrong}


def main(old, new, how):
    old, new = package(old), package(new)
    before = flashed(old)

    def update():
        status, why = send(Device(), Request(new))
        if status != 200 and how != "drop":
            raise AssertionError(why)

    updated = cut(before, None, how, update)[0].data
    flash = Flash(updated)
    assert start(flash) == ["new"]

    def confirm():
        try:
            choose(Device().board, "b", "ok")
        except OSError:
            assert how == "drop"  # the flash no longer holds what was written to it

    print(
        json.dumps(
            {
                "update": try_all(before, how, update, ["new", "old"]),
                "confirmation": try_confirmation(flash.data, how, confirm),
                "counting": try_counting(updated, how),
            }
        )
    )


def try_confirmation(data, how, confirm):
    """New is what starts after each cut, on trial or for good; on trial it may go back later."""
    writes = cut(data, None, how, confirm)[1]
    wrong, counts = [], {}
    for at in range(1, writes + 2):
        gc.collect()
        flash = cut(data, at if at <= writes else None, how, confirm)[0]
        seen = start(flash)
        if seen != ["new"]:
            wrong.append([at, seen])
        last = [start(flash) for _ in range(4)][-1]
        counts[last[0]] = counts.get(last[0], 0) + 1
    return {"writes": writes, "last": counts, "wrong": wrong}


def try_counting(data, how):
    """The loader itself writes at a start on trial; a cut there must leave something that starts."""
    flash = Flash(bytearray(data))
    assert start(flash) == ["new"]
    writes, wrong, counts = flash.writes, [], {}
    for at in range(1, writes + 1):
        gc.collect()
        flash = Flash(bytearray(data), at, how)
        try:
            start(flash)
        except PowerCut:
            import vfs

            try:
                vfs.umount("/flash")
            except (OSError, PowerCut):
                pass
        first = starts(Flash(flash.data), ["new", "old"], wrong, at)
        counts[first] = counts.get(first, 0) + 1
    return {"writes": writes, "first": counts, "wrong": wrong}


main(*sys.argv[1:])
