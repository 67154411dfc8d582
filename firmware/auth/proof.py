"""GET /api/proof, by which a program learns that this device issued the program's token. Loaded on demand.

The proof is an HMAC-SHA256 whose key is the stored hash of the token. The hashed message contains the device's address.
Therefore a proof of this device is of no use to a false device at another address.
"""

import json
from micropython import const

from overlay import load
from server.http import Refused

_NONCE = const(32)  # hexadecimal digits


async def show(device, request):
    """GET /api/proof: reply with the proof for the id of a token and a nonce. The request needs no token."""
    nonce = load("server.query").argument(request, b"nonce") or b""
    if len(nonce) != _NONCE or not all(digit in b"0123456789abcdef" for digit in nonce):
        raise Refused(400, "nonce must be 32 hexadecimal digits")
    token_id = load("server.query").argument(request, b"id")
    host, port = device.board.http
    address = "%s:%d" % (device.wifi.address if device.wifi else host, port)
    for token in load("board.flash_json").read_json(device.board, "secrets.json").get("tokens") or []:
        if token["id"].encode() == token_id:
            password = load("auth.password")
            inner, outer = password.pads(bytes.fromhex(token["hash"]))
            message = "p1 proof 1\n%s\n%s\n%s" % (nonce.decode(), device.board.id, address)
            mac = password.mac(inner, outer, message.encode()).hex()
            reply = json.dumps({"id": device.board.id, "address": address, "mac": mac})
            return request.reply(200, "application/json", reply)
    raise Refused(404, "No such token")
