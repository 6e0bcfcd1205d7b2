"""The site as people meet it: real processes, a real browser, the strict policy."""

import urllib.request

import pytest

from tests.factories import make_user


def test_the_site_answers_what_watches_it(live_site):
    """Before any host, session or redirection."""
    with urllib.request.urlopen(f"{live_site.url}/healthz", timeout=10) as answer:
        assert answer.read() == b"ok\n"


@pytest.mark.browser
def test_the_browser_shows_the_sign_in_page_without_a_complaint(page):
    """Styles, scripts and fonts are ours and pass the policy."""
    page.goto("/compte/login/")
    assert page.locator("input[type=password]").count() == 1


@pytest.mark.browser
def test_a_signed_in_person_stays_signed_in(live_site, page_for):
    """The session made for the tests is a true one."""
    with live_site.database():
        user = make_user()
    page = page_for(user)
    page.goto("/compte/password/change/")
    assert "login" not in page.url


@pytest.mark.browser
def test_a_complaint_of_the_browser_fails_the_test(page, console_errors):
    """An inline script is refused by the policy, and noted."""
    page.goto("/compte/login/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    assert any("Content Security Policy" in error for error in console_errors)
    console_errors.clear()
