"""URLs of operating system images (validateOSImageURI)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from antrea_ci.install_config.platform_facts import platform_facts


def os_image_fault(url: str) -> str:
    """Why an image at ``url`` is not taken; empty if it is, or if there is none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "is no URL"
    if parts.scheme not in ("http", "https"):
        return "must start with http:// or https://"
    length = platform_facts()["baremetal"]["checksum_length"]
    if len(parse_qs(parts.query).get("sha256", [""])[0]) != length:
        return f"must end with ?sha256= and the {length} digits of the image's checksum"
    return ""
