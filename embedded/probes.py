"""Questions to a running service: does it answer already? Each returns within about a second and never raises."""

from __future__ import annotations

import contextlib
import http.client
import json
import smtplib
import socket

import redis


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether a server may listen on this loopback port; connections that are just closing do not count."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def web_answers(port: int) -> bool:
    """Whether the web server says that its process is well."""
    return _get(port, "/healthz")[0] == 200


def sweeper_answers(port: int) -> bool:
    """Whether the web server sees the heartbeat of a sweeper."""
    status, body = _get(port, "/readyz")
    return status in (200, 503) and bool(json.loads(body)["checks"]["sweeper"])


def _get(port: int, path: str) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""


def relay_answers(port: int) -> bool:
    """Whether a mail relay greets."""
    try:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost", timeout=1) as relay:
            return relay.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def broker_answers(url: str) -> bool:
    """Whether the broker lets us in and is done with loading."""
    with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as broker:
        try:
            return bool(broker.ping())
        except redis.RedisError:
            return False


def worker_answers(url: str) -> bool:
    """Whether a Celery worker on this broker answers a ping."""
    # Loaded here, while the services are already starting: it takes a third of a second.
    from celery import Celery
    from kombu.exceptions import OperationalError

    with Celery(broker=url, set_as_current=False) as courier:
        try:
            return bool(courier.control.ping(timeout=0.5, limit=1))
        except (OSError, OperationalError):
            return False
