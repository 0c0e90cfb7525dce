"""The feed of events goes by transaction; what is there already goes by its ids, as one."""

from django.db import migrations, models

import tasks.querysets


class Migration(migrations.Migration):
    dependencies = [("tasks", "0007_events_know_how_the_share_stood")]

    operations = [
        migrations.AddField(
            model_name="taskevent",
            name="transaction",
            field=models.BigIntegerField(
                db_default=tasks.querysets.CurrentTransaction(), editable=False
            ),
        ),
        migrations.AddIndex(
            model_name="taskevent",
            index=models.Index(fields=["transaction", "id"], name="event_in_order"),
        ),
    ]
