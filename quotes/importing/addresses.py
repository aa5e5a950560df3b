"""Web addresses: which ones are accepted, and the form in which two are compared."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit, urlunsplit

from quotes.importing.items import RefusedInput

TRACKING_PREFIXES = ("utm_", "mc_", "pk_", "mtm_", "at_", "hsa_", "_hs", "vero_", "oly_")
TRACKING_NAMES = frozenset(
    {
        "_ga",
        "_gl",
        "cmp",
        "cmpid",
        "dclid",
        "dicbo",
        "fb_action_ids",
        "fb_action_types",
        "fb_source",
        "fbclid",
        "gbraid",
        "gclid",
        "gclsrc",
        "guce_referrer",
        "guce_referrer_sig",
        "guccounter",
        "icid",
        "igsh",
        "igshid",
        "ito",
        "mkt_tok",
        "msclkid",
        "ncid",
        "ns_campaign",
        "ns_fee",
        "ns_linkname",
        "ns_mchannel",
        "ns_source",
        "ocid",
        "s_cid",
        "smid",
        "smtyp",
        "sr_share",
        "sref",
        "taid",
        "tpcc",
        "traffic_source",
        "twclid",
        "wbraid",
        "wt.mc_id",
        "xtor",
        "yclid",
    }
)
DEFAULT_PORTS = {"http": 80, "https": 443}


def checked_url(url: str) -> str:
    """Give the address back, or refuse it: it is shown as a link, so it must be http or https."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme.lower() in DEFAULT_PORTS and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise RefusedInput(
            f"The address {_shortened(url)} is not a web address: "
            "it must begin with http:// or https://."
        )
    return url


def canonical_url(url: str) -> str:
    """Give the address for comparison: host in lower case, no fragment, no tracking parameters.

    Empty for what is not a web address. The rest of the query keeps its order and spelling.
    """
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        return ""
    if scheme not in DEFAULT_PORTS or not host:
        return ""
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != DEFAULT_PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _tracks(pair))
    return urlunsplit((scheme, netloc, parts.path or "/", query, ""))


def _tracks(pair: str) -> bool:
    names = parse_qsl(pair, keep_blank_values=True)
    if not names:
        return False
    name = names[0][0].lower()
    return name in TRACKING_NAMES or name.startswith(TRACKING_PREFIXES)


def _shortened(url: str) -> str:
    return f"“{url}”" if len(url) <= 80 else f"“{url[:77]}…”"
