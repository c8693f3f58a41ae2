from django.db import migrations

import guidelines.models.said
from guidelines import searching

FIELDS = {
    'PairRevision': ('name', 'shows', 'harms', 'not_a_mistake', 'corrections', 'examples', 'references', 'tags'),
    'DimensionRevision': ('name', 'definition', 'levels', 'source'),
}


def fill(apps, schema_editor):
    """Revisions that are there already say what they say; their triggers are lifted while migrations run."""
    for model, identity in (('PairRevision', 'pair'), ('DimensionRevision', 'dimension')):
        revisions = apps.get_model('guidelines', model).objects.using(schema_editor.connection.alias)
        several = []
        for revision in revisions.select_related(identity).iterator(chunk_size=500):
            texts = {field: getattr(revision, field) for field in FIELDS[model]}
            revision.said = searching.said(getattr(revision, identity).key, texts)
            several.append(revision)
            if len(several) == 500:
                revisions.bulk_update(several, ['said'])
                several = []
        revisions.bulk_update(several, ['said'])


class Migration(migrations.Migration):

    dependencies = [
        ('guidelines', '0005_scratches'),
    ]

    operations = [
        migrations.AddField(
            model_name='dimensionrevision',
            name='said',
            field=guidelines.models.said.SaidField(),
        ),
        migrations.AddField(
            model_name='pairrevision',
            name='said',
            field=guidelines.models.said.SaidField(),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
