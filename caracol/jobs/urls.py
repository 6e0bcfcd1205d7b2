"""Addresses of the jobs."""

from django.urls import path

from caracol.jobs import views

app_name = "jobs"
urlpatterns = [
    path("travaux/", views.job_list, name="job-list"),
    path("travaux/<int:pk>/", views.job_detail, name="job-detail"),
    path("travaux/<int:pk>/avancement/", views.job_progress, name="job-progress"),
    path("travaux/<int:pk>/relancer/", views.job_retry, name="job-retry"),
    path("healthz", views.health, name="health"),
    path("healthz/deep", views.health_deep, name="health-deep"),
]
