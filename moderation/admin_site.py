"""The staff's site: Django admin with Vigil's name, and the pages that are not lists of rows."""

from django.contrib.admin import AdminSite


class VigilAdminSite(AdminSite):
    """Django admin under Vigil's name."""

    site_header = "Vigil"
    site_title = "Vigil"
    index_title = "Staff"
