"""History stays as it is, but for one number: a restored event's transaction becomes 0.

Transactions are numbered by the cluster, and another cluster begins anew. What came with a dump
is older than whatever is written there, and says so. Compared byte by byte: 1.0 is not 1.00.
"""

from django.db import migrations

SETTLED = """
CREATE FUNCTION public.luoshi_refuse_all_but_settling() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    settled public.tasks_taskevent := OLD;
BEGIN
    settled.transaction := 0;
    IF NEW *= settled THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % is refused: it is kept for ever', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER taskevent_is_append_only ON tasks_taskevent;
CREATE TRIGGER taskevent_is_append_only BEFORE UPDATE ON tasks_taskevent
FOR EACH ROW EXECUTE FUNCTION public.luoshi_refuse_all_but_settling();
CREATE TRIGGER taskevent_is_not_deleted BEFORE DELETE ON tasks_taskevent
FOR EACH ROW EXECUTE FUNCTION public.luoshi_refuse();
"""

REFUSED = """
DROP TRIGGER taskevent_is_not_deleted ON tasks_taskevent;
DROP TRIGGER taskevent_is_append_only ON tasks_taskevent;
CREATE TRIGGER taskevent_is_append_only BEFORE UPDATE OR DELETE ON tasks_taskevent
FOR EACH ROW EXECUTE FUNCTION public.luoshi_refuse();
DROP FUNCTION public.luoshi_refuse_all_but_settling();
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0008_events_know_their_transaction")]

    operations = [migrations.RunSQL(SETTLED, REFUSED)]
