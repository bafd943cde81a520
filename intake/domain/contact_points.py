"""How people are reached: spotting a mistyped mail domain before a mail is lost to it."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

COMMON_DOMAINS = (
    "gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "proton.me", "live.com", "gmx.de", "web.de",
    "yahoo.fr", "hotmail.fr", "orange.fr", "free.fr", "laposte.net", "wanadoo.fr", "outlook.fr",
    "qq.com", "163.com", "126.com", "sina.com", "foxmail.com", "139.com", "aliyun.com",
    "mail.ru", "yandex.ru", "naver.com", "hanmail.net", "outlook.sa", "yahoo.co.uk", "rediffmail.com",
)  # fmt: skip


def likely_address(email: str) -> str | None:
    """The address that was probably meant (`ann@gmial.com` → `ann@gmail.com`), None when it looks right."""
    local, _, domain = email.rpartition("@")
    domain = domain.lower()
    if not local or domain in COMMON_DOMAINS:
        return None
    meant = _common_domain_like(domain)
    return f"{local}@{meant}" if meant else None


@lru_cache(maxsize=512)
def _common_domain_like(domain: str) -> str | None:
    return next(iter(get_close_matches(domain, COMMON_DOMAINS, n=1, cutoff=0.85)), None)
