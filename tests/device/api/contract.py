"""docs/openapi.yaml as a judge of replies."""

import json
from typing import Any

from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    FormatChecker,
)
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.device.api.device import Reply
from tests.fixtures.openapi import contract

SPEC = contract()
_BASE = "urn:p1-monitor"
_REGISTRY: Registry[Any] = Registry().with_resource(_BASE, DRAFT202012.create_resource(SPEC))


def validate(pointer: str, value: Any) -> None:
    """ValidationError when the value is not what the schema at this place of the document says."""
    Draft202012Validator(
        {"$ref": f"{_BASE}#{pointer}"}, registry=_REGISTRY, format_checker=FormatChecker()
    ).validate(value)


def validate_schema(name: str, value: Any) -> None:
    """The same for a named schema."""
    validate(f"/components/schemas/{name}", value)


def responses(path: str, method: str = "get") -> dict[str, Any]:
    """The documented replies of a path, as it is written in the document."""
    found: dict[str, Any] = SPEC["paths"][path][method]["responses"]
    return found


def check(path: str, reply: Reply, method: str = "get", *, from_localhost: bool = False) -> Any:
    """The reply's content, which must be what the document says for this path, method and status."""
    status = str(reply.status)
    assert status in responses(path, method), f"{method} {path} gave {status}: {reply.body[:200]!r}"
    pointer = f"/paths/{escape(path)}/{method}/responses/{status}"
    response = responses(path, method)[status]
    if "$ref" in response:
        pointer = response["$ref"][1:]
        response = SPEC["components"]["responses"][pointer.rpartition("/")[2]]
    kind = reply.headers["content-type"]
    assert kind in response["content"]
    check_headers(reply, from_localhost=from_localhost)
    for name, header in response.get("headers", {}).items():
        value = reply.headers[name.lower()]
        is_number = header["schema"].get("type") == "integer"
        validate(f"{pointer}/headers/{name}/schema", int(value) if is_number else value)
    content = strictly(reply.text()) if kind == "application/json" else reply.text()
    validate(f"{pointer}/content/{escape(kind)}/schema", content)
    return content


def check_headers(reply: Reply, *, from_localhost: bool = False) -> None:
    """What every reply has, and what none has but to a page of a developer's own computer."""
    assert reply.headers["connection"] == "close"
    is_page = "etag" in reply.headers  # the one thing that a browser may keep, and has to ask about
    assert reply.headers["cache-control"] == ("no-cache" if is_page else "no-store")
    assert reply.headers["x-content-type-options"] == "nosniff"
    allowed = [name for name in reply.headers if name.startswith("access-control")]
    assert allowed == (["access-control-allow-origin"] if from_localhost else [])
    if "content-length" in reply.headers:
        assert int(reply.headers["content-length"]) == len(reply.body)


def escape(part: str) -> str:
    """A part of a JSON pointer in a URI."""
    part = part.replace("~", "~0").replace("/", "~1")
    return part.replace("{", "%7B").replace("}", "%7D").replace(" ", "%20").replace(";", "%3B")


def strictly(text: str) -> Any:
    """JSON without doubled keys and without what JSON does not have."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(found)) == len(found), f"a key twice: {found}"
        return dict(found)

    def constant(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
