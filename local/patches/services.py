"""Step Functions, IAM conditions, and what the other services write to disk."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from local.copying import State, reading

_LAST_EVENTS = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})


def finish_parallel_states(workflows: Any) -> None:
    """A JSONata Parallel state honours Arguments, Output and Assign. MiniStack ignores them in this state only."""
    run = workflows._run_parallel_branches

    def run_and_finish(state: dict[str, Any], raw_input: Any, execution: Any, ctx: Any) -> Any:
        if workflows._state_query_language(state, ctx) != "JSONata":
            return run(state, raw_input, execution, ctx)
        given = (
            workflows._apply_jsonata_template(state["Arguments"], raw_input, ctx) if "Arguments" in state else raw_input
        )
        results, following = run(state, given, execution, ctx)
        output = workflows._apply_jsonata_output(state, raw_input, ctx, result=results, default=results)
        workflows._apply_state_assign(state, raw_input, ctx, result=results)
        return output, following

    workflows._run_parallel_branches = run_and_finish


def halt_executions(workflows: Any, halted: threading.Event, server: threading.Thread) -> None:
    """Once `halted` is set, executions stop where they are.

    MiniStack would record a failed task for each worker that ends with the stack. Instead they stay running in the
    saved state, and are found at the next start.
    """
    add_event = workflows._add_event

    def add_event_unless_halted(*arguments: Any, **named: Any) -> Any:
        if halted.is_set() and threading.current_thread() is not server:
            raise SystemExit  # ends this execution's thread, and no handler of errors sees it
        return add_event(*arguments, **named)

    workflows._add_event = add_event_unless_halted


def check_task_answers_by_machine(evaluator: Any, workflows: Any) -> None:
    """states:SendTask* is checked against state machines, as policies name them; MiniStack requires a right to `*`.

    A token does not name its machine here, so a right to any machine of the account is enough.
    """
    enforce = evaluator.enforce

    def enforce_on_machines(access_key: str, action: str, service: str, region: str, **named: Any) -> Any:
        refusal = enforce(access_key, action, service, region, **named)
        if refusal is None or not action.startswith("states:SendTask"):
            return refusal
        for machine in list(workflows._state_machines):
            if enforce(access_key, action, service, region, **{**named, "resource_arn": machine}) is None:
                return None
        return refusal

    evaluator.enforce = enforce_on_machines


def pass_encryption_contexts(evaluator: Any) -> None:
    """IAM conditions on kms:EncryptionContext see the context of the request; MiniStack evaluates them without one."""
    enforce = evaluator.enforce

    def enforce_with_context(access_key: str, action: str, service: str, region: str, **named: Any) -> Any:
        if service == "kms":
            named["service_context"] = {**(named.get("service_context") or {}), **_kms_context(evaluator)}
        return enforce(access_key, action, service, region, **named)

    evaluator.enforce = enforce_with_context


def _kms_context(evaluator: Any) -> dict[str, Any]:
    request = evaluator._signed_request.get()
    try:
        context = json.loads(request.body)["EncryptionContext"]
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}
    return {
        "kms:EncryptionContextKeys": list(context),
        **{f"kms:EncryptionContext:{name}": value for name, value in context.items()},
    }


def without_logs(logs: Any) -> Callable[[], State | None]:
    """cloudwatch_logs.get_state with the log groups but without the lines, which would be written again and again."""

    def groups_only() -> dict[str, Any]:
        groups = type(logs._log_groups)()
        for scope, group in logs._log_groups.all_items():
            _keep_newest(group["streams"], 2_000)
            groups._data[scope] = {**group, "streams": {}}
        return {"_log_groups": groups, "_log_records": type(logs._log_records)()}

    return reading(logs.get_state, groups_only)


def without_metrics(metrics: Any) -> Callable[[], State | None]:
    """cloudwatch.get_state with alarms and dashboards but without the data points, for the same reason."""
    return reading(metrics.get_state, lambda: {"_metrics": type(metrics._metrics)()})


def without_old_histories(workflows: Any) -> Callable[[], State | None]:
    """stepfunctions.get_state with the step-by-step history of the newest 100 executions only."""

    def newest_histories() -> dict[str, Any]:
        executions = type(workflows._executions)()
        entries = list(workflows._executions._data.items())
        for number, (scope, execution) in enumerate(entries, start=1):
            kept = execution
            if number <= len(entries) - 100 and execution.get("status") != "RUNNING":
                last = execution["events"][-1:]
                kept = {**execution, "events": last}
                if last and last[0]["type"] in _LAST_EVENTS:  # nothing follows, and memory is bounded
                    execution["events"] = last
            executions._data[scope] = kept
        return {"_executions": executions}

    return reading(workflows.get_state, newest_histories)


def _keep_newest(entries: dict[str, Any], count: int) -> None:
    for name in list(entries)[:-count]:
        entries.pop(name, None)
