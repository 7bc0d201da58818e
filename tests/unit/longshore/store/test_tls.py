"""TLS options, from URL and setting."""

from __future__ import annotations

import ssl

import pytest

from longshore.errors import SettingsError
from longshore.store.tls import tls_of, tls_options, with_tls

VERIFIED = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}


@pytest.mark.parametrize("chosen", [True, {}, None])
def test_certificates_are_verified_unless_told_otherwise(chosen):
    assert tls_options(chosen) == VERIFIED


@pytest.mark.parametrize("value", ["none", "CERT_NONE", ssl.CERT_NONE])
def test_verification_is_switched_off_in_all_of_pythons_spellings(value):
    assert tls_options({"ssl_cert_reqs": value})["ssl_cert_reqs"] == "none"


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"ssl_cert_reqs": "maybe"}, "must be required, optional or none"),
        ({"ca_certs": "x"}, "'ca_certs' is not known"),
        ({"ssl_keyfile": "/nowhere"}, "ssl_keyfile is /nowhere, which cannot be read"),
    ],
)
def test_a_wrong_option_is_refused_with_its_rule(options, rule):
    with pytest.raises(SettingsError, match=rule):
        tls_options(options)


def test_tls_options_in_a_url_in_the_clear_are_refused():
    with pytest.raises(SettingsError, match="use longshores://"):
        tls_of("longshore://h/0?ssl_cert_reqs=none")


def test_a_url_in_the_clear_asks_for_no_tls():
    assert tls_of("longshore://h/0?db=1") is None


def test_celerys_setting_becomes_a_part_of_the_url():
    url = with_tls("longshore://h:1/2", {"ssl_cert_reqs": ssl.CERT_NONE})
    assert url.startswith("longshores://h:1/2?")
    assert tls_of(url) == {"ssl_cert_reqs": "none", "ssl_check_hostname": True}


def test_sentinels_become_secure_as_well():
    url = with_tls("longshore+sentinel://h/0?master=m", True)
    assert url.startswith("longshores+sentinel://h/0?master=m&ssl_")


@pytest.mark.parametrize(
    ("url", "chosen"),
    [
        ("longshore://h", False),
        ("longshores://h?ssl_cert_reqs=none", {"ssl_cert_reqs": "required"}),
    ],
)
def test_the_urls_own_word_stands(url, chosen):
    assert with_tls(url, chosen) == url
