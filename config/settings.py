"""Settings: every value that differs between installations comes from the environment."""

import datetime as dt
from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("LUOSHI_DEBUG")
#: ``manage.py check --deploy`` warns of the default by its first word.
SECRET_KEY = env.secret("LUOSHI_SECRET_KEY", "django-insecure-only-for-development-" + "0" * 40)
ALLOWED_HOSTS = env.words("LUOSHI_ALLOWED_HOSTS", "127.0.0.1,localhost")
#: Where the links in mails lead. Never taken from a request (FAILURES E35).
BASE_URL = env.text("LUOSHI_BASE_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    # Parts of django-allauth, without a page of theirs (``accounts.adapters``).
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "accounts",
    "plans",
    "tasks",
    "config",  # for its command; it has no rows
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "config.security.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.PostsKept",
    "accounts.middleware.SecondFactorDemanded",
    "accounts.middleware.OwnPasswordDemanded",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.TooManyPage",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        env.secret("DATABASE_URL", "postgres://luoshi@localhost/luoshi"),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
# A page of the database lies in memory, or on a disk that need not turn: at PostgreSQL's own 4 it
# would read a table of a million shares whole rather than look up the few that are asked for.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    "-c lock_timeout=3s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
    " -c random_page_cost=1.1"
)
REDIS_URL = env.secret("REDIS_URL", "redis://localhost:6379/0")

AUTH_USER_MODEL = "accounts.User"
#: A session ends after so many minutes without a request, and so many hours after the log-in.
LUOSHI_SESSION_IDLE_MINUTES = env.number("LUOSHI_SESSION_IDLE_MINUTES", 120, least=5)
LUOSHI_SESSION_HOURS = env.number("LUOSHI_SESSION_HOURS", 12, least=1, most=31 * 24)
SESSION_COOKIE_AGE = LUOSHI_SESSION_HOURS * 3600
#: Of whom the log-in asks a code besides the password; anybody may set one up.
LUOSHI_SECOND_FACTOR = env.choice("LUOSHI_SECOND_FACTOR", ("optional", "coordinators", "all"))
MFA_ADAPTER = "accounts.adapters.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Luoshi"
#: A government's single sign-on (OpenID Connect); without an issuer there is none.
LUOSHI_SIGN_ON_ISSUER = env.address("LUOSHI_SIGN_ON_ISSUER")
LUOSHI_SIGN_ON_CLIENT = env.text("LUOSHI_SIGN_ON_CLIENT", "luoshi")
LUOSHI_SIGN_ON_SECRET = env.secret("LUOSHI_SIGN_ON_SECRET", "")
LUOSHI_SIGN_ON_LABEL = env.text("LUOSHI_SIGN_ON_LABEL", "")
#: The claim that holds the user name; or ``email``, where the provider says it is verified.
LUOSHI_SIGN_ON_CLAIM = env.text("LUOSHI_SIGN_ON_CLAIM", "") or "preferred_username"
#: Whose password opens anything: everybody's, or, beside a single sign-on, the administrators'.
LUOSHI_PASSWORDS = env.choice("LUOSHI_PASSWORDS", ("all", "staff"))
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SignOn"
AUTHENTICATION_BACKENDS = ["accounts.backends.CountedPasswords"]
#: Whose word about the client's address (``X-Forwarded-For``) is taken; without any, nobody's.
LUOSHI_PROXIES = env.networks("LUOSHI_PROXIES")
#: Wrong passwords, codes and links in that many minutes, of one account and from one network.
LUOSHI_GUESSES_PER_ACCOUNT = env.number("LUOSHI_GUESSES_PER_ACCOUNT", 5, least=1)
LUOSHI_GUESSES_PER_NETWORK = env.number("LUOSHI_GUESSES_PER_NETWORK", 100, least=1)
LUOSHI_GUESS_MINUTES = env.number("LUOSHI_GUESS_MINUTES", 10, least=1, most=24 * 60)
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
#: Seconds that a link to a new password opens: a mail of Friday is still good on Monday.
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "my-work"
LOGOUT_REDIRECT_URL = "login"

