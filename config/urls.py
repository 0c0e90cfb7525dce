"""Every address of the installation."""

from django.urls import path

from config.health import live, ready

urlpatterns = [
    path("healthz/live", live),
    path("healthz/ready", ready),
]
