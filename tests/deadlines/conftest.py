"""The site of the deadlines' browser tests: deadlines made by hand have no source to follow."""

import pytest

from tests.helpers.sites import site_on_clone


@pytest.fixture(scope="session")
def live_site(tmp_path_factory, django_db_blocker):
    """A site without a worker, which would close within half a minute what no source says."""
    folder = tmp_path_factory.mktemp("deadlines-site")
    with site_on_clone(folder, django_db_blocker, worker=False) as site:
        yield site
