"""Reply with a new token. Loaded on demand. This module is small: it stays in memory until the client has the reply."""

from micropython import const

from overlay import load

_JSON = const("application/json")


async def give(device, request, name, kind, means):
    """Create a token, and send the token in the reply. The caller must have checked that the client may have a token.

    If the reply fails, the token is deleted again, because no client has received the token.
    means  what gave the client the right to a token: "password", "token" or "BOOT"
    """
    if request.stream.s.read(1) == b"":
        raise OSError  # the client has closed the connection
    token_id, shown = load("auth.stored_tokens").add(device, name, kind)
    try:
        await request.reply(201, _JSON, shown)
        await request.drain()
    except Exception:
        # Read the tokens again, because another request may have changed them during the reply.
        stored = load("auth.stored_tokens")
        stored.write(device, [other for other in stored.read(device.board) if other["id"] != token_id])
        raise
    line = "token given by %s to %s, kind %s" % (means, request.address, kind)
    load("auth.grants").note(device, line, "token", name, kind)
