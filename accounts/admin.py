"""Should an installation add Django's admin, the trail is there to be read and nothing else."""

from django.contrib import admin

from accounts.models import TrailEvent


@admin.register(TrailEvent)
class TrailAdmin(admin.ModelAdmin):
    list_display = ["at", "by", "from_where", "door", "verb", "kind", "name", "part"]
    list_filter = ["verb", "from_where"]
    list_select_related = ["by"]
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
