from __future__ import annotations

import re

from longshore_tasks import files


def test_an_id_is_new_each_time_and_a_made_file_keeps_its_own() -> None:
    assert files.new_file_id() != files.new_file_id()
    assert files.file_id_of("reports/a.csv") == files.file_id_of("reports/a.csv")
    assert re.fullmatch(files.FILE_ID_PATTERN, files.file_id_of("reports/a.csv"))
    assert re.fullmatch(files.FILE_ID_PATTERN, files.new_file_id())
