"""api-gateway: REST, WebSockets, sign-in, persister, broadcaster and the dashboard's pages."""

from sentinel_api.service import ApiPorts, ApiService, build
from sentinel_api.users.service import ensure_admin

__all__ = ["ApiPorts", "ApiService", "build", "ensure_admin"]
