from __future__ import annotations

from typing import Any

import pytest

from longshore.errors import InvalidJob
from longshore_tasks.roll import ROLL

FILE_ID = "0" * 32


@pytest.mark.parametrize(
    ("task", "fields", "wrong"),
    [
        ("system.add", {"a": 2**60, "b": 1}, "a"),
        ("system.echo", {"text": ""}, "text"),
        ("system.echo", {"text": "x" * 10_001}, "text"),
        ("email.send", {"to": [], "template": "message"}, "to"),
        ("email.send", {"to": ["a@b.example\nBcc: c@d.example"], "template": "message"}, "to"),
        ("email.send", {"to": ["nobody"], "template": "message"}, "to"),
        ("email.send", {"to": ["a@b.example"], "template": "../../etc/passwd"}, "template"),
        (
            "email.send",
            {"to": ["a@b.example"], "template": "message", "context": {"__class__": "x"}},
            "context",
        ),
        (
            "email.send",
            {"to": ["a@b.example"], "template": "message", "attachments": [FILE_ID] * 11},
            "attachments",
        ),
        ("images.thumbnail", {"file_id": "../secret"}, "file_id"),
        ("images.thumbnail", {"file_id": FILE_ID, "sizes": []}, "sizes"),
        (
            "images.thumbnail",
            {"file_id": FILE_ID, "sizes": [{"width": 5000, "height": 1}]},
            "sizes",
        ),
        (
            "images.thumbnail",
            {"file_id": FILE_ID, "sizes": [{"width": 1, "height": 1}] * 2},
            "sizes",
        ),
        ("files.cleanup", {"prefix": ""}, "prefix"),
        ("files.cleanup", {"prefix": "/etc/"}, "prefix"),
        ("files.cleanup", {"prefix": "uploads/../"}, "prefix"),
        ("files.cleanup", {"prefix": "uploads/", "older_than_seconds": -1}, "older_than_seconds"),
        ("reports.generate", {"days": 0}, "days"),
        ("reports.generate", {"days": 367}, "days"),
    ],
)
def test_input_out_of_bounds_is_refused_by_the_name_of_its_field(
    task: str, fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(InvalidJob, match=rf"^{task}: {wrong}"):
        ROLL[task].from_fields(fields)
