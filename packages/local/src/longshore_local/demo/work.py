"""What the demonstration does, through the api alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longshore_local.api import Api, Record, Uploaded
from longshore_local.demo.board import Lines
from longshore_local.demo.outcome import Outcome
from longshore_local.demo.pictures import Picture
from longshore_local.demo.sink import MailSink
from longshore_local.following import follow

PATIENCE_SECONDS = 120.0
MAIL_SECONDS = 10.0
SIZES = tuple({"width": side, "height": side} for side in (128, 320, 800))
READER = "ada@longshore.example"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Where it is shown and where its files go."""

    api: Api
    lines: Lines
    sink: MailSink
    directory: Path

    async def show(self, pictures: Sequence[Picture]) -> list[Outcome]:
        """Do everything; the thumbnails and the report at the same time, then the mail."""
        made = asyncio.gather(*(self._thumbnails(picture) for picture in pictures))
        report, thumbnails = await asyncio.gather(self._report(), made)
        if not report.succeeded:
            return [*thumbnails, report]
        return [*thumbnails, report, await self._mail(await self.api.result(report.record.id))]

    async def _thumbnails(self, picture: Picture) -> Outcome:
        uploaded = await self.api.upload(picture.name, picture.data, picture.media_type)
        self._keep(picture.name, picture.data)
        label = f"thumbnails of {picture.name} ({picture.about})"
        fields = {"file_id": uploaded.id, "sizes": SIZES}
        record = await self._done(label, "images.thumbnail", fields)
        return Outcome(label, record, await self._kept_thumbnails(await self.api.file(uploaded.id)))

    async def _kept_thumbnails(self, file: Uploaded) -> tuple[str, ...]:
        name = Path(file.name)
        return tuple(
            [
                self._keep(
                    f"{name.stem}-{thumb.width}x{thumb.height}{name.suffix}",
                    await self.api.content(thumb.content_url),
                )
                for thumb in file.thumbnails
            ]
        )

    async def _report(self) -> Outcome:
        record = await self._done("activity report", "reports.generate", {"days": 7})
        outcome = Outcome("activity report", record, ())
        if not outcome.succeeded:
            return outcome
        report = await self.api.result(record.id)
        kept = [await self._kept_file(report[key]) for key in ("csv_file_id", "html_file_id")]
        return Outcome("activity report", record, tuple(kept))

    async def _kept_file(self, file_id: str) -> str:
        file = await self.api.file(file_id)
        return self._keep(file.name, await self.api.content(file.content_url))

    async def _mail(self, report: Mapping[str, Any]) -> Outcome:
        label = f"mail to {READER} with the report attached"
        fields = {
            "to": [READER],
            "template": "report_ready",
            "context": {"name": "Ada", "report": report["name"]},
            "attachments": [report["csv_file_id"], report["html_file_id"]],
        }
        record = await self._done(label, "email.send", fields)
        outcome = Outcome(label, record, ())
        if not outcome.succeeded:
            return outcome
        mail = await asyncio.wait_for(self.sink.mails.get(), MAIL_SECONDS)
        return Outcome(label, record, (self._keep("mail.eml", mail.as_bytes()),))

    async def _done(self, label: str, task: str, fields: Mapping[str, Any]) -> Record:
        record = await self.api.enqueue(task, fields)
        self.lines.add(label, record)
        return await follow(
            self.api, record.id, patience_seconds=PATIENCE_SECONDS, changed=self.lines.update
        )

    def _keep(self, name: str, data: bytes) -> str:
        path = self.directory / Path(name).name
        path.write_bytes(data)
        return str(path)
