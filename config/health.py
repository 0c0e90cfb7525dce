"""Is the process there, and can it serve? Asked by the demo, by compose and by load balancers."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers. No query."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has every migration; 503 with the reason otherwise."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return _unready("database")
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return _unready("migrations")
    return JsonResponse({"status": "ok"})


def _unready(missing: str) -> JsonResponse:
    return JsonResponse({"status": "unready", "missing": missing}, status=503)
