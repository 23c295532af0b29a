"""Collections: values by id, in order of arrival, that copy late and remember what changed.

A session may gather thousands of values and change one of them a turn. So a fork shares what it
has until one side writes, and what was written since is known without looking at the rest.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any, ClassVar, Self, TypeVar

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from coach.vocabulary.value import Value

Item = TypeVar("Item", bound=Value)


class Collection(MutableMapping[str, Item]):
    """A mapping from ids to frozen values. Subclasses name their `item` and keep indexes.

    Equal to another when both hold the same; plain dicts are taken wherever one is expected.
    """

    item: ClassVar[type[Value]] = Value
    letter: ClassVar[str] = ""

    __slots__ = ("_base", "_items", "_shared", "_token", "_touched")

    def __init__(self, items: "dict[str, Item] | None" = None) -> None:
        self._items: dict[str, Item] = dict(items or {})
        self._shared = False
        self._token: object = object()
        self._base: object = None
        self._touched: dict[str, None] = {}

    # -- the mapping -----------------------------------------------------------------------

    def __getitem__(self, key: str) -> Item:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __setitem__(self, key: str, value: Item) -> None:
        before = self._items.get(key)
        if before is value:
            return
        self._write(key)
        self._items[key] = value
        self._index(key, before, value)

    def __delitem__(self, key: str) -> None:
        before = self._items[key]
        self._write(key)
        del self._items[key]
        self._index(key, before, None)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Collection):
            return self._items == other._items
        return self._items == other if isinstance(other, dict) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._items)

    def __copy__(self) -> Self:
        return self.fork()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.fork()  # what it holds is frozen

    # -- late copies -----------------------------------------------------------------------

    def fork(self) -> Self:
        """A copy that can be changed while this one stays; costs nothing until one is."""
        twin = type(self).__new__(type(self))
        twin._items = self._items
        self._shared = twin._shared = True
        twin._token, twin._base, twin._touched = object(), self._token, {}
        self._share(twin)
        return twin

    def changed_since(self, old: "Collection[Item]") -> list[str]:
        """The keys under which this one holds another value than `old`, or one of them none."""
        if old is self:
            return []
        keys = self._touched if self._base is old._token else {**old._items, **self._items}
        return [key for key in keys if self._items.get(key) is not old._items.get(key)]

    def next_id(self) -> str:
        """An id that is not taken: 'a1', 'a2', …"""
        number = len(self._items) + 1
        while f"{self.letter}{number}" in self._items:
            number += 1
        return f"{self.letter}{number}"

    def _write(self, key: str) -> None:
        if self._shared:
            self._items = dict(self._items)
            self._unshare()
            self._shared = False
        self._token = object()
        self._touched[key] = None

    # -- for subclasses with an index ------------------------------------------------------

    def _index(self, key: str, before: Item | None, after: Item | None) -> None:
        """A value was put in place of another."""

    def _share(self, twin: Self) -> None:
        """Give a fork the same index."""

    def _unshare(self) -> None:
        """Take a copy of the index: it is about to be written."""

    # -- pydantic --------------------------------------------------------------------------

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        plain = core_schema.dict_schema(core_schema.str_schema(), handler(cls.item))
        made = core_schema.no_info_after_validator_function(cls, plain)
        return core_schema.json_or_python_schema(
            json_schema=made,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), made]),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda found: found._items, return_schema=plain
            ),
        )
