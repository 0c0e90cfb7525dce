from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import directory_views, second_factor_views, settings_views, sign_on_views
from accounts.views import (
    ChoosePasswordView,
    LogInView,
    change_password,
    forgotten_password,
    switch_language,
)

urlpatterns = [
    path("login/", LogInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("directory/", directory_views.directory, name="directory"),
    path("directory/units/<int:pk>/", directory_views.unit, name="unit"),
    path("directory/groups/<int:pk>/", directory_views.unit_group, name="unit-group"),
    path("me/", settings_views.my_settings, name="my-settings"),
    path("me/calendar-feed/", settings_views.make_own_feed, name="make-feed"),
    path("me/calendar-feed/revoke/", settings_views.revoke_own_feed, name="revoke-feed"),
    path("me/tokens/<int:pk>/revoke/", settings_views.revoke_own_token, name="revoke-token"),
    path("login/code/", second_factor_views.log_in_code, name="log-in-code"),
    path("me/second-factor/", second_factor_views.my_second_factor, name="second-factor"),
    path("login/sign-on/", sign_on_views.sign_on, name="sign-on"),
    path("login/sign-on/back/", sign_on_views.sign_on_callback, name="sign-on-callback"),
    path("me/password/", change_password, name="change-password"),
    path("password/", forgotten_password, name="forgotten-password"),
    path("password/<str:uidb64>/<str:token>/", ChoosePasswordView.as_view(), name="set-password"),
    path("language/", switch_language, name="switch-language"),
]
