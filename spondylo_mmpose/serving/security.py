"""Who may speak to the server: pages of its own, in a browser that names it rightly."""

import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOCAL = ('127.0.0.1', '::1', 'localhost')
"""Names of this machine for itself."""

TOKEN_HEADER = 'X-Spondylo-Token'

HEADERS = {
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    # Films are of patients: nothing of them stays in the browser's cache.
    'Cache-Control': 'no-store',
}
"""Of every answer."""


def is_local(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    return host in LOCAL


@dataclass(frozen=True)
class Guard:
    """Checks requests.

    Attributes:
        hosts: Names by which the server may be called beside :data:`LOCAL`.
        any_address: Let it be called by any IP address too. DNS rebinding needs a name,
            so this is safe; it is of use where the server is reached from elsewhere.
        token: Secret of this start, which pages of the server can read and others
            cannot.
    """

    hosts: frozenset[str] = frozenset()
    any_address: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @classmethod
    def for_host(cls, host: str, further: Iterable[str] = ()) -> 'Guard':
        """The guard of a server that listens on a host.

        Args:
            host: Name or address.
            further: Names by which it may be called too.
        """
        names = {name.lower() for name in (*further, host)}
        return cls(frozenset(names), not is_local(host))

    def host_fault(self, header: str | None) -> str | None:
        """Why a ``Host`` is not served (DNS rebinding), ``None`` if it is."""
        name = _host_of(f'//{header or ""}')
        if name in LOCAL or name in self.hosts:
            return None
        if self.any_address and _is_address(name):
            return None
        return (
            f'this server is not called {name or "that"}; start it with '
            '--allowed-host NAME if it is'
        )

    def change_fault(
        self, host: str | None, origin: str | None, site: str | None, token: str | None
    ) -> str | None:
        """Why a request may not change anything, ``None`` if it may.

        Args:
            host: Header ``Host``.
            origin: Header ``Origin``; programs that are no browsers send none.
            site: Header ``Sec-Fetch-Site``.
            token: Header :data:`TOKEN_HEADER`.
        """
        if origin is not None and urlsplit(origin).netloc != host:
            return 'the request comes from another site'
        if site not in (None, 'same-origin'):
            return 'the request comes from another site'
        if not hmac.compare_digest((token or '').encode(), self.token.encode()):
            return 'the request lacks the token of this server; load the page again'
        return None


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_address(name: str | None) -> bool:
    try:
        ipaddress.ip_address(name or '')
    except ValueError:
        return False
    return True
