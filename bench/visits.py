"""What the visitors do: read the form, send it, or touch the reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import cycle
from urllib.parse import urlencode
from uuid import uuid4

from bench.load import UnexpectedAnswer, Visit, ask

ADDRESSES = ("/en/", "/zh/", "/ar/")
STORY = (
    "My mother, 61, now lives in Lima. In August a stone was seen in her gall bladder; after fat meals she has "
    "pain under the ribs on the right. She hopes for an operation through small cuts before winter."
)
assert len(STORY) == 200, len(STORY)
FORM = {
    "relation": "child",
    "given_name": "Rosa",
    "family_name": "Quispe",
    "birth_day": "4",
    "birth_month": "5",
    "birth_year": "1965",
    "sex": "female",
    "nationality": "PER",
    "residence": "PER",
    "location": "PER",
    "contact_name": "Luis Quispe",
    "consent": "y",
    "story": STORY,
}


def offered(port: int) -> tuple[str, ...]:
    """The form's addresses in the languages that this build offers."""
    return tuple(address for address in ADDRESSES if _status(port, address) == 200)


def _status(port: int, address: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address)
    status = connection.getresponse().status
    connection.close()
    return status


def read(addresses: Iterator[str]) -> Visit:
    def visit(connection: HTTPConnection) -> None:
        ask(connection, "GET", next(addresses), 200)

    return visit


def form_readers(port: int, count: int) -> list[Visit]:
    """Each reads the form in all offered languages in turn."""
    addresses = offered(port)
    return [read(cycle(addresses)) for _ in range(count)]


def greeters(count: int) -> list[Visit]:
    return [read(cycle(("/healthz",))) for _ in range(count)]


def row_writers(count: int) -> list[Visit]:
    def visit(connection: HTTPConnection) -> None:
        ask(connection, "POST", "/row", 200)

    return [visit] * count


def senders(port: int, count: int) -> list[Visit]:
    return [_sender(port) for _ in range(count)]


def _sender(port: int) -> Visit:
    """Opens the form once, then sends it again and again, each time as somebody else."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    response, page = ask(connection, "GET", "/en/", 200)
    connection.close()
    token = re.search(rb'name="csrf_token" value="([^"]+)"', page)
    if token is None:
        raise UnexpectedAnswer("the form has no anti-forgery token")
    filled = urlencode(FORM | {"csrf_token": token[1].decode()})
    headers = {
        "Cookie": (response.getheader("Set-Cookie") or "").partition(";")[0],
        "Content-Type": "application/x-www-form-urlencoded",
    }

    def visit(connection: HTTPConnection) -> None:
        key = uuid4()
        ask(connection, "POST", "/en/", 303, f"{filled}&email={key.hex}%40example.org&idempotency_key={key}", headers)

    return visit
