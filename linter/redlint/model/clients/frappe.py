"""Frappe: a subclass of redis-py's client that puts the site's name before keys.

``frappe.cache`` was a function up to Frappe 14 and is a client that can be called since. Source: frappe/frappe.
"""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="frappe",
    import_words=(),
    weak_words={"frappe": r"\bcache\b"},
    constructors={"frappe.utils.redis_wrapper.RedisWrapper": _CLIENT},
    factories={"frappe.cache": _CLIENT},
    attributes={"frappe.cache": _CLIENT},
)
