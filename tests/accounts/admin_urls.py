"""The addresses of an installation that asked for the directory's admin pages."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("", include("config.urls"))]
