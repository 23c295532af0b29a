"""Log records as JSON, each on one line."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from coach.observing import tracing


class JsonLines(logging.Formatter):
    """A formatter: `handler.setFormatter(JsonLines())`.

    One JSON object for each record, in ASCII, so that nothing in it ends the line: `at` (ISO 8601
    in UTC), `level`, `logger`, `message`, what a turn's record says by name, `trace_id` and
    `span_id` where there is a trace, and `exception` where there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        said |= getattr(record, "coach", None) or tracing.ids()
        if record.exc_info and record.exc_info[0] is not None:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, default=str)
