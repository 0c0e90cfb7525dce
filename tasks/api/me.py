"""The account that asks: who it is, where it may act today, and what waits for it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import AtOneInstant
from accounts.models import Membership
from tasks.api.bodies import CountsSerializer, MeSerializer
from tasks.worklist import work_list


class MeView(AtOneInstant):
    """Only ever about oneself."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """One's own account, its roles today and the counts of what waits."""
        user = self.user
        roles = Membership.objects.in_force(self.on).filter(user=user).select_related("unit")
        work = work_list(user, self.on)
        counts = {name: len(getattr(work, name)) for name in CountsSerializer().get_fields()}
        told = {
            "id": user.pk,
            "username": user.username,
            "name": user.name,
            "email": user.email,
            "language": user.language,
            "roles": roles.order_by("unit__depth", "unit__position", "id"),
            "counts": counts,
        }
        return Response(MeSerializer(told).data)
