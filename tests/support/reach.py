"""Which value of the chart reaches which setting of a service, or which flag of a worker.

Each row: the value's path, what it is in the tests on a cluster, another value, its setting, and
what that other value is there if it is told in other words.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Reach(NamedTuple):
    """One value and where it arrives."""

    path: str
    usual: object
    other: object
    name: str
    words: object = None

    @property
    def arrives(self) -> object:
        """What the setting is when the value is the other one."""
        return self.other if self.words is None else self.words


SETTINGS = [
    Reach("engine.keyPrefix", "", "e2e-", "key_prefix"),
    Reach("engine.leaseSeconds", 5, 6, "lease_seconds"),
    Reach("engine.maxDeliveries", 3, 4, "max_deliveries"),
    Reach("engine.brokerDeadlineSeconds", 2, 3, "broker_deadline_seconds"),
    Reach("engine.resultTtlSeconds", 86400, 7200, "result_ttl_seconds"),
    Reach("engine.deadLetters.ttlSeconds", 0, 86400, "dead_letter_ttl_seconds"),
    Reach("engine.deadLetters.limit", 0, 5000, "dead_letter_limit"),
    Reach("alerts.mailTo", [], ["a@b.example"], "alert_mail_to", "a@b.example"),
    Reach("alerts.windowSeconds", 300, 600.0, "alert_window_seconds"),
    Reach("alerts.webhook.timeoutSeconds", 10, 5.0, "alert_timeout_seconds"),
    Reach("log.level", "INFO", "WARNING", "log_level"),
    Reach("log.format", "json", "pretty", "log_format"),
    Reach("mail.host", "127.0.0.1", "mail.example", "smtp_host"),
    Reach("mail.port", 1025, 2525, "smtp_port"),
    Reach("mail.security", "none", "starttls", "smtp_security"),
    Reach("mail.timeoutSeconds", 10, 11, "smtp_timeout_seconds"),
    Reach("mail.from", "e2e@longshore.example", "other@longshore.example", "mail_from"),
    Reach("api.auth.mode", "off", "required", "auth"),
    Reach(
        "api.auth.publicPaths",
        ["/livez", "/readyz", "/metrics", "/docs", "/openapi.json"],
        ["/livez", "/readyz"],
        "public_paths",
    ),
    Reach("api.auth.tenancy", "off", "client", "tenancy"),
    Reach("api.auth.cacheSeconds", 10, 7.0, "auth_cache_seconds"),
    Reach("api.auth.staleSeconds", 300, 70.0, "auth_stale_seconds"),
    Reach("api.auth.oidc.issuer", "", "https://id.example", "oidc_issuer"),
    Reach("api.auth.oidc.audience", "", "shop", "oidc_audience"),
    Reach("api.auth.oidc.jwksUrl", "", "https://id.example/keys", "oidc_jwks_url"),
    Reach("api.auth.oidc.algorithms", ["RS256", "ES256"], ["ES384"], "oidc_algorithms"),
    Reach("api.auth.oidc.scopeClaim", "scope", "scp", "oidc_scope_claim"),
    Reach("api.auth.oidc.nameClaim", "sub", "azp", "oidc_name_claim"),
    Reach("api.ratePerSecond", None, 50.0, "rate_per_second"),
    Reach("api.maxWaitingJobs", None, 1000, "max_waiting_jobs"),
    Reach("scheduler.outbox.enabled", False, True, "scheduler_outbox"),
    Reach("scheduler.outbox.everySeconds", 0.5, 2.5, "scheduler_outbox_seconds"),
    Reach("api.uploadMaxBytes", 26214400, 1000000, "upload_max_bytes"),
    Reach("api.bodyMaxBytes", 1048576, 500000, "body_max_bytes"),
    Reach("api.breakerSeconds", 1, 2, "breaker_seconds"),
    Reach("api.readyDeadlineSeconds", 1, 2, "ready_deadline_seconds"),
    Reach("api.healthDeadlineSeconds", 5, 6, "health_deadline_seconds"),
    Reach("api.drainSeconds", 20, 19, "drain_seconds"),
    Reach("scheduler.timezone", "UTC", "Europe/Berlin", "scheduler_timezone"),
    Reach("workers.default.prefetch", 1, 2, "worker_prefetch"),
]
BUCKET = [
    Reach("storage.kind", "directory", "s3", "storage"),
    Reach("storage.s3.bucket", "", "pictures", "s3_bucket"),
    Reach("storage.s3.prefix", "", "shop/", "s3_prefix"),
    Reach("storage.s3.region", "", "eu-west-1", "s3_region"),
    Reach("storage.s3.endpointUrl", "", "https://s3.example", "s3_endpoint_url"),
    Reach("storage.s3.timeoutSeconds", 10, 7, "s3_timeout_seconds"),
]
FLAGS = [
    Reach("workers.default.concurrency", 2, 3, "--concurrency"),
    Reach("workers.default.maxJobsPerChild", 0, 50, "--max-tasks-per-child"),
    Reach("workers.default.maxMemoryPerChildKiB", 0, 400000, "--max-memory-per-child"),
    Reach("workers.default.hardLimitSeconds", 30, 31, "--time-limit"),
    Reach("workers.default.pool", "prefork", "threads", "--pool"),
    Reach("workers.default.app", "trial", "shop.main", "--app"),
]
#: the app and the pool of a running release stay what they are
LIVE_FLAGS = FLAGS[:4]


def nested(rows: list[Reach]) -> dict[str, Any]:
    """Return the other values as the chart takes them."""
    values: dict[str, Any] = {}
    for row in rows:
        *way, last = row.path.split(".")
        node = values
        for word in way:
            node = node.setdefault(word, {})
        node[last] = row.other
    return values


def in_order(settings: dict[str, object]) -> dict[str, object]:
    """The same, with lists sorted: some stand for sets."""
    return {
        name: sorted(value) if isinstance(value, list) else value
        for name, value in settings.items()
    }
