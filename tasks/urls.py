from django.urls import path

from tasks.views import (
    directory,
    evidence,
    feed,
    my_work,
    plan,
    reforms,
    reminders,
    rules,
    share,
    sheets,
)

urlpatterns = [
    path("", my_work.my_work, name="my-work"),
    path("calendar/<str:token>.ics", feed.feed, name="calendar-feed"),
    path("units/<int:pk>/report-sheet/", sheets.report_sheet, name="report-sheet"),
    path("directory/import/", directory.import_directory, name="import-directory"),
    path("directory/import/confirm/", directory.confirm_import, name="confirm-import"),
    path("directory/import/<str:action>.xlsx", directory.fetch_sheet, name="directory-sheet"),
    path("directory/reforms/", reforms.reforms, name="reforms"),
    path("directory/reforms/new/<str:action>/", reforms.new_reform, name="new-reform"),
    path("directory/reforms/<int:pk>/", reforms.reform, name="reform"),
    path("directory/reforms/<int:pk>/<str:action>/", reforms.act_on_reform, name="act-on-reform"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("plans/<int:pk>/", plan.plan, name="plan"),
    path("plans/<int:pk>/issue/", plan.issue, name="issue-plan"),
    path("plans/<int:pk>/reminder-rules/", rules.reminder_rules, name="reminder-rules"),
    path("plans/<int:pk>/completion/", plan.completion, name="completion"),
    path("plans/<int:pk>/completion.xlsx", plan.completion_sheet, name="completion-sheet"),
    path("tasks/<int:pk>/", share.share, name="share"),
    path("tasks/<int:pk>/<str:action>/", share.act_on_share, name="act-on-share"),
    path("reports/<int:pk>/evidence/", evidence.attach_evidence, name="attach-evidence"),
    path("reports/<int:pk>/<str:action>/", share.decide_report, name="decide-report"),
    path("notices/<int:pk>/<str:action>/", share.decide_notice, name="decide-notice"),
    path("extensions/<int:pk>/<str:action>/", share.decide_extension, name="decide-extension"),
]
