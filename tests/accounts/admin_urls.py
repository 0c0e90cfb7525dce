"""The addresses of an installation that asked for the directory's admin pages."""

from django.urls import include, path

from config.urls import ADMIN

urlpatterns = [*ADMIN, path("", include("config.urls"))]
