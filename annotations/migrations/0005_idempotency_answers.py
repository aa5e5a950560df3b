"""What was answered, kept as it was; no row is left of a request still running."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("annotations", "0004_invitations"),)
    operations = (
        # Nothing was ever written to the table: its rows are answers of a day at most.
        migrations.RunSQL("DELETE FROM annotations_idempotencyrecord", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="idempotencyrecord",
            name="headers",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="idempotencyrecord",
            name="body",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="idempotencyrecord",
            name="status_code",
            field=models.PositiveSmallIntegerField(default=200),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="idempotencyrecord",
            index=models.Index(fields=["created_at"], name="idempotency_oldest"),
        ),
    )
