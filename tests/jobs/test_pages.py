import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory
from caracol.jobs import services
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from tests.factories import EVERYWHERE, make_user
from tests.jobs import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def territory():
    return Territory.objects.get(code="IDF")


@pytest.fixture
def manager():
    return make_user(Role.GLA_MANAGER)


@pytest.fixture
def assistant():
    return make_user(Role.GLA_ASSISTANT)


@pytest.fixture
def job(assistant, territory):
    kinds.make_items("a", 4)
    return services.enqueue(
        kind="test.alone",
        dedup_key="a",
        payload={"key": "a"},
        total=4,
        title="Quittances de novembre 2026",
        requested_by=assistant,
        territory=territory,
    )


def detail(job):
    return reverse("jobs:job-detail", args=[job.pk])


def progress(job):
    return reverse("jobs:job-progress", args=[job.pk])


def stop(job):
    Job.objects.filter(pk=job.pk).update(state=JobState.DEAD, error="Le traitement s'est arrêté.")


def test_a_job_is_seen_by_who_asked_and_by_who_decides_there(client_for, job, assistant, manager):
    for user in (assistant, manager):
        answer = client_for(user).get(detail(job))
        assert answer.status_code == 200
        assert "Quittances de novembre 2026" in answer.text
        assert "0 / 4" in answer.text


def test_a_job_is_nobody_elses_business(client_for, job):
    for user in (
        make_user(Role.GLA_MANAGER, "HDF"),
        make_user(Role.GLA_ASSISTANT),
        make_user(Role.SOCIAL_DIRECTOR, EVERYWHERE),
    ):
        assert client_for(user).get(detail(job)).status_code == 404
        assert client_for(user).get(progress(job)).status_code == 404


def test_a_nightly_job_is_seen_by_who_decides_everywhere(client_for, manager):
    job = services.enqueue(kind="test.fails", dedup_key="night")
    director = make_user(Role.DIRECTOR, EVERYWHERE)
    assert client_for(director).get(detail(job)).status_code == 200
    assert client_for(manager).get(detail(job)).status_code == 404


def test_progress_asks_again_until_the_job_is_over(client_for, job, assistant):
    client = client_for(assistant)
    alive = client.htmx("get", progress(job), target=f"job-{job.pk}")
    assert 'hx-trigger="every 1s"' in alive.text
    assert "<html" not in alive.text
    services.run_now(job)
    over = client.htmx("get", progress(job), target=f"job-{job.pk}")
    assert "hx-trigger" not in over.text
    assert "Tout est fait." in over.text


def test_screen_readers_hear_changes_only(client_for, job, assistant):
    client = client_for(assistant)
    assert "hx-swap-oob" in client.get(progress(job)).text
    assert "hx-swap-oob" not in client.get(progress(job), {"dit": "En attente"}).text


def test_the_way_to_the_result_is_shown(client_for, assistant):
    job = services.enqueue(
        kind="test.steps", dedup_key="s", payload={"steps": 1}, requested_by=assistant
    )
    services.run_now(job)
    text = client_for(assistant).get(detail(job)).text
    assert reverse("jobs:job-list") in text
    assert "Voir les traitements" in text


def test_a_result_whose_page_has_moved_still_shows_its_message(client_for, assistant):
    job = services.enqueue(
        kind="test.steps", dedup_key="s", payload={"steps": 1}, requested_by=assistant
    )
    services.run_now(job)
    Job.objects.update(
        result={"message": "Fini.", "links": [{"label": "x", "name": "gone", "kwargs": {}}]}
    )
    assert "Fini." in client_for(assistant).get(detail(job)).text


def test_a_stopped_job_says_why_and_only_who_decides_starts_it_again(
    client_for, job, assistant, manager, messages
):
    stop(job)
    retry = reverse("jobs:job-retry", args=[job.pk])
    text = client_for(assistant).get(detail(job)).text
    assert "Le traitement s&#x27;est arrêté." in text
    assert retry not in text
    assert client_for(assistant).post(retry).status_code == 403
    assert retry in client_for(manager).get(detail(job)).text
    answer = client_for(manager).post(retry, follow=True)
    assert "Le traitement est relancé." in answer.text
    job.refresh_from_db()
    assert (job.state, job.retried_by) == (JobState.PENDING, manager)
    assert messages() == [("caracol.jobs.tasks.run", {"job_id": job.pk})]


def test_starting_again_a_living_job_is_refused_with_a_sentence(client_for, job, manager):
    answer = client_for(manager).post(reverse("jobs:job-retry", args=[job.pk]), follow=True)
    assert "arrêté" in answer.text


def test_the_list_shows_own_territories_and_filters(client_for, job, manager, query_count):
    stop(job)
    services.enqueue(
        kind="test.fails",
        dedup_key="n",
        title="Ailleurs",
        territory=Territory.objects.get(code="HDF"),
    )
    client = client_for(manager)
    text = client.get(reverse("jobs:job-list")).text
    assert "Quittances de novembre 2026" in text
    assert "Ailleurs" not in text
    assert str(job.requested_by) in text
    assert "Quittances" not in client.get(reverse("jobs:job-list"), {"state": "DONE"}).text
    assert "Quittances" in client.get(reverse("jobs:job-list"), {"q": "novembre"}).text


def test_the_list_makes_as_many_queries_for_two_jobs_as_for_twenty(
    client_for, manager, territory, query_count
):
    client = client_for(manager)
    counts = []
    for number in (2, 20):
        for n in range(number):
            services.enqueue(
                kind="test.fails",
                dedup_key=f"{number}-{n}",
                territory=territory,
                requested_by=manager,
            )
        with query_count() as counted:
            client.get(reverse("jobs:job-list"))
        counts.append(counted.value)
    assert counts[0] == counts[1]


def test_deep_health_is_for_who_decides(client, client_for, assistant, manager):
    assert client.get("/healthz/deep").status_code == 302
    assert client_for(assistant).get("/healthz/deep").status_code == 403
    answer = client_for(manager).get("/healthz/deep")
    assert answer.status_code == 503
    assert len(answer.json()["problems"]) == 2
    services.beat(name="worker a", role="worker")
    services.beat(name="beat a", role="beat")
    answer = client_for(manager).get("/healthz/deep")
    assert (answer.status_code, answer.json()["problems"]) == (200, [])


def test_deep_health_knows_when_the_broker_is_away(client_for, manager, broker_down):
    report = client_for(manager).get("/healthz/deep").json()
    assert not report["broker_answers"]
