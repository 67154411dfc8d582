"""Types of board for which the firmware is built. The tables of the boards' pins are in firmware/board/."""

from dataclasses import dataclass

NATIVE_USB = (0x303A, None)
"""USB inside an Espressif chip, with any product id."""
USB_SERIAL = ((0x10C4, None), (0x1A86, None), (0x0403, None), (0x067B, None))
"""The usual USB serial converters: CP210x, CH34x, FTDI, Prolific."""

_DOWNLOADS = "https://micropython.org/resources/firmware/"


@dataclass(frozen=True, kw_only=True)
class Image:
    """MicroPython image. If `sha256` is known, the image is downloaded. If not, the owner must provide the file."""

    name: str
    sha256: str | None = None

    @property
    def url(self) -> str:
        """URL from which the image is downloaded."""
        return _DOWNLOADS + self.name


@dataclass(frozen=True, kw_only=True)
class BoardType:
    """Type of board. `offset` is the flash address of MicroPython. `usb` lists USB ids as (vendor, product) pairs."""

    name: str
    title: str
    chip: str
    offset: int
    image: Image
    usb: tuple[tuple[int, int | None], ...]
    upload_mode: str


_HOLD_BOOT = "hold BOOT, press RESET and release it, then release BOOT"

BOARDS = {
    board.name: board
    for board in (
        BoardType(
            name="t8_c3",
            title="LilyGO T8 ESP32-C3",
            chip="esp32c3",
            offset=0,
            image=Image(
                name="ESP32_GENERIC_C3-20260824-v1.29.0.bin",
                sha256="bf72ed9eb88ad3a8f49d02c3d371f9ea34c90a8a303aeb9e324d8efd4a2a655a",
            ),
            usb=(NATIVE_USB,),
            upload_mode=_HOLD_BOOT,
        ),
        BoardType(
            name="t8_s2",
            title="LilyGO T8 ESP32-S2",
            chip="esp32s2",
            offset=0x1000,
            image=Image(name="ESP32_GENERIC_S2-20260824-v1.29.0.bin"),
            usb=(NATIVE_USB, *USB_SERIAL),
            upload_mode=_HOLD_BOOT + "; the DIP switches beside the USB connector are up, down, up, down",
        ),
        BoardType(
            name="generic_esp32",
            title="generic ESP32",
            chip="esp32",
            offset=0x1000,
            image=Image(
                name="ESP32_GENERIC-20260824-v1.29.0.bin",
                sha256="e67ad6015a0a504c1fec9aa9bbf589d0432ed28e62546f4f8dd8a147f8bd95f6",
            ),
            usb=USB_SERIAL,
            upload_mode="hold BOOT (or IO0), press RESET (or EN) and release it, then release BOOT",
        ),
    )
}
