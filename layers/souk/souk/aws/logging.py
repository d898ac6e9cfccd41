"""One line per request that is both log and metric, and alarms. They contain ids, routes and outcomes.

Never log a body, a token, an address or the event.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from aws_lambda_powertools import Logger

    from souk.shared.alarms import Alarm


@cache
def logger() -> Logger:
    """The structured logger of this execution environment."""
    from aws_lambda_powertools import Logger

    return Logger(service="souk", log_uncaught_exceptions=False)


def record_request(function: str, milliseconds: float, fields: Mapping[str, Any]) -> None:
    """Write one line in CloudWatch's embedded metric format: the latency by function, and `fields`.

    The format allows members that are not metrics, so the same line is the log line.
    """
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric("Latency", MetricUnit.Milliseconds, milliseconds, namespace="Souk") as metric:
        metric.add_dimension("Function", function)
        for name, value in {"level": "INFO", "message": "request", **fields}.items():
            metric.add_metadata(name, value)


def raise_alarm(alarm: Alarm, **ids: str) -> None:
    """One log line at level error, and one metric line that a CloudWatch alarm watches."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    logger().error(alarm.value, extra=ids)
    with single_metric("Alarms", MetricUnit.Count, 1, namespace="Souk") as metric:
        metric.add_metadata("alarm", alarm.value)
