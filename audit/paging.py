"""Pages of lists that may hold millions of rows."""

from functools import cached_property

from django.core.paginator import Paginator

COUNTED = 10_000
"""Beyond this nobody leafs: they search. Counting them all would read them all."""


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic when it runs
    """Counts only as far as anybody leafs."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, or COUNTED when there are more."""
        return len(self.object_list.order_by("pk").values_list("pk", flat=True)[:COUNTED])  # type: ignore[attr-defined]  # always a query set
