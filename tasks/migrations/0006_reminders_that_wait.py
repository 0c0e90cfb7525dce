"""What a look at the day has to find, by indexes of what waits and not of what ever was."""

from django.conf import settings
from django.db import migrations, models


def mark_what_was_said(apps, schema_editor):
    reminders = apps.get_model("tasks", "Reminder").objects
    reminders.filter(mails__isnull=False).update(is_said=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_answered_requests"),
        ("plans", "0003_source_documents"),
        ("tasks", "0005_no_days_before"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="reminder",
            name="is_said",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(mark_what_was_said, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                condition=models.Q(("state", "returned")), fields=["task"], name="report_returned"
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("is_said", False), ("superseded_at__isnull", True)),
                fields=["id"],
                name="reminder_to_say",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "issued")), fields=["id"], name="task_to_acknowledge"
            ),
        ),
    ]
