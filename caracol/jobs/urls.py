"""Addresses of the jobs."""

from django.urls import path

from caracol.jobs import views

app_name = "jobs"
urlpatterns = [
    path("traitements/", views.job_list, name="job-list"),
    path("traitements/horloge/", views.clock_page, name="clock"),
    path("traitements/horloge/relancer/", views.clock_run, name="clock-run"),
    path("traitements/<int:pk>/", views.job_detail, name="job-detail"),
    path("traitements/<int:pk>/avancement/", views.job_progress, name="job-progress"),
    path("traitements/<int:pk>/relancer/", views.job_retry, name="job-retry"),
    path("healthz/deep", views.health_deep, name="health-deep"),
]
