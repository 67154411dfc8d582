"""A card is made empty, when its owner says so: nothing else ever removes what is on it. Loaded while used."""

from overlay import load


def format_card(argument):
    """Format the card, beside the reading; it then has its settings again.

    `argument` is (monitor, a list that gets why not, or "").
    """
    device, result = argument
    yield  # not at the end: what has begun when a card comes begins anew
    card = device.card
    fault = None
    load("storage.card_mount").unmount(card)  # one that could not be mounted may need it most
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
