"""Files in an S3-compatible bucket, through boto3."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from longshore_tasks.settings import Settings
from longshore_tasks.storage.interface import (
    FileMissing,
    FileStat,
    StorageUnavailable,
    checked,
)

MISSING_CODES = {"404", "NoSuchKey", "NotFound"}


def open_s3(settings: Settings) -> S3Storage:
    """Return the bucket of the settings; without keys in them boto3 looks for its own."""
    secret = settings.s3_secret_access_key
    client = boto3.client(
        "s3",
        region_name=settings.s3_region,
        endpoint_url=settings.s3_endpoint_url,
        aws_access_key_id=settings.s3_access_key_id,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
        config=Config(
            connect_timeout=settings.s3_timeout_seconds,
            read_timeout=settings.s3_timeout_seconds,
            # One quick second try; longer patience is the job's retry policy.
            retries={"total_max_attempts": 2, "mode": "standard"},
        ),
    )
    return S3Storage(client, settings.s3_bucket, settings.s3_prefix)


class S3Storage:
    """A storage in one bucket, under a prefix of its own."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def put(self, key: str, content: BinaryIO) -> FileStat:
        """Upload the content; S3 shows an object only when it is whole."""
        with _told(key):
            self._client.put_object(**self._object(key), Body=content)
        return self.stat(key)

    @contextmanager
    def open(self, key: str) -> Generator[BinaryIO]:
        """Fetch a file and open it for reading; raises FileMissing.

        It is fetched whole, because readers (pictures, mail) seek and S3 does not.
        """
        with TemporaryFile() as local:
            with _told(key):
                shutil.copyfileobj(self._client.get_object(**self._object(key))["Body"], local)
            local.seek(0)
            yield local

    def delete(self, key: str) -> bool:
        """Remove a file; return whether there was one."""
        try:
            self.stat(key)
        except FileMissing:
            return False
        with _told(key):
            self._client.delete_object(**self._object(key))
        return True

    def list(self, prefix: str) -> Iterator[FileStat]:
        """Yield the files whose key begins with the prefix, by key."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        with _told(prefix):
            for page in pages:
                for item in page.get("Contents", ()):
                    key = item["Key"].removeprefix(self._prefix)
                    yield FileStat(key, item["Size"], item["LastModified"])

    def stat(self, key: str) -> FileStat:
        """Return what is known of a file; raises FileMissing."""
        with _told(key):
            head = self._client.head_object(**self._object(key))
        return FileStat(key, head["ContentLength"], head["LastModified"])

    def _object(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked(key)}


@contextmanager
def _told(key: str) -> Generator[None]:
    """Say what S3's error means for a job; its own text may name hosts and credentials."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in MISSING_CODES:
            raise FileMissing(key) from None
        message = f"storage: S3 answered {code} at {key!r}"
        raise StorageUnavailable(message) from error
    except BotoCoreError as error:
        message = f"storage: S3 did not answer ({type(error).__name__}) at {key!r}"
        raise StorageUnavailable(message) from error
