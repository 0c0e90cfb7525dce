from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import LogInView, switch_language

urlpatterns = [
    path("login/", LogInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", switch_language, name="switch-language"),
]
