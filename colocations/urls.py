"""Addresses of the homes."""

from django.urls import path

from colocations.views import homes, rooms

app_name = "colocations"
urlpatterns = [
    path("", homes.home_list, name="home-list"),
    path("export/", homes.home_export, name="home-export"),
    path("<int:pk>/", homes.home_detail, name="home-detail"),
    path("<int:pk>/historique/", homes.home_history, name="home-history"),
    path("chambres/<int:pk>/", rooms.room_detail, name="room-detail"),
]
