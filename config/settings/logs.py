"""Structured logs to stderr, one JSON object a line. Transcripts, feedback and keys are never logged:
messages name rows by id, and any key that could carry content is dropped before rendering."""

import structlog

CONTENT_KEYS = {
    "text",
    "body",
    "messages",
    "reply",
    "transcript",
    "feedback",
    "payload",
    "data",
    "content",
    "password",
}


def drop_content(_logger, _method, event: dict) -> dict:
    return {key: value for key, value in event.items() if key not in CONTENT_KEYS}


_shared = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    drop_content,
]

structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # httpx logs whole URLs at INFO; openai logs request options, which hold messages, at DEBUG.
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
        "django.server": {"level": "WARNING"},
    },
}
