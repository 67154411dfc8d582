"""A card is made empty, when its owner says so: nothing else ever removes what is on it. Loaded while used."""

from overlay import load


def format_card(asked):
    """Format the card, beside the reading; it then has its settings again.

    `asked` is (monitor, a list that gets why not, or "").
    """
    monitor, said = asked
    yield  # not at the end: what has begun when a card comes begins anew
    card = monitor.card
    fault = None
    load("storage.card_mount").unmount(card)  # one that could not be mounted may need it most
    try:
        monitor.board.format_card()
    except OSError as error:
        fault = str(error)
    card.mount()
    if not fault and card.state != "ok":
        fault = card.error or card.state
    monitor.note("card not formatted: " + fault if fault else "card formatted")
    if not fault:
        monitor.config.update(load("settings.store").read(monitor))
    said.append(fault or "")
