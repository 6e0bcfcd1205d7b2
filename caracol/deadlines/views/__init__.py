"""Pages of the worklist, of a deadline, of tasks, of the team."""
