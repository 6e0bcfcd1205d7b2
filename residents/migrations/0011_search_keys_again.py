"""Names in other scripts, or with letters that Unicode does not take apart, get their keys."""

from django.db import migrations

from caracol.core.text import sort_key


def renew(apps, schema_editor):
    """Write again the keys that the wider rule changes: few, since most names are in Latin."""
    people = apps.get_model("residents", "Person").objects.using(schema_editor.connection.alias)
    for person in people.only("last_name", "first_name", "search_key").iterator():
        key = sort_key(f"{person.last_name} {person.first_name}")
        if key != person.search_key:
            people.filter(pk=person.pk).update(search_key=key)


class Migration(migrations.Migration):
    dependencies = [("residents", "0010_texts")]

    operations = [migrations.RunPython(renew, migrations.RunPython.noop, elidable=True)]
