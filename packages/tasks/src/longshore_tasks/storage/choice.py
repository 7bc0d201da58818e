"""Which storage the settings ask for."""

from __future__ import annotations

from longshore.errors import SettingsError
from longshore_tasks.settings import Settings
from longshore_tasks.storage.directory import DirectoryStorage
from longshore_tasks.storage.interface import Storage


def open_storage(settings: Settings) -> Storage:
    """Return the storage; raises SettingsError when S3 is asked for and boto3 is missing."""
    if settings.storage == "directory":
        return DirectoryStorage(settings.storage_directory)
    try:
        from longshore_tasks.storage.s3 import open_s3  # noqa: PLC0415 -- boto3 is an extra
    except ModuleNotFoundError as error:
        message = "LONGSHORE_STORAGE=s3 needs the extra: install longshore-tasks[s3]"
        raise SettingsError(message) from error
    return open_s3(settings)
