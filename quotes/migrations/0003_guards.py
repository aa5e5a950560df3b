"""What must hold whoever writes: the text of an article never changes; one collection exists."""

from __future__ import annotations

from django.db import migrations

KEEP_TEXT = """
CREATE FUNCTION quotes_keep_article_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the text of an article is immutable'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'article_text_immutable';
END $$;
CREATE TRIGGER article_text_immutable
    BEFORE UPDATE OF text, sha256, length ON quotes_article
    FOR EACH ROW
    WHEN (OLD.text IS DISTINCT FROM NEW.text
          OR OLD.sha256 <> NEW.sha256 OR OLD.length <> NEW.length)
    EXECUTE FUNCTION quotes_keep_article_text();
"""
DROP_TEXT = """
DROP TRIGGER article_text_immutable ON quotes_article;
DROP FUNCTION quotes_keep_article_text();
"""


def add_first_collection(apps, schema_editor):
    collection = apps.get_model("quotes", "Collection")
    if not collection.objects.exists():
        collection.objects.create(name="Newsroom", slug="newsroom")


class Migration(migrations.Migration):
    dependencies = (("quotes", "0002_schema"),)
    operations = (
        migrations.RunSQL(KEEP_TEXT, DROP_TEXT),
        migrations.RunPython(add_first_collection, migrations.RunPython.noop),
    )
