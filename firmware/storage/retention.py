"""Removal of the oldest quarters' files from a card that is almost full. Loaded on demand.

Files are removed only if the owner has set card.remove_oldest. day.csv and days.csv always stay.
"""

import os
from micropython import const

from board.mount_point import CARD

_FEW_FREE = const(192)  # the removal begins if the card has room for fewer than 192 quarters (two days)
_ENOUGH_FREE = const(384)  # the removal ends when the card has room for 384 quarters (four days)


def queue_if_full(recorder):
    """Queue the removal of the oldest files if the card is almost full and the owner has set card.remove_oldest."""
    card = recorder.card
    wanted = recorder.device.config["remove_oldest"]
    if wanted and card.mounted and card.free_files < _FEW_FREE and not recorder.jobs:
        recorder.jobs.append(
            ["storage.retention", "remove_oldest_files", "remove the oldest files", card, None]
        )


def remove_oldest_files(card):
    """Remove the oldest quarters' files until the card has room for four days.

    This is a job of the recorder, which removes one file in each step.
    """
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
