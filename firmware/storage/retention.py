"""Makes room on a card that is full: the oldest 5 s files go, day.csv and days.csv stay. Loaded while used.

Only where the owner has set card.remove_oldest; by itself nothing is ever removed.
"""

import os
from micropython import const

from board.mount_point import CARD

_FEW_FREE = const(192)  # quarters: two days
_ENOUGH_FREE = const(384)  # quarters: four days


def queue_if_full(recorder):
    """The owner may want room to be made before the card is full."""
    card = recorder.card
    wanted = recorder.device.config["remove_oldest"]
    if wanted and card.mounted and card.free_files < _FEW_FREE and not recorder.jobs:
        recorder.jobs.append(
            ["storage.retention", "remove_oldest_files", "remove the oldest files", card, None]
        )


def remove_oldest_files(card):
    """Remove files, the oldest first, until there is room for four days: a generator, one file a step."""
    for year in card.names(""):
        for month in card.names(year) if year.isdigit() else ():
            for day in card.names("%s/%s" % (year, month)) if month.isdigit() else ():
                folder = "%s/%s/%s" % (year, month, day)
                for name in card.names(folder) if day.isdigit() else ():
                    if card.free_files >= _ENOUGH_FREE:
                        return
                    if name[:4].isdigit() and name[4:] in ("S.json", "W.json"):
                        os.remove("%s/meter/%s/%s" % (CARD, folder, name))
                        card.forget_quarters()
                        card.measure()
                        yield
                yield
