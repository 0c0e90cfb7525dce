"""The limits beside every address of Luoshi."""

from django.urls import path

from bench.limits.figures import by_unit
from bench.limits.reading import list_page, one_share
from bench.limits.writing import approve, break_down
from config.urls import urlpatterns as of_luoshi

urlpatterns = [
    path("limit/tasks/", list_page),
    path("limit/tasks/<int:pk>/", one_share),
    path("limit/reports/<int:pk>/approve/", approve),
    path("limit/tasks/<int:pk>/decompose/", break_down),
    path("limit/plans/<int:pk>/completion/", by_unit),
    *of_luoshi,
]
