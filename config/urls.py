"""Every address of the installation."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views import log_in_for_admin
from config.health import live, ready, work

urlpatterns = [
    path("healthz/live", login_not_required(live), name="live"),
    path("healthz/ready", login_not_required(ready), name="ready"),
    path("healthz/work", login_not_required(work), name="work"),
    path("api/v1/", include("config.api")),
    path("", include("accounts.urls")),
    path("", include("plans.urls")),
    path("", include("tasks.urls")),
]

#: One door for everybody: what it counts and asks cannot be walked around.
ADMIN = [
    path("admin/login/", log_in_for_admin),
    path("admin/password_change/", RedirectView.as_view(pattern_name="change-password")),
    path("admin/", admin.site.urls),
]

if settings.LUOSHI_ADMIN:
    urlpatterns += ADMIN
