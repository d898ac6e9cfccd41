"""Whether this deployment can read its data."""

from souk.http.endpoint import ANYONE, Request, endpoint
from souk.operations.documentation.schemas import Health
from souk.wiring.maintenance import health_check


@endpoint("GET /healthz", roles=ANYONE, returns=Health)
def handler(_request: Request) -> Health:
    """Read the data store for real; 503 when it does not answer."""
    health_check()
    return Health(status="ok", db="connected")
