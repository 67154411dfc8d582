"""Formatting of the card, at the owner's request. Loaded on demand."""

from overlay import load


def format_card(argument):
    """Format the card, and write the settings to the card again. This is a job of the recorder.

    `argument` is (device, list). The function appends the reason of a failure to the list, or "" after success.
    """
    device, result = argument
    # A job must yield at least once. Yield before the work, because mounting a card restarts every job that is not
    # finished. With a yield after the work, this restart would format the card again.
    yield
    card = device.card
    fault = None
    # Do not require a mounted card, because a card that cannot be mounted needs formatting most.
    load("storage.card_mount").unmount(card)
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
