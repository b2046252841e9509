"""Save what every server says about its own commands to $LAB/raw/NAME.json.

    python dump_servers.py

Each file: {"version", "info": {COMMAND: {...}}, "docs": {COMMAND: {...}}}. Container
subcommands are flattened to "CLIENT LIST". Sentinel-mode servers are saved as
NAME-sentinel.json. Redis 6.2 has no COMMAND DOCS, so its "docs" is empty.
"""

import json

from resp import Client, ServerError
from servers import LAB, SERVERS, running, version

INFO_FIELDS = [
    "name",
    "arity",
    "flags",
    "first",
    "last",
    "step",
    "acl_categories",
    "tips",
    "key_specs",
    "subcommands",
]


def plain(value):
    """RESP maps may come as flat lists (RESP2 servers, modules); keep them as they are."""
    if isinstance(value, ServerError):
        return "ERROR " + str(value)
    return value


def flatten_info(entries, out):
    for entry in entries:
        row = dict(zip(INFO_FIELDS, entry))
        subs = row.pop("subcommands", None) or []
        name = row.pop("name").upper().replace("|", " ")
        row["container"] = bool(subs)
        out[name] = row
        flatten_info(subs, out)


def flatten_docs(docs, out):
    for name, row in docs.items():
        if isinstance(row, list):
            row = dict(zip(row[::2], row[1::2]))
        row = dict(row)
        subs = row.pop("subcommands", None) or {}
        if isinstance(subs, list):
            subs = dict(zip(subs[::2], subs[1::2]))
        out[name.upper().replace("|", " ")] = row
        flatten_docs(subs, out)


def dump(name, mode):
    with running(name, mode) as port:
        c = Client(port, protocol=3)
        info, docs = {}, {}
        flatten_info(c.call("COMMAND"), info)
        d = c.try_call("COMMAND", "DOCS")
        if not isinstance(d, ServerError):
            flatten_docs(d, docs)
        cats = c.try_call("ACL", "CAT")
        data = {"version": version(c), "info": info, "docs": docs, "acl_categories": plain(cats)}
        c.close()
    path = LAB / "raw" / (name + ("-sentinel" if mode == "sentinel" else "") + ".json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data, indent=1, sort_keys=True, default=str))
    print(path.name, data["version"], len(info), "commands,", len(docs), "docs")


if __name__ == "__main__":
    for server in SERVERS:
        dump(server, "standalone")
    for server in ("redis-7.4", "redis-8.6", "valkey-9.1"):
        dump(server, "sentinel")
