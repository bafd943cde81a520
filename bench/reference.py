"""What Flask itself costs: a word, and one committed row. Served with the product's own settings of the web server."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class Note(Base):
    __tablename__ = "bench_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


@event.listens_for(Engine, "connect")
def _as_durable_as_ours(connection: Any, record: object) -> None:
    if type(connection).__module__ == "sqlite3":
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")


def create_app(database_url: str) -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db.init_app(app)

    @app.get("/healthz")
    def hello() -> str:
        return "hello"

    @app.post("/row")
    def row() -> str:
        db.session.add(Note(text="x" * 200))
        db.session.commit()
        return "kept"

    return app


def create_table(database_url: str) -> None:
    app = create_app(database_url)
    with app.app_context():
        db.create_all()
        db.engine.dispose()


def __getattr__(name: str) -> Flask:
    """The application for the web server alone, so that an import builds nothing."""
    if name != "app":
        raise AttributeError(name)
    return create_app(os.environ["DATABASE_URL"])
