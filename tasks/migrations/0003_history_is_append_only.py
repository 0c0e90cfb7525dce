"""History cannot be rewritten, whoever asks (FAILURES M19, E39): not even by TRUNCATE.

What is approved, and the figures, titles and texts of a closed plan, stay as they are (DESIGN 3).
The functions name their schema and set their search path, so that no other schema can lend them
another table.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION public.luoshi_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: it is kept for ever', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER taskevent_is_append_only BEFORE UPDATE OR DELETE ON tasks_taskevent
FOR EACH ROW EXECUTE FUNCTION public.luoshi_refuse();
CREATE TRIGGER taskevent_is_never_emptied BEFORE TRUNCATE ON tasks_taskevent
FOR EACH STATEMENT EXECUTE FUNCTION public.luoshi_refuse();

CREATE TRIGGER approved_report_stays BEFORE UPDATE ON tasks_progressreport
FOR EACH ROW WHEN (OLD.state = 'approved')
EXECUTE FUNCTION public.luoshi_refuse();
CREATE TRIGGER report_is_never_emptied BEFORE TRUNCATE ON tasks_progressreport
FOR EACH STATEMENT EXECUTE FUNCTION public.luoshi_refuse();
CREATE TRIGGER report_is_not_deleted BEFORE DELETE ON tasks_progressreport
FOR EACH ROW WHEN (OLD.state <> 'draft')
EXECUTE FUNCTION public.luoshi_refuse();
"""

CLOSED = """
CREATE FUNCTION public.luoshi_refuse_in_closed_plan() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    plans bigint[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.plan_id]
        WHEN 'DELETE' THEN ARRAY[OLD.plan_id]
        ELSE ARRAY[OLD.plan_id, NEW.plan_id] END;
BEGIN
    IF EXISTS (SELECT 1 FROM public.plans_plan WHERE id = ANY(plans) AND state = 'closed') THEN
        RAISE EXCEPTION '% of % is refused: its plan is closed', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER plan_stays_closed BEFORE UPDATE OR DELETE ON plans_plan
FOR EACH ROW WHEN (OLD.state = 'closed')
EXECUTE FUNCTION public.luoshi_refuse();
CREATE TRIGGER key_task_of_closed_plan_stays BEFORE INSERT OR UPDATE OR DELETE ON plans_keytask
FOR EACH ROW EXECUTE FUNCTION public.luoshi_refuse_in_closed_plan();
CREATE TRIGGER section_of_closed_plan_stays BEFORE INSERT OR UPDATE OR DELETE ON plans_section
FOR EACH ROW EXECUTE FUNCTION public.luoshi_refuse_in_closed_plan();
CREATE TRIGGER share_of_closed_plan_stays BEFORE INSERT OR UPDATE OR DELETE ON tasks_task
FOR EACH ROW EXECUTE FUNCTION public.luoshi_refuse_in_closed_plan();
"""

#: A second wall behind the services: a share below is of the same plan and key task, and due on
#: or before the one above it. Checked at the end of the transaction.
TREE = """
ALTER TABLE tasks_task
    ADD CONSTRAINT share_id_and_plan UNIQUE (id, plan_id),
    ADD CONSTRAINT share_id_and_key_task UNIQUE (id, key_task_id);
ALTER TABLE tasks_task
    ADD CONSTRAINT share_above_is_of_the_plan FOREIGN KEY (parent_id, plan_id)
        REFERENCES tasks_task (id, plan_id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT share_above_is_of_the_key_task FOREIGN KEY (parent_id, key_task_id)
        REFERENCES tasks_task (id, key_task_id) DEFERRABLE INITIALLY DEFERRED;

-- Runs for each row of an issue at its end: two look-ups by key each. A plan of the statement that
-- was made while the table was small would read all of it each time, hence no sequential scan.
CREATE FUNCTION public.luoshi_refuse_later_than_above() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.tasks_task AS below JOIN public.tasks_task AS above
            ON above.id = below.parent_id
        WHERE below.id = NEW.id
            AND below.due_on > above.due_on
            AND below.state IN ('issued', 'objected', 'acknowledged', 'submitted')
    ) OR TG_OP = 'UPDATE' AND EXISTS (
        SELECT 1 FROM public.tasks_task AS below JOIN public.tasks_task AS above
            ON above.id = NEW.id
        WHERE below.parent_id = NEW.id
            AND below.due_on > above.due_on
            AND below.state IN ('issued', 'objected', 'acknowledged', 'submitted')
    ) THEN
        RAISE EXCEPTION 'share % would be due after the one above it', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER new_share_is_due_before_the_one_above AFTER INSERT ON tasks_task
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL)
EXECUTE FUNCTION public.luoshi_refuse_later_than_above();
CREATE CONSTRAINT TRIGGER moved_share_is_due_before_the_one_above AFTER UPDATE ON tasks_task
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.due_on IS DISTINCT FROM NEW.due_on OR OLD.parent_id IS DISTINCT FROM NEW.parent_id)
EXECUTE FUNCTION public.luoshi_refuse_later_than_above();
"""

UNDO = """
DROP TRIGGER moved_share_is_due_before_the_one_above ON tasks_task;
DROP TRIGGER new_share_is_due_before_the_one_above ON tasks_task;
DROP FUNCTION public.luoshi_refuse_later_than_above();
ALTER TABLE tasks_task
    DROP CONSTRAINT share_above_is_of_the_key_task,
    DROP CONSTRAINT share_above_is_of_the_plan,
    DROP CONSTRAINT share_id_and_key_task,
    DROP CONSTRAINT share_id_and_plan;
DROP TRIGGER share_of_closed_plan_stays ON tasks_task;
DROP TRIGGER section_of_closed_plan_stays ON plans_section;
DROP TRIGGER key_task_of_closed_plan_stays ON plans_keytask;
DROP TRIGGER plan_stays_closed ON plans_plan;
DROP FUNCTION public.luoshi_refuse_in_closed_plan();
DROP TRIGGER report_is_never_emptied ON tasks_progressreport;
DROP TRIGGER report_is_not_deleted ON tasks_progressreport;
DROP TRIGGER approved_report_stays ON tasks_progressreport;
DROP TRIGGER taskevent_is_never_emptied ON tasks_taskevent;
DROP TRIGGER taskevent_is_append_only ON tasks_taskevent;
DROP FUNCTION public.luoshi_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0002_lifecycle"),
        ("plans", "0002_rules_steps_and_amendments"),
    ]

    operations = [migrations.RunSQL(REFUSE + CLOSED + TREE, UNDO)]
