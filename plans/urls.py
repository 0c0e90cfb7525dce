from django.urls import path

from plans import settings_views, views

urlpatterns = [
    path("plans/", views.plans, name="plans"),
    path("plans/new/", views.new_plan, name="new-plan"),
    path("plans/new/confirm/", views.confirm_plan, name="confirm-plan"),
    path("plans/<int:pk>/settings/", settings_views.plan_settings, name="plan-settings"),
    path("plans/<int:pk>/draft/", views.draft_plan, name="draft-plan"),
    path("key-tasks/<int:pk>/settle/", views.settle, name="settle"),
]
