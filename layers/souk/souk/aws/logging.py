"""One log line and one metric per request, and alarms: ids, routes, outcomes.

Never a body, a token, an address or the event.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from souk.alarms import Alarm


@cache
def logger() -> Logger:
    """The structured logger of this execution environment."""
    from aws_lambda_powertools import Logger

    return Logger(service="souk", log_uncaught_exceptions=False)


def record_request(function: str, status: int, seconds: float) -> None:
    """One CloudWatch metric line (embedded metric format): latency by function, with its outcome class beside it."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric("Latency", MetricUnit.Milliseconds, seconds * 1000, namespace="Souk") as metric:
        metric.add_dimension("Function", function)
        metric.add_metadata("status", status)


def raise_alarm(alarm: Alarm, **ids: str) -> None:
    """One log line at level error, and one metric line that a CloudWatch alarm listens to."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    logger().error(alarm.value, extra=ids)
    with single_metric("Alarms", MetricUnit.Count, 1, namespace="Souk") as metric:
        metric.add_metadata("alarm", alarm.value)
