"""What must hold for "accepted" to mean "stored" (trust I-01): asked of the servers before production opens."""

from __future__ import annotations

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from intake.services.transaction import reading

DURABLE_COMMITS = frozenset({"on", "remote_write", "remote_apply", "local"})


def durability_faults(broker_url: str | None) -> list[str]:
    """What database and broker would lose, one sentence each."""
    return [*_database_faults(), *_broker_faults(broker_url)]


def _database_faults() -> list[str]:
    try:
        with reading() as session:
            setting = session.scalar(text("SHOW synchronous_commit"))
    except SQLAlchemyError as error:
        return [f"DATABASE_URL: the database does not answer ({type(error).__name__})"]
    if setting in DURABLE_COMMITS:
        return []
    return [f"DATABASE_URL: synchronous_commit is {setting}; acknowledged requests would be lost in a crash"]


def _broker_faults(broker_url: str | None) -> list[str]:
    """A broker that does not answer or does not tell is no fault: it only wakes workers."""
    if broker_url is None:
        return []
    client: Redis = Redis.from_url(broker_url, socket_connect_timeout=2, socket_timeout=2)
    try:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except RedisError:
        return []
    finally:
        client.close()
    return [] if policy == "noeviction" else [f"REDIS_URL: maxmemory-policy is {policy}, it must be noeviction"]
