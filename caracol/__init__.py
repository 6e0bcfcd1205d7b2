"""Caracol: back-office of adapted rental management."""

from caracol.celery import app as celery_app

__all__ = ["celery_app"]
