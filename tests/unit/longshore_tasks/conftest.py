from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from longshore.jobs import Attempt
from longshore_tasks.context import TaskContext
from longshore_tasks.database import StoredFile, create_engine, migrate
from longshore_tasks.files import new_file_id, upload_key
from longshore_tasks.mailer import Refusal
from longshore_tasks.settings import Settings
from longshore_tasks.storage.directory import DirectoryStorage

Keep = Callable[..., StoredFile]


class Outbox:
    """A mailer that keeps what it is given; it fails as often as it is told to."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.errors: list[Exception] = []
        self.refused: dict[str, Refusal] = {}

    def send(self, message: EmailMessage, to: Sequence[str]) -> dict[str, Refusal]:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)
        self.recipients.append(list(to))
        return {address: self.refused[address] for address in to if address in self.refused}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'database.sqlite3'}",
        storage_directory=tmp_path / "files",
    )


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with its tables, to copy: a migration for each test would be slow."""
    path = tmp_path_factory.mktemp("migrated") / "database.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def engine(settings: Settings, tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    shutil.copy(migrated, tmp_path / "database.sqlite3")
    engine = create_engine(settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def storage(settings: Settings) -> DirectoryStorage:
    return DirectoryStorage(settings.storage_directory)


@pytest.fixture
def context(
    settings: Settings, session: Session, storage: DirectoryStorage, outbox: Outbox
) -> TaskContext:
    return TaskContext(
        settings=settings,
        session=session,
        storage=storage,
        mailer=outbox,
        logger=structlog.stdlib.get_logger(),
        attempt=Attempt("job-1", "a.task", "normal", 1, 1, "request-1", "worker-1"),
    )


@pytest.fixture
def keep(context: TaskContext) -> Keep:
    """Stores a file as the api does after an upload."""

    def keep(content: bytes, media_type: str = "image/png", name: str = "a.png") -> StoredFile:
        file_id = new_file_id()
        row = StoredFile(
            id=file_id,
            name=name,
            media_type=media_type,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            storage_key=upload_key(file_id),
        )
        context.storage.put(row.storage_key, BytesIO(content))
        context.session.add(row)
        context.session.commit()
        return row

    return keep
