"""The shop's settings. Only the broker's URL knows of Longshore."""

from __future__ import annotations

import os

DEBUG = True
SECRET_KEY = "for this example only"  # noqa: S105
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "shop.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", "shop.sqlite3"),
        "OPTIONS": {"timeout": 30},
    }
}

# was "redis://127.0.0.1:6379/0"
URL = os.environ.get("SHOP_BROKER", "longshore://127.0.0.1:6379/0")
CELERY_BROKER_URL = URL
CELERY_RESULT_BACKEND = URL
CELERY_TASK_DEFAULT_QUEUE = "shop"

CURRENCY = os.environ.get("SHOP_CURRENCY", "EUR")
