"""RED803."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.fixes import remove_option
from redlint.rule import ClientCreation, ProjectModel, Rule


class TlsVerificationDisabled(Rule):
    """A connection is encrypted, but with whom is not checked.

    ## What it does
    Reports clients and pools with `ssl_cert_reqs` none (`"none"`, `None`, `ssl.CERT_NONE`, also in the query of the
    URL), or with `ssl_check_hostname=False` on a connection with TLS.

    ## Why is this bad?
    Whoever can get between client and server can be the server: the password and all data go to them, and what
    they answer is believed. redis-py checks the certificate unless it is told not to.

    ## Example
    ```python
    import redis

    client = redis.Redis(host="cache", ssl=True, ssl_cert_reqs="none", socket_timeout=5)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(host="cache", ssl=True, ssl_ca_certs="/etc/ssl/cache.pem", socket_timeout=5)
    ```

    ## Fix safety
    Unsafe: it leaves the option out, so that the certificate is checked, and a server with one of its own is refused
    until `ssl_ca_certs` is given. For `ssl_check_hostname` that needs redis-py 6, which checks names by default; for
    older versions, and for options in a URL, the fix is only displayed.

    ## Known problems
    Options that come from settings or `**options` are not seen.

    ## References
    - [Connect with TLS](https://redis.io/docs/latest/develop/clients/redis-py/connect/)
    """

    code = "RED803"
    since = "0.2"
    severity = Severity.ERROR
    message = "The server's certificate is not checked"
    help = "Name the authority with `ssl_ca_certs` and leave the checks on"

    def check_client(self, creation: ClientCreation, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report constructions that switch a check off."""
        options = creation.client.options
        if creation.shared_pool or options.get("ssl") is False:
            return
        if "ssl_cert_reqs" in options and options["ssl_cert_reqs"] in (None, "none", "CERT_NONE", 0):
            message, option = "The server's certificate is not checked: anybody may answer for it", "ssl_cert_reqs"
        elif _is_false(options.get("ssl_check_hostname")) and _is_encrypted(creation):
            message, option = (
                "The name in the server's certificate is not checked: any valid one will do",
                ("ssl_check_hostname"),
            )
        else:
            return
        yield self.diagnostic(
            creation.path,
            creation.span,
            confidence=creation.client.confidence,
            message=message,
            fix=_fix(creation, option, project),
        )


def _fix(creation: ClientCreation, option: str, project: ProjectModel) -> Fix:
    verifies = option == "ssl_cert_reqs" or project.target.client_at_least(redis="6.0") is True
    edits = remove_option(creation, option) if verifies else None
    applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
    return Fix(applicability, f"Leave `{option}` out", edits or ())


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.lower() in ("0", "f", "false", "n", "no"))


def _is_encrypted(creation: ClientCreation) -> bool:
    options = creation.client.options
    url = options.get("url")
    return options.get("ssl") is True or (isinstance(url, str) and url.startswith(("rediss:", "valkeys:")))
