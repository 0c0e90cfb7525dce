from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import ChoosePasswordView, LogInView, forgotten_password, switch_language

urlpatterns = [
    path("login/", LogInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", forgotten_password, name="forgotten-password"),
    path("password/<str:uidb64>/<str:token>/", ChoosePasswordView.as_view(), name="set-password"),
    path("language/", switch_language, name="switch-language"),
]
