"""GET /api/proof, on the running firmware: a device proves that it issued a token, and tells nothing else."""

import hashlib
import hmac

import pytest

from tests.device.auth.conftest import Device

NONCE = "0123456789abcdef" * 2


def expected(device: Device, token: str, nonce: str = NONCE) -> str:
    """The proof as the contract has it."""
    address = f"{device.board.host}:{device.board.port}"
    message = f"p1 proof 1\n{nonce}\n{device.board.device_id}\n{address}"
    return hmac.digest(hashlib.sha256(token.encode()).digest(), message.encode(), "sha256").hex()


def test_a_token_is_proved_also_when_reading_is_closed(device: Device) -> None:
    device.sign_in()
    tokens = [device.ask("POST", "/api/tokens", {"name": name}).json for name in ("one", "other")]
    assert device.ask("PATCH", "/api/config", {"access": {"closed": True}}).status == 200
    assert device.ask("GET", "/api/device", token="").status == 401
    for token in tokens:
        reply = device.ask("GET", f"/api/proof?id={token['id']}&nonce={NONCE}", token="")
        assert reply.json == {
            "id": device.board.device_id,
            "address": f"{device.board.host}:{device.board.port}",
            "mac": expected(device, token["token"]),
        }
    # The address is the device's own, also for a request under another name.
    path = f"/api/proof?id={tokens[0]['id']}&nonce={NONCE}"
    reply = device.ask("GET", path, token="", headers={"Host": "192.168.0.66"})
    assert reply.json["mac"] == expected(device, tokens[0]["token"])


def test_a_token_that_is_not_there_is_not_proved(device: Device) -> None:
    device.sign_in()
    token = device.ask("POST", "/api/tokens", {"name": "gone"}).json
    device.ask("DELETE", f"/api/tokens?id={token['id']}")
    for token_id in (token["id"], "", "%ff", "00000000"):
        assert device.ask("GET", f"/api/proof?id={token_id}&nonce={NONCE}", token="").status == 404
    assert device.ask("GET", f"/api/proof?nonce={NONCE}", token="").status == 404


@pytest.mark.parametrize("nonce", ["", "0" * 31, "0" * 33, "g" * 32, "A" * 32, "0" * 31 + "%"])
def test_what_is_no_nonce_is_refused(device: Device, nonce: str) -> None:
    assert device.ask("GET", f"/api/proof?id=00000000&nonce={nonce}", token="").status == 400
    raw = device.raw(b"GET /api/proof?id=\xff&nonce=" + b"\xff" * 32 + b" HTTP/1.1\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 400")
    device.board.check()
