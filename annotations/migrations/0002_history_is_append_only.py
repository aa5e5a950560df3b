"""The database itself refuses to change or delete a row of the history."""

from __future__ import annotations

from django.db import migrations

KEEP = """
CREATE FUNCTION annotations_keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history is append-only'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'edit_append_only';
END $$;
CREATE TRIGGER edit_append_only
    BEFORE UPDATE OR DELETE ON annotations_edit
    FOR EACH ROW EXECUTE FUNCTION annotations_keep_history();
"""
DROP = """
DROP TRIGGER edit_append_only ON annotations_edit;
DROP FUNCTION annotations_keep_history();
"""


class Migration(migrations.Migration):
    dependencies = (("annotations", "0001_schema"),)
    operations = (migrations.RunSQL(KEEP, DROP),)
