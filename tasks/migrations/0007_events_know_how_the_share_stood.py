"""Each event keeps the columns of its share; those that are there say that they do not know."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0006_reminders_that_wait")]

    operations = [
        migrations.AddField(
            model_name="taskevent",
            name="standing",
            field=models.JSONField(default=dict, editable=False),
            preserve_default=False,
        ),
    ]
