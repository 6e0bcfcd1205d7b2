"""Addresses of the worklist."""

from django.urls import path

from caracol.deadlines.views import deadlines, tasks, team

app_name = "deadlines"
urlpatterns = [
    path("echeances/", deadlines.deadline_list, name="deadline-list"),
    path("echeances/export/", deadlines.deadline_export, name="deadline-export"),
    path("echeances/lot/", deadlines.deadline_bulk, name="deadline-bulk"),
    path("echeances/equipe/", team.team_load_page, name="team-load"),
    path("echeances/remplacements/", team.stand_in_list, name="stand-in-list"),
    path("echeances/remplacements/nouveau/", team.stand_in_new, name="stand-in-new"),
    path("echeances/remplacements/<int:pk>/annuler/", team.stand_in_cancel, name="stand-in-cancel"),
    path("echeances/taches/nouvelle/", tasks.task_new, name="task-new"),
    path("echeances/actes/<int:pk>/annuler/", deadlines.deadline_undo, name="deadline-undo"),
    path("echeances/suivi/<int:pk>/", deadlines.deadline_detail, name="deadline-detail"),
    path("echeances/suivi/<int:pk>/faite/", deadlines.deadline_done, name="deadline-done"),
    path("echeances/suivi/<int:pk>/reporter/", deadlines.deadline_snooze, name="deadline-snooze"),
    path("echeances/suivi/<int:pk>/reprendre/", deadlines.deadline_wake, name="deadline-wake"),
    path("echeances/suivi/<int:pk>/confier/", deadlines.deadline_hand, name="deadline-hand"),
    path(
        "echeances/suivi/<int:pk>/commenter/", deadlines.deadline_comment, name="deadline-comment"
    ),
    path("echeances/suivi/<int:pk>/rouvrir/", deadlines.deadline_reopen, name="deadline-reopen"),
    path("echeances/suivi/<int:pk>/tache/", tasks.task_edit, name="task-edit"),
    path("echeances/suivi/<int:pk>/points/<int:item>/", tasks.task_item, name="task-item"),
]
