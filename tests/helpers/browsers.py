"""Chromium for tests. Any error in the console, the security policy's included, fails the test."""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}


def find_chromium():
    """Return the path of the machine's Chromium, "" when there is none."""
    candidates = [os.environ.get("CHROMIUM"), *PROGRAMS, MAC_CHROME]
    for candidate in filter(None, candidates):
        if found := shutil.which(candidate):
            return found
    return ""


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for this worker."""
    program = find_chromium()
    if not program:
        pytest.fail("No Chromium: install one (apt-get install chromium) or set CHROMIUM.")
    # Playwright's synchronous API runs an event loop; Django must not mind it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def console_errors():
    """What the browser complained of; a test that expects a complaint clears the list."""
    return []


@pytest.fixture
def new_context(browser, live_site, console_errors):
    """A function that opens a browser context (`user=` signs in, `viewport=PHONE` is a phone)."""
    contexts = []

    def open_context(*, user=None, **options):
        options = {
            "base_url": live_site.url,
            "locale": "fr-FR",
            "timezone_id": "Europe/Paris",
            "reduced_motion": "reduce",
            "viewport": DESKTOP,
            **options,
        }
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        context.on("page", lambda page: _listen(page, console_errors))
        contexts.append(context)
        if user is not None:
            live_site.sign_in(context, user)
        return context

    yield open_context
    for context in contexts:
        context.close()
    assert not console_errors, "\n".join(console_errors)


@pytest.fixture
def page_for(new_context):
    """A function that opens a page signed in as `user`."""

    def open_page(user=None, **options):
        return new_context(user=user, **options).new_page()

    return open_page


@pytest.fixture
def page(page_for):
    """A page of a visitor who has not signed in."""
    return page_for()


def _listen(page, errors):
    def note(message):
        if message.type in {"error", "warning"} and not _is_known(message.text):
            errors.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))


def _is_known(text):
    # A refusal (403, 404, 422) that the test itself provokes is asserted by the test.
    # A request that a newer one replaces, or that the next page ends, is no fault of the page.
    known = r"Failed to load resource.*status of 4\d\d|^htmx:(sendAbort|afterRequest)"
    return bool(re.search(known, text))


def screenshot(page, name):
    """Keep a picture of the page when SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