REST_FRAMEWORK = {
    # Deny by default: a view that says nothing is closed.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    # The token first: its challenge makes the answer to a stranger 401 instead of 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.PersonalToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttling.PerMinute"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsing.PlainJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.Description",
    "DEFAULT_METADATA_CLASS": None,  # the OpenAPI document describes; OPTIONS does not
    "URL_FORMAT_OVERRIDE": None,  # `format` is no parameter of ours; Accept says it
    "EXCEPTION_HANDLER": "config.api.answer_for",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
#: What one person's programs (or one network's strangers) may ask the API for; 0 for no limit.
LUOSHI_REQUESTS_PER_MINUTE = {
    kind: env.number(f"LUOSHI_{kind.upper()}_REQUESTS_PER_MINUTE", usual)
    for kind, usual in (("read", 3000), ("write", 1200), ("heavy", 60), ("anonymous", 300))
}
#: A token lasts a working day where its person does not choose, and is shown once.
REST_KNOX = {"TOKEN_TTL": dt.timedelta(hours=10)}
KNOX_TOKEN_MODEL = "accounts.AccessToken"  # noqa: S105 - a model
#: The longest that a token may be made for.
LUOSHI_TOKEN_DAYS = env.number("LUOSHI_TOKEN_DAYS", 90, least=1, most=366)
SPECTACULAR_SETTINGS = {
    "TITLE": "Luoshi 落实",
    "DESCRIPTION": "Annual work plans, the shares of each unit, and how far they are.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api.schema.describe_parts",
    ],
    "COMPONENT_SPLIT_REQUEST": True,  # a file goes in; it never comes out as one
    "ENUM_NAME_OVERRIDES": {
        "PlanState": "plans.models.Plan.State",
        "TaskState": "tasks.models.Task.State",
        "ReportState": "tasks.models.ProgressReport.State",
        "ExtensionRequestState": "tasks.models.ExtensionRequest.State",
        "MailState": "accounts.models.OutgoingMail.State",
        "MembershipRole": "accounts.models.Membership.Role",
        "ReminderRule": "tasks.models.Reminder.Rule",
        "OwnerRole": "plans.models.Role",
        "TaskRole": "tasks.models.Task.Role",
        "EventKind": "tasks.models.TaskEvent.Kind",
        "IndicatorKind": "tasks.models.Indicator.Kind",
        "Light": "tasks.api.serializers.LIGHTS",
        "LightSet": "tasks.models.Task.LightSet",
        "ReformState": "tasks.models.UnitReform.State",
        "By": "tasks.groupings.GROUPINGS",
        "PaperState": "tasks.models.Paper.State",
        "PaperKind": "tasks.models.Paper.Kind",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    # No CDN on an intranet: the pages' scripts come with the installation.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Bytes: the draft of 5,000 items that travels with the page which confirms it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024**2
# A share broken down to every village of a county has three fields for each of them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("LUOSHI_TIME_ZONE", "Asia/Shanghai")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("LUOSHI_STATIC_ROOT", str(BASE_DIR / "var" / "static")))
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.packages.PackageFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

#: What a watcher sends as ``Authorization: Bearer …`` to ``/healthz/work``; without it that is 404.
LUOSHI_HEALTH_TOKEN = env.secret("LUOSHI_HEALTH_TOKEN", "")

#: Files that people hand in: never below a directory that a web server serves from.
LUOSHI_EVIDENCE_ROOT = Path(
    env.text("LUOSHI_EVIDENCE_ROOT", str(BASE_DIR / "var" / "evidence"))
).resolve()

#: Files that are made for people; web and workers share the directory. Kept so many days.
LUOSHI_PAPER_ROOT = Path(env.text("LUOSHI_PAPER_ROOT", str(BASE_DIR / "var" / "papers"))).resolve()
LUOSHI_PAPER_DAYS = env.number("LUOSHI_PAPER_DAYS", 7, least=1, most=366)

#: The directory's admin pages; in production only where somebody asks for them.
LUOSHI_ADMIN = env.flag("LUOSHI_ADMIN", default=DEBUG)

#: Set where a proxy in front speaks HTTPS and overwrites ``X-Forwarded-Proto``.
LUOSHI_HTTPS = env.flag("LUOSHI_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = LUOSHI_HTTPS
SECURE_SSL_REDIRECT = LUOSHI_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if LUOSHI_HTTPS else 0
if LUOSHI_HTTPS:
    # A name that the browser takes from this host alone, over HTTPS and for every path.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for sub-domains: the names below ours belong to other offices
    "security.W021",  # the preload list is for the public internet
]

EMAIL_BACKEND = "accounts.relay.RelayBackend"
EMAIL_HOST = env.text("LUOSHI_EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("LUOSHI_EMAIL_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = env.text("LUOSHI_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.secret("LUOSHI_EMAIL_PASSWORD", "")
#: ``plain`` for a relay on the same host or in a closed network, else ``starttls`` or ``tls``.
EMAIL_SECURITY = env.choice("LUOSHI_EMAIL_SECURITY", ("plain", "starttls", "tls"))
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
#: What the relay is given at most, by all senders together; 0 for no limit.
LUOSHI_MAILS_PER_MINUTE = env.number("LUOSHI_MAILS_PER_MINUTE", 120, most=100_000)
#: Seconds for each step of a conversation with the relay; see ``accounts.relay`` for the last.
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("LUOSHI_FROM_EMAIL", "luoshi@localhost")
#: From this hour on, by the local clock, the day's reminders go out.
LUOSHI_MAIL_HOUR = env.number("LUOSHI_MAIL_HOUR", 8, most=23)
#: The group robots that the operator has set: channel to address and secret for signing.
LUOSHI_ROBOTS = {
    channel: (address, env.secret(f"LUOSHI_{channel.upper()}_SECRET", ""))
    for channel in ("wecom", "dingtalk", "feishu")
    if (address := env.address(f"LUOSHI_{channel.upper()}_ROBOT"))
}
