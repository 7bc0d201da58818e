"""What the parent does when a child cannot be started."""

from __future__ import annotations

import errno
import logging
from unittest.mock import Mock

from longshore.store import Store
from longshore.worker.pool.supervisor import Supervisor


def test_a_child_that_cannot_be_started_is_told_once_and_tried_again(caplog):
    tried = Mock(side_effect=OSError(errno.ENOMEM, "Cannot allocate memory"))
    supervisor = Supervisor(2, Store.from_url("longshore://127.0.0.1:1/0"), tried, None)
    with caplog.at_level(logging.WARNING):
        supervisor.maintain()
        supervisor.maintain()
    assert tried.call_count == 2
    assert supervisor.processes == []
    (record,) = caplog.records
    assert "no child can be started, trying on" in record.getMessage()
