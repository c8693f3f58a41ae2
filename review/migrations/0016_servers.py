import django.db.models.deletion
from django.db import migrations, models


def on_the_first(apps, schema_editor):
    """What there is belongs to the one server that there was: the environment's."""
    Server, Account, SeatProject, RawAnnotation = (
        apps.get_model("review", name) for name in ("Server", "Account", "SeatProject", "RawAnnotation")
    )
    projects = SeatProject.objects.filter(project_id__isnull=False)
    if SeatProject.objects.exists() or Account.objects.exists():
        first, _made = Server.objects.get_or_create(name="environment")
        Account.objects.update(server=first)
        SeatProject.objects.update(server=first)
        for pk, project_id in projects.values_list("pk", "project_id").iterator():
            RawAnnotation.objects.filter(project_id=project_id).update(seat_project=pk)
    if schema_editor.connection.vendor == "postgresql":
        # Or PostgreSQL would not alter a table while its foreign keys wait to be checked.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):

    dependencies = [
        ("review", "0015_conflicts"),
    ]

    operations = [
        migrations.CreateModel(
            name='Server',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(unique=True, verbose_name='name')),
                ('url', models.URLField(blank=True, max_length=300, verbose_name='address')),
                ('public_url', models.URLField(blank=True, max_length=300, verbose_name='address for browsers')),
                ('gateway_url', models.URLField(blank=True, max_length=300, verbose_name='address of the gateway')),
                ('token_env', models.CharField(blank=True, max_length=80, verbose_name='environment variable with the token')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('name', 'environment'), models.Q(models.Q(('url', ''), _negated=True), models.Q(('token_env', ''), _negated=True)), _connector='OR'), name='a_server_has_an_address'),
                    models.UniqueConstraint(condition=models.Q(('url', ''), _negated=True), fields=('url',), name='one_server_per_address'),
                    models.UniqueConstraint(condition=models.Q(('gateway_url', ''), _negated=True), fields=('gateway_url',), name='one_server_per_gateway'),
                ],
            },
        ),
        migrations.AlterField(
            model_name='account', name='rater',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='label_studio_accounts', to='review.rater'),
        ),
        migrations.AlterField(
            model_name='account', name='ls_user_id', field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='seatproject', name='project_id', field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='reading', name='task_id', field=models.PositiveBigIntegerField(db_index=True, null=True),
        ),
        migrations.AddField(model_name='seatproject', name='mark', field=models.CharField(blank=True, default='', max_length=32), preserve_default=False),
        migrations.AddField(model_name='seatproject', name='compared_at', field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name='account', name='server',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='review.server'),
        ),
        migrations.AddField(
            model_name='seatproject', name='server',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='review.server'),
        ),
        migrations.AddField(
            model_name='rawannotation', name='seat_project',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='raw_annotations', to='review.seatproject'),
        ),
        migrations.RunPython(on_the_first, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='account', name='server',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='review.server'),
        ),
        migrations.AlterField(
            model_name='seatproject', name='server',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='review.server'),
        ),
        migrations.AlterField(
            model_name='rawannotation', name='seat_project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='raw_annotations', to='review.seatproject'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('rater', 'server'), name='one_account_on_a_server'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('server', 'ls_user_id'), name='an_account_is_one_users'),
        ),
        migrations.AddConstraint(
            model_name='seatproject',
            constraint=models.UniqueConstraint(fields=('server', 'project_id'), name='a_project_is_one_seats'),
        ),
        migrations.RemoveConstraint(model_name='rawannotation', name='each_state_of_an_annotation_once'),
        migrations.AddConstraint(
            model_name='rawannotation',
            constraint=models.UniqueConstraint(fields=('seat_project', 'project_id', 'task_id', 'ls_id', 'ls_updated_at'), name='each_state_of_an_annotation_once'),
        ),
        # By what now says whose a row is.
        migrations.RemoveIndex(model_name='rawannotation', name='uncounted_by_project'),
        migrations.AddIndex(
            model_name='rawannotation',
            index=models.Index(condition=models.Q(('uncounted', ''), _negated=True), fields=['seat_project'], name='uncounted_by_project'),
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('project_gone', 'The project is no longer there. What was not judged is sent again, into a new one; what was judged stands.'), ('task_gone', 'The task is no longer there. It is sent again.'), ('judged_task_gone', 'The task is no longer there. What was judged on it stands.'), ('task_changed', 'The task no longer holds the words that we sent; a judgement on it does not count.'), ('strange_task', 'A task that we did not send. A judgement on it does not count.'), ('judgement_gone', 'The judgement was deleted there after we read it. It stands.'), ('judgement_older', 'The judgement there is older than the one that we read, as after a restore. Ours stands.'), ('account_gone', "The reviewer's account was deleted; a new one was made."), ('account_renamed', "The reviewer's account has another address; it is used under that."), ('account_moved', "The reviewer's account has another number, as after a restore; it is used.")], max_length=20)),
                ('ls_id', models.PositiveBigIntegerField(default=0)),
                ('found_at', models.DateTimeField(auto_now_add=True)),
                ('over_at', models.DateTimeField(null=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='review.seatproject')),
                ('reading', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.reading')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('over_at', None)), fields=('project', 'kind', 'ls_id'), name='a_difference_is_told_once')],
            },
        ),
    ]
