from django.db import migrations, models


def mark(apps, schema_editor):
    Reading, Decision = apps.get_model("review", "Reading"), apps.get_model("review", "Decision")
    decided = Decision.objects.filter(reading__isnull=False).order_by().values("reading")
    Reading.objects.filter(pk__in=decided).update(judged=True)


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0024_told_settled"),
    ]

    operations = [
        migrations.AddField(
            model_name="reading",
            name="judged",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(
                condition=models.Q(("judged", False)), fields=["seat"], name="readings_to_judge"
            ),
        ),
    ]
