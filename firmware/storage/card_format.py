"""Formatting of the card, at the owner's request. Loaded on demand."""

from overlay import load


def format_card(argument):
    """Format the card and write the settings to it again: a job of the recorder.

    `argument` is (device, a list). The list gets the reason of a failure, or "".
    """
    device, result = argument
    yield  # first and not last, because mounting a card restarts every job that has begun
    card = device.card
    fault = None
    load("storage.card_mount").unmount(card)  # even if not mounted: such a card may need formatting most
    try:
        device.board.format_card()
    except OSError as error:
        fault = str(error)
    card.mount()
    if not fault and card.state != "ok":
        fault = card.error or card.state
    device.note("card not formatted: " + fault if fault else "card formatted")
    if not fault:
        device.config.update(load("settings.store").read(device))
    result.append(fault or "")
