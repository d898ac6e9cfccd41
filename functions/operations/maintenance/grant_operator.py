"""Make an existing account an operator: on no route, only for callers that may invoke functions."""

from collections.abc import Mapping
from typing import Any

from souk.accounts.auth.model import canonical_email
from souk.aws.step import step
from souk.shared.errors import FieldProblem, InvalidRequest
from souk.wiring.identity import make_operator


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """`{"email"}` -> `{"id","roles"}`. Success also when it is one already. Raises NotFound for an unknown email."""
    email = event.get("email")
    if not isinstance(email, str):
        raise InvalidRequest('Send {"email": "..."}.', [FieldProblem("email", "missing")])
    try:
        account = make_operator(canonical_email(email))
    except ValueError as error:
        raise InvalidRequest("That is not an email address.", [FieldProblem("email", str(error))]) from error
    return {"id": account.id, "roles": [role.value for role in account.roles]}
