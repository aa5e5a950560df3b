"""People's work as its models say it: tables, indexes and constraints, in one step."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('annotations', '0001_work'), ('annotations', '0003_snapshots'), ('annotations', '0004_invitations'), ('annotations', '0005_idempotency_answers'), ('annotations', '0006_presence'), ('annotations', '0007_token_address'), ('annotations', '0008_webhooks'), ('annotations', '0009_same_words_in_history'), ('annotations', '0010_coding')]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('quotes', '0003_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('prefix', models.CharField(max_length=12, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'Read'), ('annotate', 'Annotate'), ('import', 'Import articles'), ('export', 'Export'), ('manage', 'Manage')], max_length=20), size=None)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_from', models.GenericIPAddressField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('purpose', models.CharField(choices=[('edit', 'Edit'), ('blind', 'Code blind'), ('adjudication', 'Adjudicate')], max_length=20)),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('cancelled', 'Cancelled')], db_default='open', default='open', max_length=20)),
                ('due', models.DateField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='quotes.article')),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='quotes.collection')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
                'indexes': [models.Index(fields=['user', 'state'], name='assignment_of_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['edit', 'blind', 'adjudication'])), name='assignment_purpose_known', violation_error_message='Unknown purpose.'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'done', 'cancelled'])), name='assignment_state_known', violation_error_message='Unknown state.'), models.UniqueConstraint(fields=('article', 'user', 'purpose'), name='assignment_once_per_person', violation_error_message='This person has this article already.'), models.CheckConstraint(condition=models.Q(('state', 'open'), ('finished_at__isnull', False), _connector='XOR'), name='assignment_ended_has_its_time', violation_error_message='What is no longer open says when it ended.')],
            },
        ),
        migrations.CreateModel(
            name='Coding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('is_there', models.BooleanField()),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='quotes.article')),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codings', to='annotations.assignment')),
                ('coder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('corrected', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='quotes.speaker')),
                ('correction', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='codings', to='quotes.correction')),
                ('corrector', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='quotes.speaker')),
                ('quote', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='codings', to='quotes.quote')),
                ('speaker', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='quotes.speaker')),
            ],
            options={
                'ordering': ('article', 'pk'),
                'indexes': [models.Index(fields=['article', 'coder'], name='coding_of_article')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quote__isnull', False), ('correction__isnull', False), _connector='XOR'), name='coding_of_one_thing', violation_error_message='An answer is on a quote or on a correction.'), models.CheckConstraint(condition=models.Q(('is_there', True), models.Q(('corrected', None), ('corrector', None), ('kind', ''), ('speaker', None)), _connector='OR'), name='coding_of_nothing_is_empty', violation_error_message='What is not there has no speaker and no kind.'), models.CheckConstraint(condition=models.Q(('is_there', False), models.Q(('kind__in', ['direct', 'mixed', 'indirect']), ('quote__isnull', False)), models.Q(('correction__isnull', False), ('kind__in', ['denial', 'contradiction', 'self_correction'])), _connector='OR'), name='coding_kind_known', violation_error_message='There is no such kind.'), models.UniqueConstraint(fields=('coder', 'quote'), name='coding_once_per_quote', violation_error_message='This coder answered already.'), models.UniqueConstraint(fields=('coder', 'correction'), name='coding_once_per_correction', violation_error_message='This coder answered already.')],
            },
        ),
        migrations.CreateModel(
            name='Edit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('action', models.CharField(max_length=60)),
                ('object_kind', models.CharField(choices=[('quote', 'Quote'), ('correction', 'Correction'), ('speaker', 'Speaker'), ('article', 'Article'), ('same_words', 'Same words')], max_length=20)),
                ('object_id', models.UUIDField()),
                ('version', models.PositiveIntegerField()),
                ('before', models.JSONField(blank=True, null=True)),
                ('after', models.JSONField(blank=True, null=True)),
                ('batch', models.UUIDField(default=uuid.uuid4)),
                ('is_undo', models.BooleanField(default=False)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('milliseconds', models.PositiveBigIntegerField(blank=True, null=True)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='edits', to=settings.AUTH_USER_MODEL)),
                ('article', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='edits', to='quotes.article')),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='annotations.edit')),
            ],
            options={
                'ordering': ('-pk',),
                'indexes': [models.Index(fields=['actor', '-id'], name='edit_of_person'), models.Index(fields=['article', '-id'], name='edit_of_article'), models.Index(fields=['batch'], name='edit_batch')],
                'constraints': [models.CheckConstraint(condition=models.Q(('object_kind__in', ['quote', 'correction', 'speaker', 'article', 'same_words'])), name='edit_object_kind_known', violation_error_message='Unknown object kind.'), models.UniqueConstraint(fields=('object_id', 'version'), name='edit_once_per_version', violation_error_message='This version already has its history row.')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('fingerprint', models.CharField(max_length=64)),
                ('status_code', models.PositiveSmallIntegerField()),
                ('headers', models.JSONField(blank=True, default=dict)),
                ('body', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
                'indexes': [models.Index(fields=['created_at'], name='idempotency_oldest')],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='idempotency_key_once', violation_error_message='This key was already used.')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('role', models.CharField(choices=[('reader', 'Reader'), ('researcher', 'Researcher'), ('editor', 'Editor'), ('adjudicator', 'Adjudicator'), ('manager', 'Manager')], max_length=20)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='quotes.collection')),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('used_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['reader', 'researcher', 'editor', 'adjudicator', 'manager'])), name='invitation_role_known', violation_error_message='Unknown role.'), models.CheckConstraint(condition=models.Q(('used_at', None), ('used_by__isnull', False), _connector='OR'), name='invitation_used_by_somebody', violation_error_message='A used invitation names who used it.')],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField()),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='quotes.article')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-seen_at', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('article', 'user'), name='presence_once_per_person', violation_error_message='This person is in the article already.')],
            },
        ),
        migrations.CreateModel(
            name='SignInLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Being made'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=20)),
                ('filters', models.JSONField(blank=True, default=dict)),
                ('options', models.JSONField(blank=True, default=dict)),
                ('counts', models.JSONField(blank=True, default=dict)),
                ('checksums', models.JSONField(blank=True, default=dict)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('software', models.CharField(blank=True, max_length=60)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='snapshots', to='quotes.collection')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'failed'])), name='snapshot_state_known', violation_error_message='Unknown state.'), models.UniqueConstraint(fields=('collection', 'number'), name='snapshot_number_once', violation_error_message='This number is taken.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('sha256', ''), _negated=True), _connector='OR'), name='snapshot_done_has_its_sum', violation_error_message='A snapshot that is done has a file and its sum.')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100)),
                ('address', models.URLField(max_length=2000)),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('quote', 'Quote'), ('correction', 'Correction'), ('speaker', 'Speaker'), ('article', 'Article'), ('same_words', 'Same words')], max_length=20), size=None)),
                ('active', models.BooleanField(default=True)),
                ('nonce', models.CharField(max_length=64)),
                ('signed_with', models.CharField(max_length=16)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='quotes.collection')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('event', models.CharField(max_length=60)),
                ('payload', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('failed', 'Failed')], default='waiting', max_length=20)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('answered', models.PositiveIntegerField(blank=True, null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('milliseconds', models.PositiveIntegerField(blank=True, null=True)),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='annotations.webhook')),
            ],
            options={
                'ordering': ('-pk',),
                'indexes': [models.Index(fields=['webhook', '-created_at', '-id'], name='webhook_log'), models.Index(fields=['created_at'], name='webhook_oldest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'delivered', 'failed'])), name='webhook_delivery_state_known', violation_error_message='Unknown state.')],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('variable', models.CharField(max_length=30)),
                ('measure', models.CharField(max_length=30)),
                ('value', models.FloatField(blank=True, null=True)),
                ('ci_low', models.FloatField(blank=True, null=True)),
                ('ci_high', models.FloatField(blank=True, null=True)),
                ('n_units', models.PositiveIntegerField()),
                ('n_coders', models.PositiveIntegerField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreement', to='quotes.collection')),
            ],
            options={
                'ordering': ('collection', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('collection', 'variable', 'measure'), name='agreement_once_per_measure', violation_error_message='This was measured already.')],
            },
        ),
    ]
