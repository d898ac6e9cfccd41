"""The structured log, and alarms. They contain ids, routes and outcomes.

Never log a body, a token, an address or the event.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from souk.shared.alarms import Alarm


@cache
def logger() -> Logger:
    """The structured logger of this execution environment."""
    from aws_lambda_powertools import Logger

    return Logger(service="souk", log_uncaught_exceptions=False)


def log_failure(failure: Exception) -> None:
    """One log line at level error, with the trace."""
    logger().error("failure", exc_info=failure)


def raise_alarm(alarm: Alarm, **ids: str) -> None:
    """One log line at level error, and one metric line that a CloudWatch alarm watches."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    logger().error(alarm.value, extra=ids)
    with single_metric("Alarms", MetricUnit.Count, 1, namespace="Souk") as metric:
        metric.add_metadata("alarm", alarm.value)
