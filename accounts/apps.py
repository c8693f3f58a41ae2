from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from django.core.checks import Tags, register
        from django.db.models.signals import post_migrate, pre_migrate

        from accounts import doors, freezing

        # Django's own signals around migrate; no signal of ours goes between apps.
        pre_migrate.connect(freezing.lift_before_migrate, dispatch_uid="lift_triggers")
        post_migrate.connect(freezing.install_after_migrate, dispatch_uid="install_triggers")
        register(freezing.check_triggers, Tags.database)
        doors.watch_tasks()
